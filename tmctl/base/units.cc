#include "tmctl/base/units.h"

#include <absl/time/time.h>

#include <array>
#include <charconv>
#include <ctime>
#include <limits>
#include <string>

namespace turbo::ctl {
namespace {

constexpr int64_t kMaxId = (int64_t{1} << 53) - 1;

// So that clocks, which count nanoseconds, can add it to the present.
constexpr Milliseconds kLongest = std::chrono::hours(24 * 36525);

// The number that `text` starts with, cut off it.
std::optional<int64_t> TakeNumber(std::string_view& text) {
  int64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.front() == '-') return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

struct Unit {
  std::string_view name;
  int64_t factor;
};

template <size_t N>
std::optional<int64_t> FactorOf(const std::array<Unit, N>& units,
                                std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return unit.factor;
  }
  return std::nullopt;
}

std::optional<int64_t> Multiply(int64_t number, int64_t factor) {
  int64_t product = 0;
  if (__builtin_mul_overflow(number, factor, &product)) return std::nullopt;
  return product;
}

// The beginning of a local day. The C library knows every form of TZ.
std::optional<Time> ParseDay(const std::string& text) {
  std::tm day{};
  const char* end = strptime(text.c_str(), "%Y-%m-%d", &day);
  if (end == nullptr || *end != '\0') return std::nullopt;
  // strptime takes spaces and 30 February; we take what we would write.
  std::array<char, 16> same;
  const size_t size = std::strftime(same.data(), same.size(), "%Y-%m-%d", &day);
  const std::chrono::year_month_day date{
      std::chrono::year(day.tm_year + 1900),
      std::chrono::month(static_cast<unsigned>(day.tm_mon + 1)),
      std::chrono::day(static_cast<unsigned>(day.tm_mday))};
  if (text != std::string_view(same.data(), size) || !date.ok()) {
    return std::nullopt;
  }
  day.tm_isdst = -1;
  return Time(std::chrono::seconds(std::mktime(&day)));
}

Time FromAbsl(absl::Time time) {
  return Time(Milliseconds(absl::ToUnixMillis(time)));
}

absl::Time ToAbsl(Time time) {
  return absl::FromUnixMillis(time.time_since_epoch().count());
}

}  // namespace

std::optional<Milliseconds> ParseDuration(std::string_view text) {
  constexpr std::array kUnits{Unit{"d", 86400000}, Unit{"h", 3600000},
                              Unit{"m", 60000}, Unit{"s", 1000}, Unit{"ms", 1}};
  if (text == "0") return Milliseconds(0);
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    const size_t length = text.find_first_of("0123456789");
    const auto factor = FactorOf(kUnits, text.substr(0, length));
    if (!factor) return std::nullopt;
    text.remove_prefix(std::min(length, text.size()));
    const auto part = Multiply(*number, *factor);
    if (!part || __builtin_add_overflow(total, *part, &total)) {
      return std::nullopt;
    }
  }
  if (total > kLongest.count()) return std::nullopt;
  return Milliseconds(total);
}

std::optional<size_t> ParseSize(std::string_view text) {
  constexpr int64_t kKi = 1024;
  constexpr std::array kUnits{Unit{"", 1},
                              Unit{"B", 1},
                              Unit{"k", kKi},
                              Unit{"K", kKi},
                              Unit{"kB", kKi},
                              Unit{"KB", kKi},
                              Unit{"KiB", kKi},
                              Unit{"kiB", kKi},
                              Unit{"M", kKi * kKi},
                              Unit{"MB", kKi * kKi},
                              Unit{"MiB", kKi * kKi},
                              Unit{"m", kKi * kKi},
                              Unit{"G", kKi * kKi * kKi},
                              Unit{"GB", kKi * kKi * kKi},
                              Unit{"GiB", kKi * kKi * kKi},
                              Unit{"g", kKi * kKi * kKi}};
  if (text.empty()) return std::nullopt;
  const auto number = TakeNumber(text);
  if (!number) return std::nullopt;
  const auto factor = FactorOf(kUnits, text);
  if (!factor) return std::nullopt;
  const auto size = Multiply(*number, *factor);
  if (!size) return std::nullopt;
  return static_cast<size_t>(*size);
}

std::optional<Time> ParseTime(const std::string& text, Time now) {
  if (const auto ago = ParseDuration(text)) {
    if (*ago > now.time_since_epoch()) return std::nullopt;
    return now - *ago;
  }
  absl::Time time;
  // Neither "infinite-past", which the library also takes, nor white space.
  if (text.empty() || text.front() < '0' || text.front() > '9' ||
      text.find_first_of(" \t\n\v\f\r") != std::string::npos) {
    return std::nullopt;
  }
  if (absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) {
    return FromAbsl(time);
  }
  return ParseDay(text);
}

std::optional<int64_t> ParseId(std::string_view text) {
  const auto number = ParseNumber(text);
  if (!number || *number < 1 || *number > kMaxId) return std::nullopt;
  return number;
}

std::optional<int64_t> ParseNumber(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto number = TakeNumber(text);
  if (!text.empty()) return std::nullopt;
  return number;
}

std::string FormatTime(Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", ToAbsl(time),
                          absl::UTCTimeZone());
}

std::string FormatLocal(Time time) {
  // system_clock counts in nanoseconds, which end in the year 2262.
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 32> text;
  return {text.data(),
          std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &local)};
}

Time Now() {
  return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

}  // namespace turbo::ctl
