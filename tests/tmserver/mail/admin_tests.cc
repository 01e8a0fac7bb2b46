#include <sodium.h>

#include <string>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/address.h"
#include "tmserver/mail/admin.h"
#include "tmserver/store/memory_store.h"

namespace turbo::mail {
namespace {

constexpr PasswordCost kCheap{crypto_pwhash_argon2id_MEMLIMIT_MIN,
                              crypto_pwhash_argon2id_OPSLIMIT_MIN};
constexpr char kPassword[] = "a good secret";

// A server that takes invitations, with ana.
struct Fixture {
  Fixture() { Add("ana").value(); }

  Result<Account> Add(const std::string& user,
                      const std::string& password = kPassword,
                      Role role = Role::kUser) {
    return Await<Account>([&](auto done) {
      admin.AddUser(user, password, role, std::move(done));
    });
  }
  Result<Login> LogIn(const std::string& user,
                      const std::string& password = kPassword) {
    return Await<Login>([&](auto done) {
      accounts.LogIn(user, password, {}, std::move(done));
    });
  }
  Result<Login> Register(const std::string& user, const std::string& invite) {
    return Await<Login>([&](auto done) {
      accounts.Register(user, kPassword, invite, {}, std::move(done));
    });
  }
  Result<Account> Enable(const std::string& user, bool enabled) {
    return Await<Account>(
        [&](auto done) { admin.SetEnabled(user, enabled, std::move(done)); });
  }
  Result<Account> SetPassword(const std::string& user,
                              const std::string& password) {
    return Await<Account>(
        [&](auto done) { admin.SetPassword(user, password, std::move(done)); });
  }
  Result<Account> SetQuota(const std::string& user,
                           std::optional<int64_t> quota) {
    return Await<Account>(
        [&](auto done) { admin.SetQuota(user, quota, std::move(done)); });
  }
  Result<IssuedInvite> Invite(int64_t uses, std::optional<Duration> life = {}) {
    return Await<IssuedInvite>([&](auto done) {
      admin.CreateInvite(LocalAdministrator(), uses, life, std::move(done));
    });
  }
  Result<IssuedToken> Issue(const std::string& user) {
    return Await<IssuedToken>([&](auto done) {
      admin.IssueToken(user, std::nullopt, std::move(done));
    });
  }
  ErrorCode CodeFor(const std::string& token) {
    return CodeOf(sessions.Authenticate(token));
  }

