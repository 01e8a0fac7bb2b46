#include <absl/strings/ascii.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <set>

#include "tmctl/base/failure.h"
#include "tmctl/base/files.h"
#include "tmctl/base/units.h"
#include "tmctl/commands.h"
#include "tmctl/config/parse.h"
#include "tmctl/sending/attachments.h"
#include "tmctl/sending/batch.h"
#include "tmctl/sending/flush.h"
#include "tmctl/sending/sending.h"

namespace turbo::ctl {
namespace {

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
  if (!SetTtl(arguments.Get("ttl"), request)) {
    throw Usage("--ttl: '" + arguments.Get("ttl") +
                "' is not a duration such as 90s, 1h30m or 2d");
  }
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
  request.set_request_id(KeyOf(arguments));
  request.set_once(arguments.Has("once"));
  request.set_no_copy(WithoutCopy(arguments, !context.settings.keep_copy));
  request.set_validate_only(arguments.Has("dry-run"));
  return request;
}

void Print(const Context& context, const v1::SendRequest& request,
           const Sending& sending) {
  try {
    context.output.Print(ResultOf(sending));
  } catch (Failure& failure) {
    ExplainUntold(request, failure);
    throw;
  }
}

// One send per recipient, each with its line; a failure of one stops no other.
int SendEach(Context& context, const v1::SendRequest& whole, QueueMode queue) {
  bool failed = false;
  bool sent = false;
  std::set<std::string> seen;
  for (const std::string& name : whole.to()) {
    const std::string user = absl::AsciiStrToLower(name);
    if (!seen.insert(user).second) continue;
    v1::SendRequest request = whole;
    request.clear_to();
    request.add_to(user);
    request.set_request_id(whole.request_id() + "/" + user);
    context.client->BeginOperation();
    std::optional<Sending> sending;
    try {
      sending = SendOrQueue(context, request, queue);
    } catch (Failure& failure) {
      failed = true;
      if (failure.users.empty()) failure.users = {user};
      context.output.PrintFailure(failure);
      continue;
    }
    Print(context, whole, *sending);
    sent = sent || !sending->queued;
  }
  if (sent && !whole.validate_only()) OfferQueued(context);
  return failed ? kExitSome : kExitOk;
}

}  // namespace

int CmdSend(Context& context) {
  const Arguments& arguments = context.arguments;
  if (arguments.Has("batch")) return SendBatch(context);
  if (arguments.operands().empty()) throw Usage("send needs TO... or --batch");
  CheckExclusive(arguments, "message", "file");
  const QueueMode queue = QueueModeOf(arguments, QueueMode::kNever);
  v1::SendRequest request = RequestOf(context);
  request.set_body(BodyOf(context));
  if (arguments.Has("skip-empty") && IsBlank(request.body())) return kExitOk;
  if (arguments.Has("each")) return SendEach(context, request, queue);
  const Sending sending = SendOrQueue(context, request, queue);
  Print(context, request, sending);
  if (!sending.queued && !request.validate_only()) OfferQueued(context);
  return kExitOk;
}

}  // namespace turbo::ctl
