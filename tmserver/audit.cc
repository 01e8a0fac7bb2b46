#include "tmserver/audit.h"

#include <fcntl.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "tmserver/log.h"

namespace turbo::audit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLongest = 128;  // bytes of a value
constexpr int kMostRefusals = 10;
constexpr std::chrono::seconds kRefusalsPer{1};
constexpr std::chrono::minutes kWarningEvery{1};

int OpenToAppend(const std::string& path) {
  const int fd =
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
           S_IRUSR | S_IWUSR);
  if (fd < 0) {
    throw std::system_error(errno, std::generic_category(),
                            "can't write the audit log " + path);
  }
  return fd;
}

// Writes whole lines, each by a call of its own: what is written is in the
// file, and a full disk can tear only the line that it fails.
class Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // An empty path: stderr.
  explicit Sink(std::string path)
      : path_(std::move(path)),
        fd_(path_.empty() ? STDERR_FILENO : OpenToAppend(path_)) {}
  ~Sink() override { Close(); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void Reopen() {
    if (path_.empty()) return;
    const int fd = OpenToAppend(path_);
    const std::lock_guard lock(mutex_);
    Close();
    fd_ = fd;
    torn_ = false;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    if (torn_) line.push_back('\n');
    formatter_->format(message, line);
    const ssize_t written = write(fd_, line.data(), line.size());
    if (written == static_cast<ssize_t>(line.size())) {
      torn_ = false;
      if (lost_ > 0) {
        log::Write(log::Level::kWarn, "audit_restored", {{"lost", lost_}});
      }
      lost_ = 0;
      return;
    }
    const int error = written < 0 ? errno : ENOSPC;
    torn_ = torn_ || written > 0;
    Complain(error);
  }
  void flush_() override {}

  void Complain(int error) {
    const auto now = Clock::now();
    if (lost_++ > 0 && now - warned_ < kWarningEvery) return;
    warned_ = now;
    log::Write(
        log::Level::kError, "audit_failed",
        {{"error", std::generic_category().message(error)}, {"lost", lost_}});
  }

  void Close() const {
    if (!path_.empty()) close(fd_);
  }

  const std::string path_;
  int fd_;
  bool torn_ = false;  // the file doesn't end with a newline
  uint64_t lost_ = 0;  // lines since the last that was written
  Clock::time_point warned_;
};

// Bounds the lines about what strangers can make as often as they like.
class Refusals {
 public:
  // Whether one more may be written; takes how many could not.
  bool Take(uint64_t& omitted) {
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    if (now - begun_ >= kRefusalsPer) {
      begun_ = now;
      count_ = 0;
    }
    if (++count_ > kMostRefusals) {
      ++omitted_;
      return false;
    }
    omitted = std::exchange(omitted_, 0);
    return true;
  }

 private:
  std::mutex mutex_;
  Clock::time_point begun_;
  int count_ = 0;
  uint64_t omitted_ = 0;
};

struct Logger {
  std::shared_ptr<Sink> sink;
  std::shared_ptr<spdlog::logger> out;
  std::unique_ptr<Refusals> refusals;
};

Logger& TheLogger() {
  static Logger logger;
  return logger;
}

spdlog::level::level_enum ToSpdlog(Level level) {
  if (level == Level::kOff) return spdlog::level::off;
  return level == Level::kInfo ? spdlog::level::info : spdlog::level::warn;
}

using Json = nlohmann::ordered_json;

Json ToJson(std::string_view value) {
  if (value.empty()) return nullptr;
  if (value.size() <= kLongest) return value;
  return std::string(value.substr(0, kLongest)) + "...";
}

// Without the opening brace: the time comes before it.
std::string MembersOf(const Entry& entry, uint64_t omitted) {
  Json json{
      {"event", entry.event},           {"user", ToJson(entry.user)},
      {"peer", ToJson(entry.peer)},     {"token", ToJson(entry.token)},
      {"target", ToJson(entry.target)}, {"details", ToJson(entry.details)},
      {"outcome", entry.outcome}};
  if (omitted > 0) json["omitted"] = omitted;
  // ASCII only: neither control characters nor bidirectional tricks.
  return json.dump(-1, ' ', true, Json::error_handler_t::replace).substr(1);
}

}  // namespace

void Start(const std::string& destination, Level level) {
  Logger& logger = TheLogger();
  logger.out = nullptr;
  logger.sink = nullptr;
  if (destination == kNone) return;
  logger.sink =
      std::make_shared<Sink>(destination == kStderr ? "" : destination);
  logger.refusals = std::make_unique<Refusals>();
  logger.out = std::make_shared<spdlog::logger>("audit", logger.sink);
  logger.out->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)",
                          spdlog::pattern_time_type::utc);
  logger.out->set_error_handler([](const std::string&) {});
  logger.out->set_level(ToSpdlog(level));
}

void SetLevel(Level level) {
  if (TheLogger().out) TheLogger().out->set_level(ToSpdlog(level));
}

void Reopen() {
  if (TheLogger().sink) TheLogger().sink->Reopen();
}

void Write(const Entry& entry) {
  Logger& logger = TheLogger();
  const auto level =
      entry.outcome == "OK" ? spdlog::level::info : spdlog::level::warn;
  if (!logger.out || !logger.out->should_log(level)) return;
  uint64_t omitted = 0;
  const bool cheap =
      entry.outcome == "RATE_LIMITED" || entry.outcome == "NOT_LOGGED_IN";
  if (cheap && !logger.refusals->Take(omitted)) return;
  logger.out->log(level, spdlog::string_view_t(MembersOf(entry, omitted)));
}

}  // namespace turbo::audit
