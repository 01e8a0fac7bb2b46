// How often something may happen: token buckets.
#ifndef TMSERVER_MAIL_RATE_H_
#define TMSERVER_MAIL_RATE_H_

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "tmserver/mail/bounded_table.h"
#include "tmserver/mail/clock.h"

namespace turbo::mail {

struct Rate {
  std::chrono::nanoseconds interval{0};  // in the long run; 0: no limit
  int64_t burst = 1;                     // as many at once; at least 1
  bool operator==(const Rate&) const = default;
};

// A bucket for each key, full at first. Of more keys than it has room for, it
// forgets those that have used theirs least. Thread-safe.
class RateLimiter {
 public:
  // `clock` outlives it. The burst fills in 100 years at most.
  RateLimiter(const Clock& clock, Rate rate);

  // Counts one for `key`. Where that is too soon it counts nothing and answers
  // after how long it won't be.
  std::optional<Duration> Take(std::string_view key);

  // Counts one for `key` and answers after how long it isn't too soon; nothing,
  // without counting it, where that is more than kMostDebt.
  std::optional<Duration> Reserve(std::string_view key);

  static constexpr std::chrono::seconds kMostDebt{10};

 private:
  using Nanoseconds = std::chrono::nanoseconds;
  struct Bucket {
    uint64_t key = 0;
    // When it will be full again, since the clock's epoch.
    Nanoseconds full_at{0};
  };

  // What the bucket's full_at becomes by one more, and how much too soon.
  struct Step {
    Bucket& bucket;
    Nanoseconds full_at;
    Nanoseconds too_soon;
  };
  Step StepFor(std::string_view key);

  const Clock& clock_;
  const Rate rate_;
  const KeyedHash hash_;
  std::mutex mutex_;  // guards the buckets
  BoundedTable<Bucket> buckets_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_RATE_H_