  FakeClock clock;
  store::MemoryStore store;
  PasswordHasher hasher{kCheap};
  Sessions sessions{store, clock, {}};
  Tokens tokens{store, clock};
  const AccountRules rules{.registration = Registration::kInvite};
  Accounts accounts{store, hasher, sessions, clock, rules};
  Arrivals arrivals;
  Admin admin{store, hasher, sessions, tokens, arrivals, clock, rules};
};

Caller With(Role role, Auth auth = Auth::kLogin, Scope scope = Scope::kFull) {
  Caller caller;
  caller.user = "ana";
  caller.role = role;
  caller.auth = auth;
  caller.scope = scope;
  return caller;
}

bool May(const Caller& caller, Right right) {
  return Permit(caller, right).has_value();
}

BOOST_FIXTURE_TEST_SUITE(admin, Fixture)

BOOST_AUTO_TEST_CASE(administration_takes_an_administrator_of_scope_full) {
  BOOST_TEST(May(With(Role::kAdmin), Right::kAdmin));
  BOOST_TEST(May(With(Role::kAdmin, Auth::kAccessToken), Right::kAdmin));
  for (const Scope scope : {Scope::kSend, Scope::kRead}) {
    BOOST_TEST(
        !May(With(Role::kAdmin, Auth::kAccessToken, scope), Right::kAdmin));
  }
  BOOST_TEST(!May(With(Role::kUser), Right::kAdmin));
  BOOST_TEST(!May(With(Role::kUser, Auth::kAccessToken), Right::kAdmin));
  BOOST_TEST(!May(With(Role::kAdmin), Right::kLocal));
}

BOOST_AUTO_TEST_CASE(the_local_administrator_may_administer_only) {
  BOOST_TEST(May(LocalAdministrator(), Right::kAdmin));
  BOOST_TEST(May(LocalAdministrator(), Right::kLocal));
  for (const Right right : {Right::kNone, Right::kSend, Right::kRead,
                            Right::kFull, Right::kLogin}) {
    BOOST_TEST(!May(LocalAdministrator(), right));
  }
  BOOST_TEST(!FoldName(LocalAdministrator().user).has_value());
}

BOOST_AUTO_TEST_CASE(a_user_is_added_and_not_logged_in) {
  const auto made = Add("Beto", kPassword, Role::kAdmin);
  BOOST_REQUIRE(made.has_value());
  BOOST_TEST(made->user == "beto");
  BOOST_TEST((made->role == Role::kAdmin));
  BOOST_TEST((CodeOf(Add("beto")) == ErrorCode::kUserExists));
  BOOST_TEST((CodeOf(Add("dora", "short")) == ErrorCode::kWeakPassword));
  BOOST_TEST((CodeOf(Add("no name")) == ErrorCode::kInvalidArgument));
  BOOST_TEST(admin.GetTotals()->sessions == 0);
  BOOST_TEST(LogIn("beto").has_value());
}

BOOST_AUTO_TEST_CASE(users_are_listed_in_parts) {
  for (const char* name : {"beto", "caro"}) Add(name).value();
  const auto first = admin.ListUsers("", 2).value();
  BOOST_TEST(first.items.size() == 2u);
  const auto second = admin.ListUsers(first.next, 2).value();
  BOOST_TEST_REQUIRE(second.items.size() == 1u);
  BOOST_TEST(second.items[0].user == "caro");
  BOOST_TEST(second.next.empty());
  BOOST_TEST(
      (CodeOf(admin.ListUsers("\x01", 2)) == ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_disabled_account_is_refused_everywhere) {
  const Login login = LogIn("ana").value();
  const auto token = Issue("ana").value();
  Enable("ana", false).value();
  BOOST_TEST((CodeFor(login.token) == ErrorCode::kAccountDisabled));
  BOOST_TEST((CodeFor(token.secret) == ErrorCode::kAccountDisabled));
  BOOST_TEST((CodeOf(sessions.AuthenticateAgain(login.caller)) ==
              ErrorCode::kAccountDisabled));
  BOOST_TEST((CodeOf(LogIn("ana")) == ErrorCode::kAccountDisabled));
  BOOST_TEST((CodeOf(LogIn("ana", "wrong")) == ErrorCode::kBadCredentials));
  BOOST_TEST((CodeOf(Issue("ana")) == ErrorCode::kAccountDisabled));

  Enable("ANA", true).value();
  BOOST_TEST((CodeFor(login.token) == ErrorCode::kNotLoggedIn));
  BOOST_TEST(sessions.Authenticate(token.secret).has_value());
  BOOST_TEST(LogIn("ana").has_value());
  BOOST_TEST((CodeOf(Enable("dora", true)) == ErrorCode::kUserNotFound));
}

BOOST_AUTO_TEST_CASE(a_role_counts_from_the_next_call_on) {
  const Login login = LogIn("ana").value();
  Await<Account>([&](auto done) {
    admin.SetRole("ana", Role::kAdmin, std::move(done));
  }).value();
  BOOST_TEST(May(sessions.Authenticate(login.token).value(), Right::kAdmin));
  Await<Account>([&](auto done) {
    admin.SetRole("ana", Role::kUser, std::move(done));
  }).value();
  BOOST_TEST(!May(sessions.Authenticate(login.token).value(), Right::kAdmin));
}

BOOST_AUTO_TEST_CASE(a_new_password_ends_the_login) {
  const Login login = LogIn("ana").value();
  BOOST_TEST((CodeOf(SetPassword("ana", "short")) == ErrorCode::kWeakPassword));
  BOOST_TEST(
      (CodeOf(SetPassword("dora", kPassword)) == ErrorCode::kUserNotFound));
  BOOST_TEST(sessions.Authenticate(login.token).has_value());
  SetPassword("ana", "another secret").value();
  BOOST_TEST((CodeFor(login.token) == ErrorCode::kNotLoggedIn));
  BOOST_TEST((CodeOf(LogIn("ana")) == ErrorCode::kBadCredentials));
  BOOST_TEST(LogIn("ana", "another secret").has_value());
}

BOOST_AUTO_TEST_CASE(a_quota_is_kept_and_taken_back) {
  BOOST_TEST((SetQuota("ana", 7)->tray_capacity == size_t{7}));
  const Caller caller = LogIn("ana")->caller;
  BOOST_TEST(accounts.TrayCapacityOf(caller, 5).value() == 7u);
  BOOST_TEST(!SetQuota("ana", std::nullopt)->tray_capacity.has_value());
  BOOST_TEST(accounts.TrayCapacityOf(caller, 5).value() == 5u);
  for (const int64_t quota : {int64_t{-1}, kMaxQuota + 1}) {
    BOOST_TEST((CodeOf(SetQuota("ana", quota)) == ErrorCode::kInvalidArgument));
  }
}

BOOST_AUTO_TEST_CASE(expired_logins_are_not_listed) {
  LogIn("ana").value();
  BOOST_TEST(admin.ListSessions("", 10)->items.size() == 1u);
  clock.Advance(std::chrono::hours(2));
  BOOST_TEST(admin.ListSessions("", 10)->items.empty());
  BOOST_TEST(
      (CodeOf(admin.ListSessions("x", 10)) == ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(an_invitation_lets_somebody_register) {
  BOOST_TEST((CodeOf(Register("beto", "")) == ErrorCode::kRegistrationClosed));
  const auto made = Invite(1).value();
  BOOST_TEST(made.code.starts_with("tmi_"));
  BOOST_TEST((CodeOf(Register("beto", made.code + "x")) ==
              ErrorCode::kRegistrationClosed));
  BOOST_TEST(Register("beto", made.code).has_value());
  BOOST_TEST(
      (CodeOf(Register("caro", made.code)) == ErrorCode::kRegistrationClosed));
}

BOOST_AUTO_TEST_CASE(an_invitation_ends_after_its_life) {
  const auto made = Invite(1, std::chrono::hours(1)).value();
  const auto week = Invite(1).value();
  clock.Advance(std::chrono::hours(1));
  BOOST_TEST(
      (CodeOf(Register("beto", made.code)) == ErrorCode::kRegistrationClosed));
  clock.Advance(kDefaultInviteLife - std::chrono::hours(1) - Duration(1));
  BOOST_TEST(Register("beto", week.code).has_value());
}

BOOST_AUTO_TEST_CASE(an_invitation_that_can_not_be_is_refused) {
  for (const int64_t uses : {int64_t{0}, kMaxInviteUses + 1}) {
    BOOST_TEST((CodeOf(Invite(uses)) == ErrorCode::kInvalidArgument));
  }
  for (const Duration life : {Duration(0), Duration(-1), kMaxLife * 2}) {
    BOOST_TEST((CodeOf(Invite(1, life)) == ErrorCode::kInvalidArgument));
  }
}

BOOST_AUTO_TEST_CASE(a_token_is_issued_to_somebody_new) {
  const auto first = Issue("Root").value();
  const Caller root = sessions.Authenticate(first.secret).value();
  BOOST_TEST(root.user == "root");
  BOOST_TEST(May(root, Right::kAdmin));
  const auto second = Issue("root").value();
  BOOST_TEST(second.token.name != first.token.name);
  BOOST_TEST(sessions.Authenticate(first.secret).has_value());
  // No password opens the account until it is given one.
  BOOST_TEST((CodeOf(LogIn("root", "")) == ErrorCode::kBadCredentials));
  BOOST_TEST((CodeOf(LogIn("root")) == ErrorCode::kBadCredentials));
  SetPassword("root", kPassword).value();
  BOOST_TEST(LogIn("root").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
