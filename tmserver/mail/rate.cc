#include "tmserver/mail/rate.h"

#include <algorithm>

namespace turbo::mail {
namespace {

// 16 bytes for each of 64 Ki keys.
constexpr size_t kSets = 8192;

}  // namespace

RateLimiter::RateLimiter(const Clock& clock, Rate rate)
    : clock_(clock),
      rate_(rate),
      buckets_(rate.interval.count() == 0 ? 1 : kSets) {}

RateLimiter::Step RateLimiter::StepFor(std::string_view key) {
  Bucket& bucket = buckets_.At(
      hash_(key), [](const Bucket& other) { return other.full_at; });
  const Nanoseconds now = clock_.Now().time_since_epoch();
  const Nanoseconds fill = rate_.interval * rate_.burst;
  // A clock that was set back must not leave anybody waiting for it.
  const Nanoseconds before =
      std::clamp(bucket.full_at, now, now + fill + kMostDebt);
  const Nanoseconds after = before + rate_.interval;
  return {bucket, after, after - now - fill};
}

std::optional<Duration> RateLimiter::Take(std::string_view key) {
  if (rate_.interval.count() == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const Step step = StepFor(key);
  if (step.too_soon.count() > 0) {
    return std::chrono::ceil<Duration>(step.too_soon);
  }
  step.bucket.full_at = step.full_at;
  return std::nullopt;
}

std::optional<Duration> RateLimiter::Reserve(std::string_view key) {
  if (rate_.interval.count() == 0) return Duration(0);
  const std::lock_guard lock(mutex_);
  const Step step = StepFor(key);
  if (step.too_soon > kMostDebt) return std::nullopt;
  step.bucket.full_at = step.full_at;
  return std::chrono::ceil<Duration>(std::max(step.too_soon, Nanoseconds(0)));
}

}  // namespace turbo::mail
