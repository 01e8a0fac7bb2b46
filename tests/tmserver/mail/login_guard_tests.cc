#include <string>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/login_guard.h"

namespace turbo::mail {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Fixture {
  // Tries a password that is wrong; answers how long one has to wait instead.
  Duration Wrong(const std::string& user, const Origin& origin,
                 const std::string& password) {
    const auto attempt = guard.Begin(user, origin, password);
    return attempt ? Duration(0) : attempt.error().retry_after.value();
  }
  // As many different ones as are let through at once.
  int Guess(const std::string& user, const Origin& origin, int tries = 100) {
    int tried = 0;
    for (int i = 0; i < tries; ++i) {
      const std::string password = "guess " + std::to_string(++guesses);
      if (Wrong(user, origin, password).count() == 0) ++tried;
    }
    return tried;
  }
  bool LogIn(const std::string& user, const Origin& origin) {
    const auto attempt = guard.Begin(user, origin, "right");
    if (attempt) guard.Succeeded(*attempt);
    return attempt.has_value();
  }

  FakeClock clock;
  LoginGuard guard{clock};
  int guesses = 0;
};

BOOST_FIXTURE_TEST_SUITE(login_guard, Fixture)

BOOST_AUTO_TEST_CASE(after_five_wrong_passwords_the_pauses_double) {
  BOOST_TEST(Guess("ana", "1.2.3.4") == 5);
  for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    BOOST_TEST((Wrong("ana", "1.2.3.4", "x") == seconds(pause)));
    clock.Advance(seconds(pause) - milliseconds(1));
    BOOST_TEST(Guess("ana", "1.2.3.4") == 0);
    clock.Advance(milliseconds(1));
    BOOST_TEST(Guess("ana", "1.2.3.4") == 1);
  }
}

BOOST_AUTO_TEST_CASE(the_refusal_says_when) {
  Guess("ana", "1.2.3.4");
  const auto refused = guard.Begin("ana", "1.2.3.4", "x");
  BOOST_TEST((CodeOf(refused) == ErrorCode::kRateLimited));
  BOOST_TEST(refused.error().message ==
             "too many wrong passwords: try again in 1 s");
}

BOOST_AUTO_TEST_CASE(the_same_wrong_password_counts_once) {
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST_REQUIRE((Wrong("ana", "1.2.3.4", "old") == seconds(0)));
  }
  BOOST_TEST(Guess("ana", "1.2.3.4") == 4);
}

BOOST_AUTO_TEST_CASE(one_at_once_or_many_count_alike) {
  std::vector<LoginGuard::Attempt> running;
  for (int i = 0; i < 100; ++i) {
    if (auto begun = guard.Begin("ana", "1.2.3.4", std::to_string(i))) {
      running.push_back(*begun);
    }
  }
  BOOST_TEST(running.size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_login_forgives_its_place) {
  Guess("ana", "1.2.3.4", 4);
  BOOST_TEST(LogIn("ana", "1.2.3.4"));
  BOOST_TEST(Guess("ana", "1.2.3.4") == 5);
}

BOOST_AUTO_TEST_CASE(what_nobody_found_out_does_not_count) {
  for (int i = 0; i < 100; ++i) {
    const auto attempt = guard.Begin("ana", "1.2.3.4", std::to_string(i));
    BOOST_TEST_REQUIRE(attempt.has_value());
    guard.Abandoned(*attempt);
  }
  BOOST_TEST(Guess("ana", "1.2.3.4") == 5);
}

BOOST_AUTO_TEST_CASE(what_nobody_found_out_leaves_what_counted_before) {
  Guess("ana", "1.2.3.4", 3);
  BOOST_TEST((Wrong("ana", "1.2.3.4", "known") == seconds(0)));
  const auto again = guard.Begin("ana", "1.2.3.4", "known");
  guard.Abandoned(*again);
  BOOST_TEST(Guess("ana", "1.2.3.4") == 1);
}

BOOST_AUTO_TEST_CASE(users_and_places_do_not_share) {
  Guess("ana", "1.2.3.4");
  BOOST_TEST(Guess("beto", "1.2.3.4") == 5);
  BOOST_TEST(Guess("ana", "1.2.3.5") == 5);
  BOOST_TEST(Guess("ana", "") == 5);
}

BOOST_AUTO_TEST_CASE(many_places_together_count_for_a_user) {
  int tried = 0;
  for (int i = 0; i < 100; ++i) tried += Guess("ana", std::to_string(i));
  BOOST_TEST(tried == 50);
  BOOST_TEST((Wrong("ana", "fresh", "x") == seconds(1)));
  clock.Advance(seconds(1));
  BOOST_TEST(Guess("ana", "fresh") == 1);
  BOOST_TEST(Guess("beto", "fresh") == 5);
}

BOOST_AUTO_TEST_CASE(one_old_password_on_many_machines_counts_once) {
  for (int i = 0; i < 1000; ++i) {
    BOOST_TEST_REQUIRE((Wrong("ana", std::to_string(i), "old") == seconds(0)));
  }
}

BOOST_AUTO_TEST_CASE(the_owner_is_not_locked_out_where_it_has_logged_in) {
  BOOST_TEST(LogIn("ana", "home"));
  for (int i = 0; i < 100; ++i) Guess("ana", std::to_string(i));
  BOOST_TEST(Guess("ana", "elsewhere") == 0);
  BOOST_TEST(LogIn("ana", "home"));
  clock.Advance(hours(10));
  for (int i = 0; i < 100; ++i) Guess("ana", std::to_string(i));
  BOOST_TEST(LogIn("ana", "home"));
}

BOOST_AUTO_TEST_CASE(a_trusted_place_may_not_guess) {
  BOOST_TEST(LogIn("ana", "home"));
  BOOST_TEST(Guess("ana", "home") == 5);
}

BOOST_AUTO_TEST_CASE(an_hour_without_guesses_forgives) {
  Guess("ana", "1.2.3.4");
  clock.Advance(hours(1));
  BOOST_TEST(Guess("ana", "1.2.3.4") == 5);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_locks_nobody_out) {
  clock.Advance(hours(24));
  Guess("ana", "1.2.3.4");
  clock.Advance(-hours(24));
  BOOST_TEST((Wrong("ana", "1.2.3.4", "x") <= minutes(1)));
  clock.Advance(minutes(1));
  BOOST_TEST((Wrong("ana", "1.2.3.4", "x") <= minutes(1)));
}

BOOST_AUTO_TEST_CASE(made_up_names_buy_no_forgetting) {
  BOOST_TEST(LogIn("ana", "home"));
  Guess("beto", "home");
  for (int i = 0; i < 100'000; ++i) {
    guard.Begin("user" + std::to_string(i), "1.2.3.4", "x");
  }
  BOOST_TEST(Guess("beto", "home") == 0);
  for (int i = 0; i < 100; ++i) Guess("ana", std::to_string(i));
  BOOST_TEST(LogIn("ana", "home"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
