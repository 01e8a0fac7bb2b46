#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/rate.h"

namespace turbo::mail {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Ten a second, three at once.
constexpr Rate kTen{milliseconds(100), 3};

struct Fixture {
  // How many of them fit now.
  int Fitting(RateLimiter& into, const std::string& key, int tries = 100) {
    int fit = 0;
    for (int i = 0; i < tries; ++i) fit += into.Take(key) ? 0 : 1;
    return fit;
  }

  FakeClock clock;
  RateLimiter limiter{clock, kTen};
};

BOOST_FIXTURE_TEST_SUITE(rate, Fixture)

BOOST_AUTO_TEST_CASE(a_burst_fits_and_then_what_time_brings) {
  BOOST_TEST(Fitting(limiter, "a") == 3);
  clock.Advance(milliseconds(99));
  BOOST_TEST(Fitting(limiter, "a") == 0);
  clock.Advance(milliseconds(1));
  BOOST_TEST(Fitting(limiter, "a") == 1);
  clock.Advance(milliseconds(200));
  BOOST_TEST(Fitting(limiter, "a") == 2);
  clock.Advance(hours(1));
  BOOST_TEST(Fitting(limiter, "a") == 3);
}

BOOST_AUTO_TEST_CASE(the_answer_is_when_the_next_fits) {
  Fitting(limiter, "a");
  clock.Advance(milliseconds(30));
  BOOST_TEST((limiter.Take("a") == milliseconds(70)));
  BOOST_TEST((limiter.Take("a") == milliseconds(70)));
  clock.Advance(milliseconds(70));
  BOOST_TEST(!limiter.Take("a").has_value());
}

BOOST_AUTO_TEST_CASE(keys_do_not_share) {
  BOOST_TEST(Fitting(limiter, "a") == 3);
  BOOST_TEST(Fitting(limiter, "b") == 3);
}

BOOST_AUTO_TEST_CASE(fractions_of_the_clocks_tick_are_not_lost) {
  RateLimiter fast(clock, {std::chrono::microseconds(200), 1});
  int fit = 0;
  for (int i = 0; i < 1000; ++i) {
    clock.Advance(milliseconds(1));
    fit += Fitting(fast, "a");
  }
  BOOST_TEST(fit == 1000);  // a burst of 1 can't use more than a tick brings
  RateLimiter bursting(clock, {std::chrono::microseconds(200), 10});
  fit = Fitting(bursting, "a") - 10;
  for (int i = 0; i < 1000; ++i) {
    clock.Advance(milliseconds(1));
    fit += Fitting(bursting, "a");
  }
  BOOST_TEST(fit == 5000);
}

BOOST_AUTO_TEST_CASE(no_limit_is_none) {
  RateLimiter none(clock, {});
  BOOST_TEST(Fitting(none, "a", 100'000) == 100'000);
  BOOST_TEST((none.Reserve("a") == milliseconds(0)));
}

BOOST_AUTO_TEST_CASE(who_reserves_is_told_to_wait_for_its_turn) {
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((limiter.Reserve("a") == milliseconds(0)));
  }
  BOOST_TEST((limiter.Reserve("a") == milliseconds(100)));
  BOOST_TEST((limiter.Reserve("a") == milliseconds(200)));
  BOOST_TEST((limiter.Take("a") == milliseconds(300)));
}

BOOST_AUTO_TEST_CASE(debts_have_an_end) {
  for (int i = 0; i < 103; ++i) BOOST_TEST(limiter.Reserve("a").has_value());
  BOOST_TEST(!limiter.Reserve("a"));
  BOOST_TEST((limiter.Take("a") == RateLimiter::kMostDebt + milliseconds(100)));
  clock.Advance(milliseconds(100));
  BOOST_TEST((limiter.Reserve("a") == RateLimiter::kMostDebt));
}

BOOST_AUTO_TEST_CASE(a_turn_that_is_far_away_is_not_reserved) {
  RateLimiter slow(clock, {hours(1), 1});
  BOOST_TEST((slow.Reserve("a") == milliseconds(0)));
  BOOST_TEST(!slow.Reserve("a"));
  clock.Advance(hours(1) - seconds(5));
  BOOST_TEST((slow.Reserve("a") == seconds(5)));
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_locks_nobody_out) {
  clock.Advance(hours(24));
  Fitting(limiter, "a");
  clock.Advance(-hours(24));
  const auto wait = limiter.Take("a");
  BOOST_TEST((!wait || *wait <= RateLimiter::kMostDebt + seconds(1)));
}

BOOST_AUTO_TEST_CASE(a_flood_of_keys_does_not_free_one_that_is_over_its_rate) {
  RateLimiter slow(clock, {hours(1), 3});
  BOOST_TEST(Fitting(slow, "a") == 3);
  for (int i = 0; i < 300'000; ++i) slow.Take("stranger " + std::to_string(i));
  BOOST_TEST(Fitting(slow, "a") == 0);
}

BOOST_AUTO_TEST_CASE(threads_get_no_more_than_one) {
  std::atomic<int> fit = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { fit += Fitting(limiter, "a", 1000); });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(fit == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
