#include <set>
#include <string>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/store/memory_store.h"

namespace turbo::mail {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

// Ana has just logged in, with an idle life of an hour (so that a renewal is
// written down once a minute) and three hours in all.
struct Fixture {
  Fixture() : begin(clock.Now()) {
    ana = Await<UserId>([&](auto done) {
            store.CreateAccount({"ana", "hash", HashToken("token"), begin},
                                std::move(done));
          }).value();
  }

  // When the store believes that the login was last used.
  Time UsedAt() {
    // Writes keep their order: once this one is done, so is a renewal.
    Await<Nothing>(
        [&](auto done) { store.EndSession("nobody's", std::move(done)); });
    return store.FindSession(HashToken("token")).value()->used_at;
  }
  void LogInAgain(const std::string& token) {
    const auto opened = Await<Nothing>([&](auto done) {
      store.OpenSession({ana, "hash", HashToken(token), clock.Now()},
                        std::move(done));
    });
    BOOST_REQUIRE(opened.has_value());
  }

  FakeClock clock;
  store::MemoryStore store;
  Sessions sessions{store, clock, {hours(1), hours(3)}};
  Time begin;
  UserId ana = 0;
};

BOOST_FIXTURE_TEST_SUITE(sessions, Fixture)

BOOST_AUTO_TEST_CASE(a_token_tells_who_is_calling) {
  const auto caller = sessions.Authenticate("token");
  BOOST_REQUIRE(caller.has_value());
  BOOST_TEST(caller->id == ana);
  BOOST_TEST(caller->user == "ana");
  BOOST_TEST(caller->token_hash == HashToken("token"));
  BOOST_TEST((caller->expires_at == begin + hours(1)));
}

BOOST_AUTO_TEST_CASE(no_token_and_an_unknown_one_need_a_login) {
  for (const char* token : {"", "unknown", "Token", "token "}) {
    BOOST_TEST(
        (CodeOf(sessions.Authenticate(token)) == ErrorCode::kNotLoggedIn));
  }
}

BOOST_AUTO_TEST_CASE(the_hash_that_the_store_keeps_is_no_token) {
  BOOST_TEST((CodeOf(sessions.Authenticate(HashToken("token"))) ==
              ErrorCode::kNotLoggedIn));
}

BOOST_AUTO_TEST_CASE(a_login_that_is_not_used_expires) {
  clock.Advance(hours(1) + minutes(1));
  BOOST_TEST(
      (CodeOf(sessions.Authenticate("token")) == ErrorCode::kSessionExpired));
}

BOOST_AUTO_TEST_CASE(the_idle_life_and_its_grace_are_granted) {
  clock.Advance(hours(1) + minutes(1) - milliseconds(1));
  BOOST_TEST(sessions.Authenticate("token").has_value());
}

BOOST_AUTO_TEST_CASE(each_use_renews_the_idle_life) {
  for (int i = 0; i < 3; ++i) {
    clock.Advance(minutes(50));
    const auto caller = sessions.Authenticate("token");
    BOOST_REQUIRE(caller.has_value());
    BOOST_TEST((UsedAt() == clock.Now()));
  }
}

BOOST_AUTO_TEST_CASE(the_store_hears_once_in_a_sixtieth_of_the_idle_life) {
  clock.Advance(minutes(1) - milliseconds(1));
  sessions.Authenticate("token").value();
  BOOST_TEST((UsedAt() == begin));
  clock.Advance(milliseconds(1));
  sessions.Authenticate("token").value();
  const Time renewed = clock.Now();
  BOOST_TEST((UsedAt() == renewed));
  clock.Advance(minutes(1) - milliseconds(1));
  sessions.Authenticate("token").value();
  BOOST_TEST((UsedAt() == renewed));
}

BOOST_AUTO_TEST_CASE(an_expired_login_is_not_renewed) {
  clock.Advance(hours(2));
  BOOST_TEST(!sessions.Authenticate("token").has_value());
  BOOST_TEST((UsedAt() == begin));
}

BOOST_AUTO_TEST_CASE(however_much_it_is_used_a_login_has_an_end) {
  for (int i = 0; i < 3; ++i) {
    clock.Advance(minutes(59));
    sessions.Authenticate("token").value();
    UsedAt();
  }
  clock.Advance(minutes(3) - milliseconds(1));
  const auto caller = sessions.Authenticate("token");
  BOOST_REQUIRE(caller.has_value());
  BOOST_TEST((caller->expires_at == begin + hours(3)));
  UsedAt();
  clock.Advance(milliseconds(1));
  BOOST_TEST(
      (CodeOf(sessions.Authenticate("token")) == ErrorCode::kSessionExpired));
}

BOOST_AUTO_TEST_CASE(a_login_replaces_the_one_before) {
  LogInAgain("newer");
  BOOST_TEST(
      (CodeOf(sessions.Authenticate("token")) == ErrorCode::kNotLoggedIn));
  BOOST_TEST(sessions.Authenticate("newer").value().user == "ana");
}

BOOST_AUTO_TEST_CASE(a_login_after_an_expired_one_has_a_whole_life) {
  clock.Advance(hours(10));
  LogInAgain("newer");
  const auto caller = sessions.Authenticate("newer");
  BOOST_REQUIRE(caller.has_value());
  BOOST_TEST((caller->expires_at == clock.Now() + hours(1)));
}

BOOST_AUTO_TEST_CASE(a_login_first_ends_with_its_shorter_life) {
  BOOST_TEST((sessions.FirstEnd(begin) == begin + hours(1)));
  const Sessions strict(store, clock, {hours(1), minutes(10)});
  BOOST_TEST((strict.FirstEnd(begin) == begin + minutes(10)));
}

BOOST_AUTO_TEST_CASE(an_absolute_life_below_the_idle_one_holds) {
  Sessions strict(store, clock, {hours(1), minutes(10)});
  clock.Advance(minutes(10) - milliseconds(1));
  BOOST_TEST(strict.Authenticate("token").has_value());
  clock.Advance(milliseconds(1));
  BOOST_TEST(
      (CodeOf(strict.Authenticate("token")) == ErrorCode::kSessionExpired));
}

BOOST_AUTO_TEST_CASE(tokens_are_new_each_time_and_fit_into_a_header) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    const std::string token = NewToken();
    BOOST_TEST(token.size() == 43u);
    BOOST_TEST(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "abcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_") == std::string::npos);
    tokens.insert(token);
  }
  BOOST_TEST(tokens.size() == 100u);
}

