#include <absl/strings/escaping.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <set>

#include "tmctl/attachments.h"
#include "tmctl/commands.h"
#include "tmctl/failure.h"
#include "tmctl/files.h"
#include "tmctl/parse.h"
#include "tmctl/text.h"
#include "tmctl/units.h"

namespace turbo::ctl {
namespace {

std::string NewKey() {
  std::array<char, 16> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) !=
      static_cast<ssize_t>(bytes.size())) {
    throw Failure("os_error", WithErrno("no random bytes", errno));
  }
  return absl::BytesToHexString(std::string(bytes.data(), bytes.size()));
}

std::optional<size_t> MaxBodyOf(const Arguments& arguments) {
  if (!arguments.Has("max-body")) return std::nullopt;
  const auto size = ParseSize(arguments.Get("max-body"));
  if (!size) {
    throw Usage("--max-body: '" + arguments.Get("max-body") +
                "' is not a size such as 10k or 1MiB");
  }
  return size;
}

Input ReadStdin(const Context& context, size_t keep) {
  if (isatty(STDIN_FILENO)) {
    if (context.settings.no_input) {
      throw Failure("usage", "there is no body, and --no-input forbids to ask",
                    "give it with --message, --file or on stdin");
    }
    if (!context.settings.quiet) {
      context.output.Warn("typing", "type the message; Ctrl-D ends it");
    }
  }
  return ReadAll(STDIN_FILENO, "stdin", keep);
}

Input ReadBody(const Context& context, size_t keep) {
  const Arguments& arguments = context.arguments;
  if (arguments.Has("message")) {
    const std::string text = arguments.Get("message");
    return {text.substr(0, keep), text.size()};
  }
  const std::string path = arguments.Get("file", "-");
  if (path == "-") return ReadStdin(context, keep);
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    throw Failure("no_input", WithErrno("can't read " + path, errno));
  }
  return ReadAll(file.fd(), path, keep);
}

// The body within `max` bytes: cut at a character, with a note that says so.
std::string Shorten(const Input& input, size_t max) {
  const std::string note =
      "\n[cut: the body had " + std::to_string(input.total) + " bytes]\n";
  if (note.size() >= max) return std::string(CutAtCharacter(input.bytes, max));
  return std::string(CutAtCharacter(input.bytes, max - note.size())) + note;
}

std::string BodyOf(const Context& context) {
  const auto max = MaxBodyOf(context.arguments);
  // One byte more than a character may need shows where it would be cut.
  const size_t keep = max ? std::min(*max, kMaxInput) + 4 : kMaxInput;
  const Input input = ReadBody(context, keep);
  if (max && input.total > *max) return Shorten(input, *max);
  if (input.total > kMaxInput) {
    throw Failure("message_too_large",
                  "the body has " + std::to_string(input.total) + " bytes");
  }
  return input.bytes;
}

bool IsBlank(const std::string& body) {
  return body.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
}

void SetReplyAndTtl(const Arguments& arguments, v1::SendRequest& request) {
  if (arguments.Has("reply-to")) {
    request.set_in_reply_to(IdOf(arguments, "reply-to"));
  }
  if (!arguments.Has("ttl")) return;
  const auto ttl = ParseDuration(arguments.Get("ttl"));
  if (!ttl || ttl->count() == 0) {
    throw Usage("--ttl: '" + arguments.Get("ttl") +
                "' is not a duration such as 90s, 1h30m or 2d");
  }
  request.mutable_ttl()->set_seconds(ttl->count() / 1000);
  request.mutable_ttl()->set_nanos(
      static_cast<int32_t>(ttl->count() % 1000 * 1000000));
}

v1::SendRequest RequestOf(const Context& context) {
  const Arguments& arguments = context.arguments;
  v1::SendRequest request;
  for (const std::string& user : arguments.operands()) {
    request.add_to(CheckText(user, "a recipient's name"));
  }
  request.set_subject(CheckText(arguments.Get("subject"), "the subject"));
  for (const auto& [key, value] : LabelsOf(arguments)) {
    (*request.mutable_labels())[key] = value;
  }
  for (const std::string& path : arguments.All("attach")) {
    *request.add_attachments() = ReadAttachment(path);
  }
  SetReplyAndTtl(arguments, request);
  const std::string key =
      arguments.Has("key") ? arguments.Get("key") : NewKey();
  if (key.empty()) throw Failure("invalid_argument", "the key is empty");
  request.set_request_id(CheckText(key, "the key"));
  request.set_once(arguments.Has("once"));
  request.set_no_copy(!arguments.Has("copy") && (arguments.Has("no-copy") ||
                                                 !context.settings.keep_copy));
  request.set_validate_only(arguments.Has("dry-run"));
  return request;
}

std::string Describe(const v1::SendResponse& sent) {
  std::string users;
  for (const std::string& user : sent.to()) {
    users += (users.empty() ? "" : ", ") + user;
  }
  const std::string id = std::to_string(sent.id());
  if (sent.id() == 0) return "could be sent to " + users + "\n";
  if (sent.duplicate())
    return "was already sent: " + id + " to " + users + "\n";
  return "sent " + id + " to " + users + "\n";
}

Result ResultOf(const v1::SendResponse& sent, const std::string& key) {
  Result result{SentDocument(sent, key), {}, [sent] { return Describe(sent); }};
  if (sent.id() != 0) result.ids.push_back(std::to_string(sent.id()));
  return result;
}

// Sends, and puts into a failure what repeating it takes.
v1::SendResponse SendOne(Context& context, const v1::SendRequest& request) {
  try {
    return context.client->Send(request);
  } catch (Failure& failure) {
    failure.key = request.request_id();
    if (failure.outcome_unknown && !request.validate_only()) {
      failure.hint = "it may have been sent: repeat it with --key '" +
                     failure.key + "', then it is sent once";
    }
    throw;
  }
}

// One send per recipient; a failure of one stops no other. Every recipient has
// its line on stdout, failures too where the lines are JSON.
int SendEach(Context& context, const v1::SendRequest& whole) {
  const bool json = context.output.mode() == OutputMode::kJson ||
                    context.output.mode() == OutputMode::kJsonl;
  bool failed = false;
  std::set<std::string> seen;
  for (const std::string& name : whole.to()) {
    std::string user = name;
    std::transform(user.begin(), user.end(), user.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (!seen.insert(user).second) continue;
    v1::SendRequest request = whole;
    request.clear_to();
    request.add_to(user);
    request.set_request_id(whole.request_id() + "/" + user);
    context.client->BeginOperation();
    try {
      context.output.Print(
          ResultOf(SendOne(context, request), request.request_id()));
    } catch (Failure& failure) {
      if (failure.code == "io_error") throw;
      failed = true;
      if (failure.users.empty()) failure.users = {user};
      if (json && !context.output.quiet()) {
        Output::Write(ToLine(ErrorDocument(failure)));
      } else {
        context.output.Error(failure);
      }
    }
  }
  return failed ? kExitSome : kExitOk;
}

}  // namespace

int CmdSend(Context& context) {
  const Arguments& arguments = context.arguments;
  CheckExclusive(arguments, "message", "file");
  CheckExclusive(arguments, "copy", "no-copy");
  v1::SendRequest request = RequestOf(context);
  request.set_body(BodyOf(context));
  if (arguments.Has("skip-empty") && IsBlank(request.body())) return kExitOk;
  if (arguments.Has("each")) return SendEach(context, request);
  context.output.Print(
      ResultOf(SendOne(context, request), request.request_id()));
  return kExitOk;
}

}  // namespace turbo::ctl
