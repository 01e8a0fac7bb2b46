#include <boost/test/unit_test.hpp>
#include <chrono>
#include <stdexcept>

#include "tmserver/option_values.h"

namespace turbo::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(option_values)

BOOST_AUTO_TEST_CASE(durations_and_sizes_have_units) {
  BOOST_TEST((ParseDuration("500ms") == milliseconds(500)));
  BOOST_TEST((ParseDuration("90s") == seconds(90)));
  BOOST_TEST((ParseDuration("1d2h3m4s") == seconds(93784)));
  BOOST_TEST(ParseSize("7", 0, 1 << 30) == 7u);
  BOOST_TEST(ParseSize("7b", 0, 1 << 30) == 7u);
  for (const char* text : {"1k", "1K", "1KiB", "1kib"}) {
    BOOST_TEST(ParseSize(text, 0, 1 << 30) == 1024u);
  }
  for (const char* text : {"1M", "1mib", "1024k"}) {
    BOOST_TEST(ParseSize(text, 0, 1 << 30) == 1u << 20);
  }
  BOOST_TEST(ParseSize("1G", 0, 1 << 30) == 1u << 30);
}

BOOST_AUTO_TEST_CASE(a_rate_has_a_number_a_unit_and_perhaps_a_burst) {
  BOOST_TEST((ParseRate("none") == mail::Rate{}));
  BOOST_TEST((ParseRate("50/s") == mail::Rate{milliseconds(20), 50}));
  BOOST_TEST((ParseRate("60/M:3") == mail::Rate{seconds(1), 3}));
  BOOST_TEST((ParseRate("1/h:1") == mail::Rate{seconds(3600), 1}));
  BOOST_TEST(
      (ParseRate("1/h:1000000") == mail::Rate{seconds(3600), 1'000'000}));
  for (const char* wrong : {"", "0", "0/s", "/s", "5", "5/", "5/d",
                            "5/s:", "5/s:0", "5/s:x", "-5/s", "5 /s", "5/s:1:1",
                            "1000001/s", "5/s:1000001", "5s", "none:5"}) {
    BOOST_CHECK_THROW(ParseRate(wrong), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::server
