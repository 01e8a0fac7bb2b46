#include "tmserver/option_values.h"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <utility>

namespace turbo::server {
namespace {

using std::chrono::milliseconds;

[[noreturn]] void Refuse(std::string_view text, std::string_view wanted) {
  throw std::invalid_argument("'" + std::string(text) + "' is not " +
                              std::string(wanted));
}

// The number that `text` begins with, which is taken off.
std::optional<uint64_t> TakeNumber(std::string_view& text) {
  uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

std::string_view TakeLetters(std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(),
                                [](char c) { return c < 'a' || c > 'z'; });
  const auto size = static_cast<size_t>(end - text.begin());
  const std::string_view letters = text.substr(0, size);
  text.remove_prefix(size);
  return letters;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

using Unit = std::pair<std::string_view, uint64_t>;

template <size_t N>
std::optional<uint64_t> Find(const std::array<Unit, N>& units,
                             std::string_view name) {
  for (const auto& [unit, value] : units) {
    if (unit == name) return value;
  }
  return std::nullopt;
}

constexpr std::array<Unit, 5> kTimeUnits = {{{"ms", 1},
                                             {"s", 1000},
                                             {"m", 60'000},
                                             {"h", 3'600'000},
                                             {"d", 86'400'000}}};

constexpr std::array<Unit, 3> kRateUnits = {{{"s", 1}, {"m", 60}, {"h", 3600}}};

constexpr uint64_t kLongest = uint64_t{3653} * 86'400'000;

constexpr std::array<Unit, 8> kSizeUnits = {{{"", 1},
                                             {"b", 1},
                                             {"k", uint64_t{1} << 10},
                                             {"kib", uint64_t{1} << 10},
                                             {"m", uint64_t{1} << 20},
                                             {"mib", uint64_t{1} << 20},
                                             {"g", uint64_t{1} << 30},
                                             {"gib", uint64_t{1} << 30}}};

}  // namespace

std::string ToString(const ListenAddress& address) {
  if (!address.path.empty()) return "unix:" + address.path;
  const bool bracket = address.host.find(':') != std::string::npos;
  return (bracket ? "[" + address.host + "]" : address.host) + ":" +
         std::to_string(address.port);
}

uint64_t ParseInteger(std::string_view text, uint64_t least, uint64_t most) {
  std::string_view rest = text;
  const std::optional<uint64_t> number = TakeNumber(rest);
  if (!number || !rest.empty() || *number < least || *number > most) {
    Refuse(text, "a number from " + std::to_string(least) + " to " +
                     std::to_string(most));
  }
  return *number;
}

milliseconds ParseDuration(std::string_view text) {
  std::string_view rest = text;
  uint64_t sum = 0;
  do {
    const std::optional<uint64_t> number = TakeNumber(rest);
    const std::optional<uint64_t> unit = Find(kTimeUnits, TakeLetters(rest));
    if (!number || !unit) Refuse(text, "a duration like 90s, 1h30m or 2d");
    if (*number > kLongest / *unit) Refuse(text, "at most ten years");
    sum += *number * *unit;
  } while (!rest.empty());
  if (sum == 0) Refuse(text, "longer than nothing");
  if (sum > kLongest) Refuse(text, "at most ten years");
  return milliseconds(sum);
}

uint64_t ParseSize(std::string_view text, uint64_t least, uint64_t most) {
  std::string_view rest = text;
  const std::optional<uint64_t> number = TakeNumber(rest);
  const std::optional<uint64_t> unit = Find(kSizeUnits, Lower(rest));
  if (!number || !unit) Refuse(text, "a size like 300, 10k or 1MiB");
  if (*number > most / *unit || *number * *unit < least) {
    Refuse(text, "between " + std::to_string(least) + " and " +
                     std::to_string(most) + " bytes");
  }
  return *number * *unit;
}

mail::Rate ParseRate(std::string_view text) {
  constexpr std::string_view kWanted =
      "none or a rate like 50/s, 300/m or 20/h:100, of 1 to 1000000";
  constexpr uint64_t kMost = 1'000'000;
  const std::string lower = Lower(text);
  if (lower == "none") return {};
  std::string_view rest = lower;
  const std::optional<uint64_t> count = TakeNumber(rest);
  if (!count || !rest.starts_with('/')) Refuse(text, kWanted);
  rest.remove_prefix(1);
  const std::optional<uint64_t> unit = Find(kRateUnits, TakeLetters(rest));
  std::optional<uint64_t> burst = count;
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    burst = TakeNumber(rest);
  }
  const auto fits = [](uint64_t n) { return n >= 1 && n <= kMost; };
  if (!unit || !burst || !rest.empty() || !fits(*count) || !fits(*burst)) {
    Refuse(text, kWanted);
  }
  constexpr uint64_t kNanoseconds = 1'000'000'000;
  return {std::chrono::nanoseconds(*unit * kNanoseconds / *count),
          static_cast<int64_t>(*burst)};
}

bool ParseSwitch(std::string_view text) {
  const std::string lower = Lower(text);
  for (const char* yes : {"true", "yes", "on", "1"}) {
    if (lower == yes) return true;
  }
  for (const char* no : {"false", "no", "off", "0"}) {
    if (lower == no) return false;
  }
  Refuse(text, "true or false");
}

ListenAddress ParseAddress(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  constexpr std::string_view kWanted =
      "an address like 127.0.0.1:50052, [::1]:50052 or unix:/run/tm.sock";
  if (text.substr(0, kUnix.size()) == kUnix) {
    const std::string_view path = text.substr(kUnix.size());
    if (path.empty() || path.find('\0') != path.npos) Refuse(text, kWanted);
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
      Refuse(text, "short enough: the path of a Unix socket has at most " +
                       std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                       " bytes");
    }
    return {"", 0, std::string(path)};
  }
  const size_t colon = text.rfind(':');
  if (colon == text.npos) Refuse(text, kWanted);
  std::string_view host = text.substr(0, colon);
  const bool bracketed =
      host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool has_colon = host.find(':') != host.npos;
  if (host.empty() || bracketed != has_colon) Refuse(text, kWanted);
  const uint64_t port = ParseInteger(text.substr(colon + 1), 0, 65535);
  return {std::string(host), static_cast<uint16_t>(port), ""};
}

mode_t ParseMode(std::string_view text) {
  constexpr mode_t kMost = 0777;
  mode_t mode = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, mode, 8);
  if (error != std::errc() || rest != end || mode > kMost) {
    Refuse(text, "a mode in octal digits like 0660");
  }
  return mode;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace turbo::server
