// Values as people write them: durations, sizes, times, ids.
#ifndef TMCTL_BASE_UNITS_H_
#define TMCTL_BASE_UNITS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turbo::ctl {

using Milliseconds = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Milliseconds>;

// Each gives nothing where the text is not such a value.

// `90s`, `1h30m`, `2d`, `250ms`; `0`. Units d h m s ms, each a whole number; at
// most 100 years.
std::optional<Milliseconds> ParseDuration(std::string_view text);

// `10k`, `1MiB`, `512`: bytes; k, M, G count in 1024s, with or without B or iB.
std::optional<size_t> ParseSize(std::string_view text);

// RFC 3339, a local `YYYY-MM-DD`, or a duration: that long before `now`.
std::optional<Time> ParseTime(const std::string& text, Time now);

// A message's id: 1 to 2^53-1.
std::optional<int64_t> ParseId(std::string_view text);

std::optional<int64_t> ParseNumber(std::string_view text);

// RFC 3339 in UTC with milliseconds: "2026-05-04T13:02:11.250Z".
std::string FormatTime(Time time);

// The local day and minute: "2026-05-04 15:02".
std::string FormatLocal(Time time);

Time Now();

}  // namespace turbo::ctl

#endif  // TMCTL_BASE_UNITS_H_
