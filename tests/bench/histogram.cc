#include "tests/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace turbo::bench {
namespace {

// Values below 2^kBits have a bucket each; from there on every doubling has
// 2^(kBits - 1).
constexpr int kBits = 8;
constexpr size_t kHalf = size_t{1} << (kBits - 1);

size_t BucketOf(uint64_t value) {
  const int shift =
      std::max(0, static_cast<int>(std::bit_width(value)) - kBits);
  return static_cast<size_t>(shift) * kHalf + (value >> shift);
}

uint64_t LargestIn(size_t bucket) {
  if (bucket < 2 * kHalf) return bucket;
  const size_t shift = bucket / kHalf - 1;
  return ((bucket - shift * kHalf + 1) << shift) - 1;
}

double Rounded(double value) { return std::round(value * 1000) / 1000; }

}  // namespace

Histogram::Histogram() : buckets_((64 - kBits + 2) * kHalf) {}

void Histogram::Add(std::chrono::nanoseconds latency) {
  const auto value =
      static_cast<uint64_t>(std::max<int64_t>(0, latency.count()));
  ++buckets_[BucketOf(value)];
  ++count_;
}

std::chrono::nanoseconds Histogram::Percentile(double part) const {
  const auto wanted =
      static_cast<uint64_t>(std::ceil(part * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen > 0 && seen >= wanted) {
      return std::chrono::nanoseconds(LargestIn(bucket));
    }
  }
  return std::chrono::nanoseconds(0);
}

nlohmann::ordered_json ReportOf(const Histogram& latencies, double seconds) {
  const auto ms = [&](double part) {
    return Rounded(
        std::chrono::duration<double, std::milli>(latencies.Percentile(part))
            .count());
  };
  return {
      {"calls", latencies.count()},
      {"rate", std::round(static_cast<double>(latencies.count()) / seconds)},
      {"p50_ms", ms(0.5)},
      {"p99_ms", ms(0.99)},
      {"p999_ms", ms(0.999)}};
}

}  // namespace turbo::bench
