#include "tmctl/sending/batch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "tmctl/base/failure.h"
#include "tmctl/base/files.h"
#include "tmctl/net/client_batch.h"
#include "tmctl/sending/batch_line.h"
#include "tmctl/sending/flush.h"
#include "tmctl/sending/line_reader.h"
#include "tmctl/sending/sending.h"

namespace turbo::ctl {
namespace {

constexpr size_t kMostLines = 4096;  // whose results aren't printed yet
// A message of 16 MiB in Base64, and something beside it.
constexpr size_t kLongestLine = size_t{24} << 20;

// How far it is, on a terminal that shows nothing else.
class Progress {
 public:
  explicit Progress(const Output& output)
      : on_(isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) &&
            !output.quiet()) {}
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(int64_t sent, int64_t failed) {
    if (!on_ || Clock::now() < next_) return;
    next_ = Clock::now() + std::chrono::milliseconds(200);
    Write("\r" + std::to_string(sent) + " sent, " + std::to_string(failed) +
          " failed ");
    shown_ = true;
  }

  void Clear() {
    if (std::exchange(shown_, false)) Write("\r\033[K");
  }

 private:
  using Clock = std::chrono::steady_clock;

  static void Write(const std::string& text) {
    // A terminal that is gone needs no progress.
    [[maybe_unused]] const ssize_t n =
        write(STDERR_FILENO, text.data(), text.size());
  }

  const bool on_;
  bool shown_ = false;
  Clock::time_point next_;
};

class Batch {
 public:
  Batch(Context& context, int fd)
      : context_(context),
        queue_(QueueModeOf(context.arguments, QueueMode::kNever)),
        no_copy_(WithoutCopy(context.arguments, true)),
        reader_(fd, kLongestLine),
        fd_(fd),
        sender_(*context.client),
        progress_(context.output) {
    const Arguments& arguments = context.arguments;
    if (arguments.Has("key")) key_ = KeyOf(arguments);
  }

  int Run() {
    for (;;) {
      while (auto answer = sender_.Take()) Settle(*std::move(answer));
      PrintOrExplain();
      if (TakeLines()) continue;
      if (reader_.IsAtEnd() && lines_.empty()) break;
      const bool reads = HasRoom() && !reader_.IsAtEnd();
      if (sender_.Wait(reads ? fd_ : -1) && reads) read_error_ = reader_.Read();
    }
    sender_.Finish();
    progress_.Clear();
    if (read_error_ != 0) {
      throw Failure("io_error",
                    WithErrno("can't read line " + std::to_string(count_ + 1),
                              read_error_));
    }
    if (sent_ > 0 && !context_.arguments.Has("dry-run")) OfferQueued(context_);
    return failed_ > 0 ? kExitSome : kExitOk;
  }

 private:
  // One whose result isn't printed yet.
  struct Line {
    int64_t number;
    SendMany::Request request = nullptr;
    std::variant<std::monostate, Sending, Failure> result = std::monostate();
  };

  bool HasRoom() const {
    return lines_.size() < kMostLines && sender_.HasRoom();
  }

  // Those that are there; whether there were any.
  bool TakeLines() {
    bool took = false;
    while (HasRoom()) {
      const auto text = reader_.Next();
      if (!text) break;
      TakeLine(*text);
      took = true;
    }
    return took;
  }

  void TakeLine(const LineReader::Line& text) {
    Line& line = lines_.emplace_back(Line{++count_});
    try {
      if (text.too_long) {
        throw Failure(
            "message_too_large",
            "a line has at most " + std::to_string(kLongestLine >> 20) + " MiB",
            "send it by itself, with: tmctl send");
      }
      line.request = std::make_shared<const v1::SendRequest>(
          RequestOf(text.text, line.number));
      if (queue_ != QueueMode::kAlways || line.request->validate_only()) {
        unanswered_.push_back(&line);
        sender_.Send(line.request);
        return;
      }
      line.result = SendOrQueue(context_, *line.request, queue_);
    } catch (const Failure& failure) {
      line.result = failure;
    }
  }

