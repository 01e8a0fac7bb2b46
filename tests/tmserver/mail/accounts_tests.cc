#include <sodium.h>

#include <string>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/accounts.h"
#include "tmserver/store/memory_store.h"

namespace turbo::mail {
namespace {

constexpr PasswordCost kCheap{crypto_pwhash_argon2id_MEMLIMIT_MIN,
                              crypto_pwhash_argon2id_OPSLIMIT_MIN};

// A server's accounts, with ana among them.
struct Fixture {
  Fixture() : ana(Register("ana", "ana's secret").value()) {}

  Result<Login> Register(const std::string& user, const std::string& password,
                         const Origin& origin = {}) {
    return Await<Login>([&](auto done) {
      accounts.Register(user, password, "", origin, std::move(done));
    });
  }
  Result<Login> LogIn(const std::string& user, const std::string& password,
                      const Origin& origin = {}) {
    return Await<Login>([&](auto done) {
      accounts.LogIn(user, password, origin, std::move(done));
    });
  }
  // What five more wrong passwords and then the right one come to.
  ErrorCode GuessAt(const std::string& user) {
    for (int i = 0; i < 5; ++i) LogIn(user, "wrong " + std::to_string(i));
    return CodeOf(LogIn(user, "ana's secret"));
  }
  Result<Nothing> ChangePassword(const Caller& caller, const std::string& from,
                                 const std::string& to) {
    return Await<Nothing>([&](auto done) {
      accounts.ChangePassword(caller, from, to, std::move(done));
    });
  }
  bool IsLoggedIn(const Login& login) {
    return sessions.Authenticate(login.token).has_value();
  }

