// What the tests of the mail's rules share: a clock that stands still and short
// ways to ask. The store is the one in memory.
#ifndef TESTS_TMSERVER_MAIL_MAIL_TESTING_H_
#define TESTS_TMSERVER_MAIL_MAIL_TESTING_H_

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>
#include <utility>

#include "tmserver/mail/clock.h"
#include "tmserver/mail/store.h"

namespace turbo::mail {

class FakeClock final : public Clock {
 public:
  Time Now() const override { return Time(now_.load()); }
  void Advance(Duration by) { now_ = now_.load() + by; }

 private:
  std::atomic<Duration> now_{std::chrono::hours(1)};
};

// Starts a call by `start(done)` and waits for its answer.
template <class T, class Start>
Result<T> Await(Start start) {
  auto answer = std::make_shared<std::promise<Result<T>>>();
  auto future = answer->get_future();
  start([answer](Result<T> result) { answer->set_value(std::move(result)); });
  return future.get();
}

template <class T>
ErrorCode CodeOf(const Result<T>& result) {
  BOOST_REQUIRE(!result.has_value());
  return result.error().code;
}

}  // namespace turbo::mail

#endif  // TESTS_TMSERVER_MAIL_MAIL_TESTING_H_