  v1::SendRequest RequestOf(const std::string& text, int64_t number) const {
    const std::string key =
        key_.empty() ? "" : key_ + "/" + std::to_string(number);
    try {
      v1::SendRequest request = ParseBatchLine(text, no_copy_);
      if (request.request_id().empty()) {
        request.set_request_id(
            key.empty() ? own_key_ + "/" + std::to_string(number) : key);
      }
      request.set_once(context_.arguments.Has("once"));
      request.set_validate_only(context_.arguments.Has("dry-run"));
      return request;
    } catch (Failure& failure) {
      if (failure.key.empty()) failure.key = key;
      throw;
    }
  }

  // The answer is that to the oldest line that has none.
  void Settle(SendMany::Answer answer) {
    Line& line = *unanswered_.front();
    unanswered_.pop_front();
    const v1::SendRequest& request = *line.request;
    if (auto* sent = std::get_if<v1::SendResponse>(&answer)) {
      line.result = Sending{std::move(*sent), request.request_id()};
      return;
    }
    try {
      line.result =
          QueueInstead(context_, request, queue_, std::get<Failure>(answer));
    } catch (const Failure& failure) {
      line.result = failure;
    }
  }

  void PrintOrExplain() {
    try {
      Print();
    } catch (Failure& failure) {
      failure.outcome_unknown = !context_.arguments.Has("dry-run");
      failure.key = key_.empty() ? own_key_ : key_;
      failure.hint =
          "lines whose results are missing may have been sent: "
          "repeat the batch with --key '" +
          failure.key + "', then each is sent once";
      throw;
    }
  }

  // The results that are next in turn, which leave together.
  void Print() {
    while (!lines_.empty() && lines_.front().result.index() != 0) {
      Line& line = lines_.front();
      if (auto* failure = std::get_if<Failure>(&line.result)) {
        PrintFailure(line, *failure);
      } else {
        PrintSending(line, std::get<Sending>(std::move(line.result)));
      }
      lines_.pop_front();
    }
    Flush();
    progress_.Show(sent_ + queued_, failed_);
  }

  void Flush() { Output::Write(std::exchange(results_, "")); }

  void PrintSending(const Line& line, Sending sending) {
    ++(sending.queued ? queued_ : sent_);
    Result result = ResultOf(std::move(sending));
    result.document["line"] = line.number;
    result.text = [n = line.number, text = std::move(result.text)] {
      return "line " + std::to_string(n) + ": " + text();
    };
    results_ += context_.output.TextOf(result);
  }

  void PrintFailure(const Line& line, Failure& failure) {
    ++failed_;
    failure.line = line.number;
    if (failure.outcome_unknown && !failure.key.empty()) {
      failure.hint = "it may have been sent: repeat the line with \"key\": \"" +
                     failure.key + "\", then it is sent once";
    }
    progress_.Clear();
    Flush();
    context_.output.PrintFailure(failure);
  }

  Context& context_;
  const QueueMode queue_;
  const bool no_copy_;
  std::string key_;  // --key
  const std::string own_key_ = NewKey();
  LineReader reader_;
  const int fd_;
  int read_error_ = 0;
  SendMany sender_;
  std::deque<Line> lines_;
  std::deque<Line*> unanswered_;  // of lines_
  std::string results_;           // that are to be written
  int64_t count_ = 0;
  int64_t sent_ = 0;
  int64_t queued_ = 0;
  int64_t failed_ = 0;
  Progress progress_;
};

void CheckUsage(const Arguments& arguments) {
  if (!arguments.operands().empty()) {
    throw Usage("--batch takes no TO: each line has its own \"to\"");
  }
  for (const char* option :
       {"subject", "message", "file", "label", "attach", "reply-to", "ttl",
        "each", "skip-empty", "max-body"}) {
    if (arguments.Has(option)) {
      throw Usage(std::string("--batch and --") + option +
                  " exclude each other: each line says all of its message");
    }
  }
}

File Open(const std::string& path) {
  File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0 || std::filesystem::is_directory(path)) {
    throw Failure("no_input", WithErrno("can't read " + path,
                                        file.fd() < 0 ? errno : EISDIR));
  }
  return file;
}

}  // namespace

int SendBatch(Context& context) {
  CheckUsage(context.arguments);
  const std::string path = context.arguments.Get("batch");
  if (path != "-") {
    const File file = Open(path);
    return Batch(context, file.fd()).Run();
  }
  if (isatty(STDIN_FILENO) && context.settings.no_input) {
    throw Usage("--no-input forbids to ask for lines");
  }
  return Batch(context, STDIN_FILENO).Run();
}

}  // namespace turbo::ctl