BOOST_AUTO_TEST_CASE(a_hash_has_32_bytes_and_stays_the_same) {
  BOOST_TEST(HashToken("token").size() == 32u);
  BOOST_TEST(HashToken("token") == HashToken("token"));
  BOOST_TEST(HashToken("token") != HashToken("tokem"));
}

BOOST_AUTO_TEST_CASE(an_account_has_a_rate_wherever_it_calls_from) {
  Sessions limited(store, clock,
                   {.account_rate = {std::chrono::seconds(10), 2}});
  Caller one;
  one.id = 1;
  one.user = "one";
  Caller two;
  two.id = 2;
  BOOST_TEST(limited.Admit(one).has_value());
  one.origin = "192.0.2.1";
  BOOST_TEST(limited.Admit(one).has_value());
  const auto refused = limited.Admit(one);
  BOOST_TEST((CodeOf(refused) == ErrorCode::kRateLimited));
  BOOST_TEST((refused.error().retry_after == std::chrono::seconds(10)));
  BOOST_TEST(limited.Admit(two).has_value());
  BOOST_TEST((limited.Pace(one) == std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(unknown_tokens_count_for_the_place_and_good_ones_do_not) {
  Sessions limited(store, clock,
                   {.stranger_rate = {std::chrono::seconds(10), 2}});
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST((CodeOf(limited.Authenticate("unknown", "192.0.2.1")) ==
                ErrorCode::kNotLoggedIn));
  }
  BOOST_TEST((CodeOf(limited.Authenticate("unknown", "192.0.2.1")) ==
              ErrorCode::kRateLimited));
  BOOST_TEST((CodeOf(limited.Authenticate("unknown", "192.0.2.2")) ==
              ErrorCode::kNotLoggedIn));
  const auto caller = limited.Authenticate("token", "192.0.2.1");
  BOOST_REQUIRE(caller.has_value());
  BOOST_TEST(caller->origin == "192.0.2.1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
