#include <boost/test/unit_test.hpp>
#include <cstdint>

#include "tests/bench/histogram.h"

namespace turbo::bench {
namespace {

using std::chrono::nanoseconds;

BOOST_AUTO_TEST_SUITE(histogram)

BOOST_AUTO_TEST_CASE(percentiles_are_those_of_the_values) {
  Histogram latencies;
  for (int64_t us = 1; us <= 1000; ++us) latencies.Add(nanoseconds(us * 1000));
  BOOST_TEST(latencies.count() == 1000);
  for (const auto& [part, ns] : {std::pair(0.5, 500'000), {0.99, 990'000}}) {
    BOOST_TEST(latencies.Percentile(part).count() >= ns);
    BOOST_TEST(latencies.Percentile(part).count() <= ns * 1.008);
  }
}

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
  Histogram latencies;
  for (const int64_t ns : {0, 1, 200, 255}) latencies.Add(nanoseconds(ns));
  BOOST_TEST(latencies.Percentile(0.25).count() == 0);
  BOOST_TEST(latencies.Percentile(0.5).count() == 1);
  BOOST_TEST(latencies.Percentile(0.75).count() == 200);
  BOOST_TEST(latencies.Percentile(1).count() == 255);
}

BOOST_AUTO_TEST_CASE(every_value_has_a_bucket_no_wider_than_it_says) {
  for (int bit = 8; bit < 63; ++bit) {
    for (const int64_t value :
         {(int64_t{1} << bit) - 1, int64_t{1} << bit,
          (int64_t{1} << bit) + (int64_t{1} << (bit - 1))}) {
      Histogram latencies;
      latencies.Add(nanoseconds(value));
      const int64_t told = latencies.Percentile(1).count();
      BOOST_TEST(told >= value);
      BOOST_TEST(static_cast<double>(told - value) <=
                 0.008 * static_cast<double>(value));
    }
  }
}

BOOST_AUTO_TEST_CASE(without_values_all_is_zero) {
  const auto report = ReportOf(Histogram(), 1);
  BOOST_TEST(report["calls"] == 0);
  BOOST_TEST(report["rate"] == 0);
  BOOST_TEST(report["p99_ms"] == 0);
}

BOOST_AUTO_TEST_CASE(a_report_has_the_rate_and_milliseconds) {
  Histogram latencies;
  for (int i = 0; i < 10; ++i) latencies.Add(std::chrono::milliseconds(2));
  const auto report = ReportOf(latencies, 4);
  BOOST_TEST(report["rate"].get<double>() == 3);  // 2.5, rounded
  BOOST_TEST(report["p50_ms"].get<double>() == 2,
             boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::bench
