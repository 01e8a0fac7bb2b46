#include "tmserver/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

namespace turbo::log {
namespace {

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kTrace:
      return spdlog::level::trace;
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kCritical:
      return spdlog::level::critical;
    case Level::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

// spdlog's own writes every line by itself.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& line) override {
    formatter_->format(line, waiting_);
  }
  void flush_() override {
    std::fwrite(waiting_.data(), 1, waiting_.size(), stderr);
    waiting_.clear();
  }

  spdlog::memory_buf_t waiting_;
};

// Whether this thread has a Gathering.
thread_local bool gathers = false;

struct Logger {
  Format format = Format::kText;
  std::shared_ptr<spdlog::logger> out;
};

Logger& TheLogger() {
  static Logger logger;
  return logger;
}

// ASCII only: neither control characters nor bidirectional tricks get through.
std::string Quote(std::string_view text) {
  using Json = nlohmann::json;
  return Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
}

bool IsBare(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
  });
}

std::string TextPayload(std::string_view event, Fields fields) {
  std::string line(event);
  for (const Field& field : fields) {
    line.append(" ").append(field.name).append("=");
    line.append(IsBare(field.value) ? field.value : Quote(field.value));
  }
  return line;
}

std::string JsonPayload(std::string_view event, Fields fields) {
  std::string line = "\"event\":" + Quote(event);
  for (const Field& field : fields) {
    line.append(",").append(Quote(field.name)).append(":");
    line.append(field.is_number ? field.value : Quote(field.value));
  }
  return line;
}

}  // namespace

void Start(Format format, Level level) {
  auto out = std::make_shared<spdlog::logger>("tmserver",
                                              std::make_shared<StderrSink>());
  const char* pattern =
      format == Format::kText
          ? "%Y-%m-%dT%H:%M:%S.%eZ %l %v"
          : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";
  out->set_pattern(pattern, spdlog::pattern_time_type::utc);
  out->flush_on(spdlog::level::warn);
  out->set_error_handler([](const std::string&) {});
  out->set_level(ToSpdlog(level));
  TheLogger() = {format, std::move(out)};
}

void SetLevel(Level level) {
  if (TheLogger().out) TheLogger().out->set_level(ToSpdlog(level));
}

void Write(Level level, std::string_view event, Fields fields) {
  const Logger& logger = TheLogger();
  const spdlog::level::level_enum at = ToSpdlog(level);
  if (!logger.out || !logger.out->should_log(at)) return;
  logger.out->log(at,
                  spdlog::string_view_t(Payload(logger.format, event, fields)));
  if (!gathers) logger.out->flush();
}

Gathering::Gathering() { gathers = true; }

Gathering::~Gathering() {
  gathers = false;
  if (TheLogger().out) TheLogger().out->flush();
}

std::string Payload(Format format, std::string_view event, Fields fields) {
  return format == Format::kText ? TextPayload(event, fields)
                                 : JsonPayload(event, fields);
}

}  // namespace turbo::log