  FakeClock clock;
  store::MemoryStore store;
  PasswordHasher hasher{kCheap};
  Sessions sessions{store, clock, {}};
  Accounts accounts{store, hasher, sessions, clock, {}};
  Login ana;
};

BOOST_FIXTURE_TEST_SUITE(accounts, Fixture)

BOOST_AUTO_TEST_CASE(registering_logs_in) {
  const auto caller = sessions.Authenticate(ana.token);
  BOOST_REQUIRE(caller.has_value());
  BOOST_TEST(caller->user == "ana");
  BOOST_TEST(caller->id == ana.caller.id);
  BOOST_TEST(caller->token_hash == ana.caller.token_hash);
  BOOST_TEST((caller->expires_at == ana.caller.expires_at));
}

BOOST_AUTO_TEST_CASE(the_password_is_not_kept) {
  const auto account = store.FindAccount("ana").value();
  BOOST_REQUIRE(account.has_value());
  BOOST_TEST(account->password_hash.starts_with("$argon2id$"));
}

BOOST_AUTO_TEST_CASE(a_name_is_given_once_in_any_case) {
  for (const char* name : {"ana", "Ana", "ANA"}) {
    const auto again = Register(name, "another secret");
    BOOST_TEST((CodeOf(again) == ErrorCode::kUserExists));
    BOOST_TEST(again.error().users == std::vector<std::string>{"ana"},
               boost::test_tools::per_element());
  }
  BOOST_TEST(IsLoggedIn(ana));
}

BOOST_AUTO_TEST_CASE(a_name_that_can_not_be_is_refused) {
  BOOST_TEST((CodeOf(Register("ana beto", "a good secret")) ==
              ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_short_password_is_weak) {
  BOOST_TEST((CodeOf(Register("beto", "1234567")) == ErrorCode::kWeakPassword));
  BOOST_TEST(!store.FindAccount("beto").value().has_value());
  BOOST_TEST(Register("beto", "12345678").has_value());
}

BOOST_AUTO_TEST_CASE(a_password_is_measured_in_bytes) {
  BOOST_TEST(Register("beto", "ññññ").has_value());
}

BOOST_AUTO_TEST_CASE(a_password_has_at_most_1024_bytes) {
  const std::string longest(1024, 'x');
  BOOST_TEST(
      (CodeOf(Register("beto", longest + "x")) == ErrorCode::kInvalidArgument));
  BOOST_TEST(Register("beto", longest).has_value());
  BOOST_TEST(LogIn("beto", longest).has_value());
  BOOST_TEST(
      (CodeOf(LogIn("beto", longest + "x")) == ErrorCode::kBadCredentials));
}

BOOST_AUTO_TEST_CASE(where_registration_is_closed_users_still_log_in) {
  Accounts closed(
      store, hasher, sessions, clock,
      {.registration = Registration::kClosed, .min_password_length = 8});
  const auto refused = Await<Login>([&](auto done) {
    closed.Register("beto", "beto's secret", "", {}, std::move(done));
  });
  BOOST_TEST((CodeOf(refused) == ErrorCode::kRegistrationClosed));
  const auto known = Await<Login>([&](auto done) {
    closed.Register("ana", "ana's secret", "", {}, std::move(done));
  });
  BOOST_TEST(known.error().message == refused.error().message);
  BOOST_TEST(Await<Login>([&](auto done) {
               closed.LogIn("ana", "ana's secret", {}, std::move(done));
             }).has_value());
}

BOOST_AUTO_TEST_CASE(a_login_ends_the_one_before) {
  const Login later = LogIn("Ana", "ana's secret").value();
  BOOST_TEST(later.caller.user == "ana");
  BOOST_TEST(IsLoggedIn(later));
  BOOST_TEST(!IsLoggedIn(ana));
}

BOOST_AUTO_TEST_CASE(a_refused_login_ends_nothing) {
  BOOST_TEST(!LogIn("ana", "wrong").has_value());
  BOOST_TEST(IsLoggedIn(ana));
}

BOOST_AUTO_TEST_CASE(an_unknown_user_looks_like_a_wrong_password) {
  const auto wrong = LogIn("ana", "wrong password");
  BOOST_TEST((CodeOf(wrong) == ErrorCode::kBadCredentials));
  for (const char* name : {"nobody", "", "no name", "nobody's"}) {
    const auto unknown = LogIn(name, "wrong password");
    BOOST_TEST((CodeOf(unknown) == ErrorCode::kBadCredentials));
    BOOST_TEST(unknown.error().message == wrong.error().message);
    BOOST_TEST(unknown.error().users.empty());
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_user_costs_as_much_as_a_wrong_password) {
  for (const char* name : {"ana", "nobody", "no name", ""}) {
    for (const std::string& password :
         {std::string("wrong"), std::string(5000, 'x')}) {
      const uint64_t before = hasher.computations();
      LogIn(name, password);
      BOOST_TEST(hasher.computations() - before == 1u, name);
    }
  }
}

BOOST_AUTO_TEST_CASE(who_guesses_waits_and_costs_nothing) {
  for (const char* name : {"ana", "nobody", "no name"}) {
    const uint64_t before = hasher.computations();
    BOOST_TEST((GuessAt(name) == ErrorCode::kRateLimited), name);
    BOOST_TEST(hasher.computations() - before == 5u, name);
    BOOST_TEST((LogIn(name, "x").error().retry_after ==
                std::chrono::milliseconds(1000)));
  }
  BOOST_TEST(IsLoggedIn(ana));
  clock.Advance(std::chrono::seconds(1));
  BOOST_TEST(LogIn("ana", "ana's secret").has_value());
}

BOOST_AUTO_TEST_CASE(a_name_in_any_case_is_the_same_victim) {
  GuessAt("ana");
  BOOST_TEST((CodeOf(LogIn("ANA", "x")) == ErrorCode::kRateLimited));
}

BOOST_AUTO_TEST_CASE(the_old_password_is_not_to_be_guessed_either) {
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST((
        CodeOf(ChangePassword(ana.caller, std::to_string(i), "a new secret")) ==
        ErrorCode::kBadCredentials));
  }
  BOOST_TEST(
      (CodeOf(ChangePassword(ana.caller, "ana's secret", "a new secret")) ==
       ErrorCode::kRateLimited));
}

BOOST_AUTO_TEST_CASE(one_address_has_a_rate_of_its_own) {
  Sessions limited(store, clock,
                   {.stranger_rate = {std::chrono::seconds(10), 2}});
  Accounts slow(store, hasher, limited, clock, {});
  const auto log_in = [&](const Origin& origin) {
    return Await<Login>([&](auto done) {
      slow.LogIn("ana", "ana's secret", origin, std::move(done));
    });
  };
  const auto sign_up = [&](const Origin& origin) {
    return Await<Login>([&](auto done) {
      slow.Register("beto", "beto's secret", "", origin, std::move(done));
    });
  };
  BOOST_TEST(log_in("192.0.2.1").has_value());
  BOOST_TEST(log_in("192.0.2.1").has_value());
  const auto refused = sign_up("192.0.2.1");
  BOOST_TEST((CodeOf(refused) == ErrorCode::kRateLimited));
  BOOST_TEST((refused.error().retry_after == std::chrono::seconds(10)));
  BOOST_TEST((CodeOf(log_in("192.0.2.1")) == ErrorCode::kRateLimited));
  BOOST_TEST(log_in("192.0.2.2").has_value());
  for (int i = 0; i < 10; ++i) BOOST_TEST(log_in("").has_value());
}

BOOST_AUTO_TEST_CASE(logging_out_ends_the_login) {
  BOOST_TEST(Await<Nothing>([&](auto done) {
               accounts.LogOut(ana.caller, std::move(done));
             }).has_value());
  BOOST_TEST(!IsLoggedIn(ana));
}

BOOST_AUTO_TEST_CASE(a_changed_password_counts_from_then_on) {
  BOOST_TEST(
      ChangePassword(ana.caller, "ana's secret", "a new secret").has_value());
  BOOST_TEST(
      (CodeOf(LogIn("ana", "ana's secret")) == ErrorCode::kBadCredentials));
  BOOST_TEST(LogIn("ana", "a new secret").has_value());
}

BOOST_AUTO_TEST_CASE(the_old_password_must_be_right) {
  for (const std::string& wrong :
       {std::string("wrong"), std::string(), std::string(1025, 'x')}) {
    BOOST_TEST((CodeOf(ChangePassword(ana.caller, wrong, "a new secret")) ==
                ErrorCode::kBadCredentials));
  }
  BOOST_TEST(LogIn("ana", "ana's secret").has_value());
}

BOOST_AUTO_TEST_CASE(the_new_password_keeps_the_rules) {
  BOOST_TEST((CodeOf(ChangePassword(ana.caller, "ana's secret", "short")) ==
              ErrorCode::kWeakPassword));
  BOOST_TEST((CodeOf(ChangePassword(ana.caller, "ana's secret",
                                    std::string(1025, 'x'))) ==
              ErrorCode::kInvalidArgument));
  BOOST_TEST(LogIn("ana", "ana's secret").has_value());
}

BOOST_AUTO_TEST_CASE(of_two_password_changes_at_once_one_wins) {
  auto first = std::make_shared<std::promise<Result<Nothing>>>();
  auto second = std::make_shared<std::promise<Result<Nothing>>>();
  auto change = [&](const std::string& to, const auto& answer) {
    accounts.ChangePassword(
        ana.caller, "ana's secret", to,
        [answer](const Result<Nothing>& result) { answer->set_value(result); });
  };
  change("the first secret", first);
  change("the second secret", second);
  const bool first_won = first->get_future().get().has_value();
  BOOST_TEST(first_won != second->get_future().get().has_value());
  BOOST_TEST(LogIn("ana", first_won ? "the first secret" : "the second secret")
                 .has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
