#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/tokens.h"
#include "tmserver/store/memory_store.h"

namespace turbo::mail {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

// Ana, logged in.
struct Fixture {
  Fixture() {
    const auto id = Await<UserId>([&](auto done) {
      store.CreateAccount({"ana", "hash", HashToken("login"), clock.Now()},
                          std::move(done));
    });
    ana = sessions.Authenticate("login").value();
    BOOST_TEST(ana.id == id.value());
  }

  Result<IssuedToken> Create(const Caller& caller, const std::string& name,
                             std::optional<Duration> life = std::nullopt,
                             Scope scope = Scope::kFull) {
    return Await<IssuedToken>([&](auto done) {
      tokens.Create(caller, name, scope, life, std::move(done));
    });
  }
  Result<IssuedToken> Rotate(const Caller& caller, const std::string& name,
                             std::optional<Duration> grace = std::nullopt) {
    return Await<IssuedToken>([&](auto done) {
      tokens.Rotate(caller, name, grace, std::move(done));
    });
  }
  Result<AccessToken> Revoke(const Caller& caller, const std::string& name) {
    return Await<AccessToken>(
        [&](auto done) { tokens.Revoke(caller, name, std::move(done)); });
  }
  // The caller that a new token is good for.
  Caller With(const std::string& name,
              std::optional<Duration> life = std::nullopt,
              Scope scope = Scope::kFull) {
    return Caller(By(Create(ana, name, life, scope)->secret).value());
  }
  Result<Caller> By(const std::string& secret) {
    return sessions.Authenticate(secret);
  }
  // When the store believes that the token was last used.
  std::optional<Time> UsedAt() {
    // Writes keep their order: once this one is done, so is a use.
    Await<Nothing>(
        [&](auto done) { store.EndSession("nobody's", std::move(done)); });
    return tokens.List(ana).value().at(0).used_at;
  }

