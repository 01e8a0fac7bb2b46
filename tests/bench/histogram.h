// Latencies, counted in buckets that are at most 0.8 % wide.
#ifndef TESTS_BENCH_HISTOGRAM_H_
#define TESTS_BENCH_HISTOGRAM_H_

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

namespace turbo::bench {

class Histogram {
 public:
  Histogram();

  void Add(std::chrono::nanoseconds latency);
  uint64_t count() const { return count_; }

  // The latency that `part` (0 to 1) of all don't exceed; 0 where there are
  // none.
  std::chrono::nanoseconds Percentile(double part) const;

 private:
  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
};

// {"calls":…,"rate":…,"p50_ms":…,"p99_ms":…,"p999_ms":…}: what was counted in
// `seconds`.
nlohmann::ordered_json ReportOf(const Histogram& latencies, double seconds);

}  // namespace turbo::bench

#endif  // TESTS_BENCH_HISTOGRAM_H_
