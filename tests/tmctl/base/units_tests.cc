#include <time.h>

#include <limits>
#include <string>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/base/units.h"

namespace turbo::ctl {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr Time kNow{hours(24 * 365 * 50)};

// An hour before UTC in winter, two in summer.
struct Madrid {
  Madrid() { tzset(); }
  Variable zone{"TZ", "CET-1CEST,M3.5.0,M10.5.0/3"};
};

// Summer begins at midnight: the first hour of that day is missing.
struct SaoPaulo {
  SaoPaulo() { tzset(); }
  Variable zone{"TZ", "<-03>3<-02>,M10.3.0/0,M2.3.0/0"};
};

Time At(const std::string& text) { return ParseTime(text, kNow).value(); }

BOOST_AUTO_TEST_SUITE(units)

BOOST_AUTO_TEST_CASE(durations_have_units) {
  BOOST_TEST((ParseDuration("90s") == 90s));
  BOOST_TEST((ParseDuration("1h30m") == 90min));
  BOOST_TEST((ParseDuration("2d") == 48h));
  BOOST_TEST((ParseDuration("250ms") == 250ms));
  BOOST_TEST((ParseDuration("1d2h3m4s5ms") == 26h + 3min + 4s + 5ms));
  BOOST_TEST((ParseDuration("0") == 0ms));
  BOOST_TEST((ParseDuration("0s") == 0ms));
}

BOOST_AUTO_TEST_CASE(what_is_no_duration_is_nothing) {
  for (const std::string_view text :
       {""sv, "5"sv, "s"sv, "-5s"sv, "+5s"sv, "1.5h"sv, "1h30"sv, "5 s"sv,
        " 5s"sv, "5s "sv, "5S"sv, "5w"sv, "1h-5m"sv, "5s\0"sv, "00"sv,
        "99999999999999999999s"sv, "9223372036854775807d"sv,
        "9223372036854775807ms1ms"sv}) {
    BOOST_TEST(!ParseDuration(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_deadline_that_is_a_duration_away_can_be_told) {
  BOOST_TEST((ParseDuration("36500d") == hours(24 * 36500)));
  BOOST_TEST(!ParseDuration("100000000d").has_value());
}

BOOST_AUTO_TEST_CASE(the_parts_of_a_duration_add_up) {
  BOOST_TEST(rc::check([] {
    const auto part = rc::gen::inRange(0, 1000);
    const int d = *part, h = *part, m = *part, s = *part, ms = *part;
    const std::string text = std::to_string(d) + "d" + std::to_string(h) + "h" +
                             std::to_string(m) + "m" + std::to_string(s) + "s" +
                             std::to_string(ms) + "ms";
    RC_ASSERT(ParseDuration(text) ==
              hours(24 * d + h) + minutes(m) + seconds(s) + Milliseconds(ms));
  }));
}

BOOST_AUTO_TEST_CASE(sizes_count_in_1024s) {
  BOOST_TEST(ParseSize("512").value() == 512u);
  BOOST_TEST(ParseSize("0").value() == 0u);
  BOOST_TEST(ParseSize("7B").value() == 7u);
  for (const char* text : {"10k", "10K", "10kB", "10KB", "10KiB"}) {
    BOOST_TEST(ParseSize(text).value() == 10240u, text);
  }
  for (const char* text : {"1M", "1MB", "1MiB", "1024k"}) {
    BOOST_TEST(ParseSize(text).value() == 1048576u, text);
  }
  BOOST_TEST(ParseSize("2GiB").value() == size_t{2} << 30);
}

BOOST_AUTO_TEST_CASE(what_is_no_size_is_nothing) {
  for (const std::string_view text :
       {""sv, "k"sv, "-1"sv, "+1"sv, "1.5M"sv, "1 M"sv, " 1"sv, "1 "sv, "1X"sv,
        "1Mi"sv, "1k1k"sv, "99999999999999999999"sv,
        "9223372036854775807G"sv}) {
    BOOST_TEST(!ParseSize(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(ids_are_below_2_to_the_53) {
  BOOST_TEST(ParseId("1").value() == 1);
  BOOST_TEST(ParseId("9007199254740991").value() == 9007199254740991);
  for (const std::string_view text :
       {""sv, "0"sv, "-1"sv, "+1"sv, "9007199254740992"sv,
        "99999999999999999999"sv, "1.0"sv, "1e3"sv, "0x1"sv, " 1"sv, "1 "sv,
        "1\n"sv, "uno"sv}) {
    BOOST_TEST(!ParseId(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_number_that_is_printed_is_read_again) {
  BOOST_TEST(rc::check([] {
    const auto number =
        *rc::gen::inRange<int64_t>(0, std::numeric_limits<int64_t>::max());
    RC_ASSERT(ParseNumber(std::to_string(number)) == number);
    RC_ASSERT(!ParseNumber("-" + std::to_string(number)));
  }));
}

BOOST_AUTO_TEST_CASE(rfc_3339_is_a_time) {
  const Time time = At("2026-05-04T13:02:11.250Z");
  BOOST_TEST(FormatTime(time) == "2026-05-04T13:02:11.250Z");
  BOOST_TEST((At("2026-05-04T15:02:11.25+02:00") == time));
  BOOST_TEST((At("2026-05-04T13:02:11.250999Z") == time));
  BOOST_TEST((At("2026-05-04T13:02:11Z") == time - 250ms));
}

BOOST_AUTO_TEST_CASE(a_time_that_is_printed_is_read_again) {
  BOOST_TEST(rc::check([] {
    // Years 0 to 9999.
    const Time time(Milliseconds(
        *rc::gen::inRange<int64_t>(-62167219200000, 253402300800000)));
    RC_ASSERT(ParseTime(FormatTime(time), kNow) == time);
  }));
}

BOOST_AUTO_TEST_CASE(a_duration_is_that_long_ago) {
  BOOST_TEST((At("1h30m") == kNow - 90min));
  BOOST_TEST((At("0") == kNow));
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_nothing) {
  for (const char* text : {"",
                           "now",
                           "infinite-past",
                           "infinite-future",
                           "2026",
                           "2026-05",
                           "2026-13-01",
                           "2026-02-30",
                           "2025-02-29",
                           "2026-00-10",
                           "2026-01-00",
                           "2026-1-1",
                           "2026-01- 1",
                           "2026- 1-01",
                           "26-01-0001",
                           "2026/01/01",
                           "2026-01-01 ",
                           " 2026-01-01",
                           "2026-01-01x",
                           "2026-05-04T13:02:11",
                           "2026-05-04 13:02:11",
                           "2026-02-30T00:00:00Z",
                           "2026-05-04T25:00:00Z",
                           "2026-05-04T13:02:11Z ",
                           "2026-05-04T13:02:11Z\n",
                           "2026-05-04T13:02:11Z\t",
                           "\n2026-05-04T13:02:11Z",
                           "-1h",
                           "30000d"}) {
    BOOST_TEST(!ParseTime(text, kNow).has_value(), text);
  }
}

BOOST_FIXTURE_TEST_CASE(a_day_begins_at_local_midnight, Madrid) {
  BOOST_TEST(FormatTime(At("2026-01-15")) == "2026-01-14T23:00:00.000Z");
  BOOST_TEST(FormatTime(At("2026-07-15")) == "2026-07-14T22:00:00.000Z");
  BOOST_TEST(FormatTime(At("2024-02-29")) == "2024-02-28T23:00:00.000Z");
}

BOOST_FIXTURE_TEST_CASE(a_day_without_midnight_is_a_day, SaoPaulo) {
  BOOST_TEST(FormatTime(At("2017-10-15")) == "2017-10-15T03:00:00.000Z");
}

BOOST_FIXTURE_TEST_CASE(people_see_local_time, Madrid) {
  BOOST_TEST(FormatLocal(At("2026-07-14T22:30:59.999Z")) == "2026-07-15 00:30");
  BOOST_TEST(FormatLocal(At("2026-01-15")) == "2026-01-15 00:00");
  BOOST_TEST(FormatLocal(At("3026-05-04T03:12:11Z")) == "3026-05-04 05:12");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
