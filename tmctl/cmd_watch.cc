#include <chrono>
#include <optional>
#include <thread>

#include "tmctl/base/failure.h"
#include "tmctl/commands.h"
#include "tmctl/config/parse.h"
#include "tmctl/output/table.h"
#include "tmctl/process/shell.h"
#include "tmctl/tray/cursor_file.h"
#include "tmctl/tray/tray.h"

namespace turbo::ctl {
namespace {

using Clock = std::chrono::system_clock;

// Between two tries of a command with the same message.
constexpr std::chrono::milliseconds kPauseOfExec{500};

std::optional<int64_t> CountOf(const Arguments& arguments, const char* name) {
  if (!arguments.Has(name)) return std::nullopt;
  const auto count = ParseNumber(arguments.Get(name));
  if (count && *count >= 1) return count;
  throw Usage(std::string("--") + name + ": '" + arguments.Get(name) +
              "' is not a number from 1 on");
}

// --for; nothing where it isn't given.
std::optional<Milliseconds> LimitOf(const Arguments& arguments) {
  if (!arguments.Has("for")) return std::nullopt;
  const auto limit = ParseDuration(arguments.Get("for"));
  if (limit) return limit;
  throw Usage("--for: '" + arguments.Get("for") +
              "' is not a duration such as 90s, 1h30m or 2d");
}

// What is done with each message, and when it is enough.
class Watch {
 public:
  explicit Watch(Context& context)
      : context_(context),
        max_(CountOf(context.arguments, "max")),
        tries_(CountOf(context.arguments, "exec-skip")),
        limit_(LimitOf(context.arguments)) {
    const Arguments& arguments = context.arguments;
    CheckExclusive(arguments, "cursor", "cursor-file");
    CheckExclusive(arguments, "after", "cursor");
    CheckExclusive(arguments, "after", "cursor-file");
    if (tries_ && !arguments.Has("exec")) {
      throw Usage("--exec-skip needs --exec");
    }
    if (arguments.Has("cursor-file"))
      file_.emplace(arguments.Get("cursor-file"));
  }

  int Run() {
    std::optional<Clock::time_point> until;
    if (limit_ && limit_->count() > 0) until = Clock::now() + *limit_;
    context_.client->Watch(
        Request(), until,
        [this](const v1::WatchResponse& response) { return Take(response); });
    if (exec_status_) return *exec_status_;
    return max_ && count_ < *max_ ? kExitNo : kExitOk;
  }

 private:
  v1::WatchRequest Request() const {
    const Arguments& arguments = context_.arguments;
    v1::WatchRequest request;
    request.set_box(v1::BOX_INBOX);
    *request.mutable_filter() = FilterOf(arguments);
    if (file_) {
      request.set_cursor(file_->content());
    } else if (arguments.Has("cursor")) {
      request.set_cursor(CheckText(arguments.Get("cursor"), "the cursor"));
    } else if (arguments.Has("after")) {
      request.set_after_id(IdOf(arguments, "after"));
    }
    return request;
  }

  // Whether to go on.
  bool Take(const v1::WatchResponse& response) {
    if (!response.has_message()) {
      if (file_) file_->Move(response.cursor());
      return !limit_ || limit_->count() > 0;
    }
    const v1::Message& message = response.message();
    if (context_.arguments.Has("exec")) {
      if (!Execute(message)) return false;
    } else {
      Print(message);
    }
    if (file_) file_->Move(message.cursor());
    ++count_;
    return !max_ || count_ < *max_;
  }

  void Print(const v1::Message& message) const {
    if (context_.output.quiet()) return;
    switch (context_.output.mode()) {
      case OutputMode::kTable: {
        const bool first = count_ == 0;
        return Output::Write((first ? "" : "\n") +
                             MessageText(message, TableStyle::OfStdout()));
      }
      case OutputMode::kIds:
        return Output::Write(std::to_string(message.id()) + "\n");
      case OutputMode::kJson:
      case OutputMode::kJsonl:
        return Output::Write(ToLine(MessageLine(message, v1::BOX_INBOX, true)));
    }
  }

  // Whether the message is done with: handled, or given up.
  bool Execute(const v1::Message& message) {
    const std::string line = ToLine(MessageLine(message, v1::BOX_INBOX, true));
    for (int64_t i = 1;; ++i) {
      const int status = RunShell(context_.arguments.Get("exec"), line);
      if (status == 0) return true;
      const std::string what = "the command failed with status " +
                               std::to_string(status) + " for message " +
                               std::to_string(message.id());
      if (!tries_) {
        context_.output.Warn("exec_failed",
                             what + "; the watch ends before it");
        exec_status_ = status;
        return false;
      }
      if (i >= *tries_) {
        context_.output.Warn("exec_skipped", what + ", which is left out now");
        return true;
      }
      context_.output.Warn("exec_failed", what + "; it is tried again");
      std::this_thread::sleep_for(kPauseOfExec);
    }
  }

  Context& context_;
  const std::optional<int64_t> max_;
  const std::optional<int64_t> tries_;
  const std::optional<Milliseconds> limit_;
  std::optional<CursorFile> file_;
  int64_t count_ = 0;
  std::optional<int> exec_status_;
};

}  // namespace

int CmdWatch(Context& context) { return Watch(context).Run(); }

}  // namespace turbo::ctl
