#include "tmctl/sending/sending.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_join.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "tmctl/base/text.h"
#include "tmctl/config/parse.h"
#include "tmctl/spool/spool.h"

namespace turbo::ctl {
namespace {

constexpr int kMaxRecipients = 100;
constexpr size_t kMaxName = 64;
constexpr size_t kMaxKey = 128;

// Puts `request` into the spool, after `failure` of an attempt if there was
// one.
Sending Queue(const Context& context, const v1::SendRequest& request,
              const Failure* failure) {
  SpoolEntry entry = NewEntry(Checked(request), Now());
  entry.server = context.settings.server.Text();
  entry.profile = context.settings.profile;
  entry.user = context.token->user;
  if (entry.user.empty()) entry.token_mark = MarkOf(context.token->text);
  if (failure != nullptr) entry.Postpone(*failure, entry.queued_at);
  Sending sending;
  sending.response.set_duplicate(!Spool().Add(entry));
  *sending.response.mutable_to() = entry.request.to();
  sending.key = entry.key();
  sending.queued = true;
  sending.why = entry.last_error;
  return sending;
}

// What a failure of `request` says about repeating it.
void Explain(const v1::SendRequest& request, Failure& failure) {
  failure.key = request.request_id();
  if (failure.outcome_unknown && !request.validate_only()) {
    failure.hint = "it may have been sent: repeat it with --key '" +
                   failure.key + "', then it is sent once";
  }
}

std::string Describe(const Sending& sending) {
  const v1::SendResponse& sent = sending.response;
  const std::string users = absl::StrJoin(sent.to(), ", ");
  if (sending.queued) {
    const std::string what =
        sent.duplicate() ? "waits already for " : "queued for ";
    return what + users + (sending.why.empty() ? "" : ": " + sending.why) +
           "\n";
  }
  const std::string id = std::to_string(sent.id());
  if (sent.id() == 0) return "could be sent to " + users + "\n";
  if (sent.duplicate())
    return "was already sent: " + id + " to " + users + "\n";
  return "sent " + id + " to " + users + "\n";
}

}  // namespace

v1::SendRequest Checked(const v1::SendRequest& request) {
  v1::SendRequest checked = request;
  checked.clear_to();
  std::set<std::string> seen;
  for (const std::string& name : request.to()) {
    const std::string folded = absl::AsciiStrToLower(name);
    if (!IsName(folded)) {
      throw Failure("invalid_argument", "'" + name + "' is no user's name");
    }
    if (seen.insert(folded).second) checked.add_to(folded);
  }
  if (checked.to_size() > kMaxRecipients) {
    throw Failure("invalid_argument", "a message goes to at most " +
                                          std::to_string(kMaxRecipients) +
                                          " recipients");
  }
  const std::string& key = request.request_id();
  if (key.size() > kMaxKey ||
      !std::all_of(key.begin(), key.end(),
                   [](unsigned char c) { return absl::ascii_isprint(c); })) {
    throw Failure("invalid_argument", "a key is 1 to " +
                                          std::to_string(kMaxKey) +
                                          " printable ASCII characters");
  }
  return checked;
}

QueueMode QueueModeOf(const Arguments& arguments, QueueMode otherwise) {
  if (!arguments.Has("queue")) return otherwise;
  const std::string mode = arguments.Get("queue");
  if (mode == "never") return QueueMode::kNever;
  if (mode == "auto") return QueueMode::kAuto;
  if (mode == "always") return QueueMode::kAlways;
  throw Usage("--queue: '" + mode + "' is not auto, always or never");
}

std::string NewKey() {
  std::array<char, 16> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) !=
      static_cast<ssize_t>(bytes.size())) {
    throw Failure("os_error", WithErrno("no random bytes", errno));
  }
  return absl::BytesToHexString(std::string(bytes.data(), bytes.size()));
}

std::string KeyOf(const Arguments& arguments) {
  std::string key = arguments.Has("key") ? arguments.Get("key") : NewKey();
  if (key.empty()) throw Failure("invalid_argument", "the key is empty");
  CheckText(key, "the key");
  return key;
}

bool IsName(const std::string& name) {
  return !name.empty() && name.size() <= kMaxName &&
         absl::ascii_isalnum(static_cast<unsigned char>(name.front())) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

bool WithoutCopy(const Arguments& arguments, bool otherwise) {
  CheckExclusive(arguments, "copy", "no-copy");
  return !arguments.Has("copy") && (arguments.Has("no-copy") || otherwise);
}

std::string Shorten(const Input& input, size_t max) {
  const std::string note =
      "\n[cut: the body had " + std::to_string(input.total) + " bytes]\n";
  if (note.size() >= max) return std::string(CutAtCharacter(input.bytes, max));
  return std::string(CutAtCharacter(input.bytes, max - note.size())) + note;
}

Sending QueueInstead(const Context& context, const v1::SendRequest& request,
                     QueueMode mode, Failure failure) {
  Explain(request, failure);
  const bool may_queue = mode == QueueMode::kAuto && !request.validate_only();
  if (!may_queue || !failure.Queued()) throw failure;
  try {
    return Queue(context, request, &failure);
  } catch (Failure& in_spool) {
    if (in_spool.RefusesMessage() && !failure.outcome_unknown) {
      // To try again, as the other failure says, would be in vain.
      in_spool.key = request.request_id();
      throw;
    }
    failure.message += "; nor could it be queued: " + in_spool.message;
    throw failure;
  }
}

Sending SendOrQueue(Context& context, const v1::SendRequest& request,
                    QueueMode mode) {
  try {
    if (mode == QueueMode::kAlways && !request.validate_only()) {
      return Queue(context, request, nullptr);
    }
    return {context.client->Send(request), request.request_id()};
  } catch (const Failure& failure) {
    return QueueInstead(context, request, mode, failure);
  }
}

void ExplainUntold(const v1::SendRequest& request, Failure& failure) {
  failure.outcome_unknown = !request.validate_only();
  Explain(request, failure);
}

Result ResultOf(Sending sending) {
  Result result;
  result.document = SentDocument(sending.response, sending.key, sending.queued);
  if (sending.response.id() != 0) {
    result.ids.push_back(std::to_string(sending.response.id()));
  }
  result.text = [sending = std::move(sending)] { return Describe(sending); };
  return result;
}

}  // namespace turbo::ctl