  FakeClock clock;
  store::MemoryStore store;
  Sessions sessions{store, clock, {hours(1), hours(3)}};
  Tokens tokens{store, clock};
  Caller ana;
};

BOOST_FIXTURE_TEST_SUITE(tokens, Fixture)

// --- Making ---

BOOST_AUTO_TEST_CASE(a_new_token_s_secret_tells_who_is_calling) {
  const auto issued = Create(ana, "Cron", hours(2), Scope::kSend);
  BOOST_REQUIRE(issued.has_value());
  BOOST_TEST(issued->token.name == "cron");
  const auto caller = By(issued->secret);
  BOOST_REQUIRE(caller.has_value());
  BOOST_TEST(caller->id == ana.id);
  BOOST_TEST(caller->user == "ana");
  BOOST_TEST((caller->auth == Auth::kAccessToken));
  BOOST_TEST((caller->scope == Scope::kSend));
  BOOST_TEST(caller->token_name == "cron");
  BOOST_TEST((caller->expires_at == clock.Now() + hours(2)));
}

BOOST_AUTO_TEST_CASE(a_secret_is_known_by_its_beginning_and_not_stored) {
  const std::string secret = Create(ana, "cron")->secret;
  BOOST_TEST(secret.starts_with("tmt_"));
  BOOST_TEST(secret.size() == 47u);
  BOOST_TEST(Create(ana, "web")->secret != secret);
  BOOST_TEST(!store.FindAccessToken(secret).value().has_value());
  BOOST_TEST(store.FindAccessToken(HashToken(secret)).value().has_value());
}

BOOST_AUTO_TEST_CASE(unless_told_otherwise_a_token_lives_for_90_days) {
  BOOST_TEST((Create(ana, "a")->token.expires_at == clock.Now() + days(90)));
  BOOST_TEST(!Create(ana, "b", Duration(0))->token.expires_at.has_value());
  BOOST_TEST(
      (Create(ana, "c", kMaxLife)->token.expires_at == clock.Now() + kMaxLife));
}

BOOST_AUTO_TEST_CASE(names_and_lives_that_can_not_be_are_refused) {
  for (const char* name : {"", "-x", "a b", "a/b"}) {
    const auto refused = Create(ana, name);
    BOOST_TEST((CodeOf(refused) == ErrorCode::kInvalidArgument));
    BOOST_TEST(refused.error().message.starts_with("an access token's name"));
  }
  for (const Duration life : {Duration(-1), kMaxLife + Duration(1)}) {
    BOOST_TEST(
        (CodeOf(Create(ana, "cron", life)) == ErrorCode::kInvalidArgument));
  }
  BOOST_TEST(tokens.List(ana)->empty());
}

BOOST_AUTO_TEST_CASE(a_user_has_a_hundred_tokens) {
  for (int i = 0; i < 100; ++i) Create(ana, std::to_string(i)).value();
  BOOST_TEST((CodeOf(Create(ana, "more")) == ErrorCode::kInvalidArgument));
  BOOST_TEST(tokens.List(ana)->size() == 100u);
}

BOOST_AUTO_TEST_CASE(a_token_makes_none_that_ends_after_itself) {
  const Caller maker = With("maker", hours(5));
  BOOST_TEST((Create(maker, "a")->token.expires_at == maker.expires_at));
  BOOST_TEST(
      (Create(maker, "b", hours(5))->token.expires_at == maker.expires_at));
  BOOST_TEST((Create(maker, "c", hours(1))->token.expires_at ==
              clock.Now() + hours(1)));
  for (const Duration life : {Duration(hours(5)) + Duration(1), Duration(0)}) {
    BOOST_TEST(
        (CodeOf(Create(maker, "d", life)) == ErrorCode::kPermissionDenied));
  }
}

BOOST_AUTO_TEST_CASE(what_a_token_made_does_not_outlive_it_by_rotation) {
  const Caller maker = With("maker", hours(5));
  const auto made = Create(maker, "made", hours(4)).value();
  const Time end = *made.token.expires_at;
  clock.Advance(hours(3));
  BOOST_TEST((Rotate(By(made.secret).value(), "")->token.expires_at == end));
}

BOOST_AUTO_TEST_CASE(what_an_endless_token_makes_is_not_bounded) {
  const Caller maker = With("maker", Duration(0));
  BOOST_TEST(!Create(maker, "a", Duration(0))->token.expires_at.has_value());
  BOOST_TEST((Create(maker, "b")->token.life == kDefaultLife));
}

// --- Its end ---

BOOST_AUTO_TEST_CASE(a_token_expires_however_much_it_is_used) {
  const std::string secret = Create(ana, "cron", hours(2))->secret;
  clock.Advance(hours(2) - milliseconds(1));
  BOOST_TEST(By(secret).has_value());
  clock.Advance(milliseconds(1));
  const auto refused = By(secret);
  BOOST_TEST((CodeOf(refused) == ErrorCode::kTokenExpired));
  BOOST_TEST(refused.error().message.find("cron") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_revoked_token_is_nobody_s) {
  const std::string secret = Create(ana, "cron")->secret;
  BOOST_TEST(Revoke(ana, "Cron")->name == "cron");
  BOOST_TEST((CodeOf(By(secret)) == ErrorCode::kNotLoggedIn));
  BOOST_TEST((CodeOf(Revoke(ana, "cron")) == ErrorCode::kTokenNotFound));
  BOOST_TEST((CodeOf(Revoke(ana, "a b")) == ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_secret_is_nobody_s) {
  const std::string secret = Create(ana, "cron")->secret;
  const std::string none = "tmt_" + NewToken();
  for (const std::string& token : {none, secret.substr(4), secret + "x",
                                   secret.substr(0, 46), std::string("tmt_")}) {
    BOOST_TEST((CodeOf(By(token)) == ErrorCode::kNotLoggedIn));
  }
}

BOOST_AUTO_TEST_CASE(a_login_whose_token_begins_like_a_secret_is_a_login) {
  const std::string token = "tmt_" + NewToken().substr(4);
  Await<Nothing>([&](auto done) {
    store.OpenSession({ana.id, "hash", HashToken(token), clock.Now()},
                      std::move(done));
  }).value();
  BOOST_TEST((By(token)->auth == Auth::kLogin));
}

BOOST_AUTO_TEST_CASE(a_login_s_end_is_not_the_token_s) {
  const std::string secret = Create(ana, "cron")->secret;
  clock.Advance(hours(4));
  BOOST_TEST((CodeOf(By("login")) == ErrorCode::kSessionExpired));
  BOOST_TEST(By(secret).has_value());
}

// --- Rotation ---

BOOST_AUTO_TEST_CASE(a_token_rotates_itself_and_the_old_secret_lives_an_hour) {
  const std::string old = Create(ana, "cron", days(2), Scope::kSend)->secret;
  clock.Advance(days(1));
  const auto rotated = Rotate(By(old).value(), "");
  BOOST_REQUIRE(rotated.has_value());
  BOOST_TEST((rotated->token.expires_at == clock.Now() + days(2)));
  BOOST_TEST((By(old)->expires_at == clock.Now() + hours(1)));
  clock.Advance(hours(1) - milliseconds(1));
  BOOST_TEST(By(old).has_value());
  clock.Advance(milliseconds(1));
  BOOST_TEST((CodeOf(By(old)) == ErrorCode::kNotLoggedIn));
  BOOST_TEST((By(rotated->secret)->scope == Scope::kSend));
}

BOOST_AUTO_TEST_CASE(the_grace_is_the_one_asked_for) {
  const std::string first = Create(ana, "cron")->secret;
  const std::string second = Rotate(ana, "CRON", minutes(5))->secret;
  BOOST_TEST((By(first)->expires_at == clock.Now() + minutes(5)));
  const std::string third = Rotate(ana, "cron", Duration(0))->secret;
  BOOST_TEST(!By(first).has_value());
  BOOST_TEST(!By(second).has_value());
  BOOST_TEST(By(third).has_value());
  for (const Duration grace : {Duration(-1), kMaxLife + Duration(1)}) {
    BOOST_TEST(
        (CodeOf(Rotate(ana, "cron", grace)) == ErrorCode::kInvalidArgument));
  }
}

BOOST_AUTO_TEST_CASE(a_token_rotates_no_other) {
  Create(ana, "web").value();
  for (const Scope scope : {Scope::kSend, Scope::kRead, Scope::kFull}) {
    const std::string name = std::to_string(static_cast<int>(scope));
    const Caller caller = With(name, {}, scope);
    for (const char* other : {"web", "nosuch"}) {
      BOOST_TEST(
          (CodeOf(Rotate(caller, other)) == ErrorCode::kPermissionDenied));
    }
    BOOST_TEST(Rotate(caller, name).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_login_says_which_token_it_rotates) {
  BOOST_TEST((CodeOf(Rotate(ana, "")) == ErrorCode::kInvalidArgument));
  BOOST_TEST((CodeOf(Rotate(ana, "a b")) == ErrorCode::kInvalidArgument));
  BOOST_TEST((CodeOf(Rotate(ana, "nosuch")) == ErrorCode::kTokenNotFound));
}

BOOST_AUTO_TEST_CASE(a_token_revoked_meanwhile_does_not_come_back) {
  const Caller cron = With("cron");
  Revoke(ana, "cron").value();
  BOOST_TEST((CodeOf(Rotate(cron, "")) == ErrorCode::kTokenNotFound));
  Create(ana, "cron").value();
  BOOST_TEST((CodeOf(Rotate(cron, "")) == ErrorCode::kNotLoggedIn));
}

BOOST_AUTO_TEST_CASE(a_token_has_ten_living_secrets) {
  Create(ana, "cron").value();
  for (int i = 1; i < 10; ++i) Rotate(ana, "cron").value();
  BOOST_TEST((CodeOf(Rotate(ana, "cron")) == ErrorCode::kRateLimited));
  clock.Advance(hours(1));
  BOOST_TEST(Rotate(ana, "cron").has_value());
}

// --- Uses ---

BOOST_AUTO_TEST_CASE(the_first_use_is_written_down_and_then_one_a_minute) {
  const std::string secret = Create(ana, "cron")->secret;
  BOOST_TEST(!UsedAt().has_value());
  By(secret).value();
  const Time first = clock.Now();
  BOOST_TEST((UsedAt() == first));
  clock.Advance(minutes(1) - milliseconds(1));
  By(secret).value();
  BOOST_TEST((UsedAt() == first));
  clock.Advance(milliseconds(1));
  By(secret).value();
  BOOST_TEST((UsedAt() == clock.Now()));
}

BOOST_AUTO_TEST_CASE(an_expired_token_is_not_used) {
  const std::string secret = Create(ana, "cron", hours(1))->secret;
  clock.Advance(hours(1));
  BOOST_TEST(!By(secret).has_value());
  BOOST_TEST(!UsedAt().has_value());
}

// --- What a caller may do ---

BOOST_AUTO_TEST_CASE(a_scope_allows_what_it_says) {
  struct {
    Scope scope;
    std::vector<Right> allowed;
  } const kRows[] = {
      {Scope::kSend, {Right::kNone, Right::kSend}},
      {Scope::kRead, {Right::kNone, Right::kRead}},
      {Scope::kFull, {Right::kNone, Right::kSend, Right::kRead, Right::kFull}},
  };
  for (const auto& row : kRows) {
    Caller caller = ana;
    caller.auth = Auth::kAccessToken;
    caller.scope = row.scope;
    for (const Right right : {Right::kNone, Right::kSend, Right::kRead,
                              Right::kFull, Right::kLogin}) {
      const bool expected = std::find(row.allowed.begin(), row.allowed.end(),
                                      right) != row.allowed.end();
      BOOST_TEST(Permit(caller, right).has_value() == expected);
      BOOST_TEST(Permit(ana, right).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_scope_and_the_token) {
  const Caller caller = With("cron", {}, Scope::kSend);
  const auto refused = Permit(caller, Right::kRead);
  BOOST_TEST((CodeOf(refused) == ErrorCode::kPermissionDenied));
  BOOST_TEST(refused.error().message ==
             "this needs the scope read, and the access token cron has the "
             "scope send");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
