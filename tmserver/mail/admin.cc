#include "tmserver/mail/admin.h"

#include <charconv>
#include <utility>

#include "tmserver/mail/address.h"

namespace turbo::mail {
namespace {

constexpr char kInvitePrefix[] = "tmi_";
constexpr size_t kTokenSuffix = 8;

tl::unexpected<Error> BadPageToken() {
  return Fail(ErrorCode::kInvalidArgument,
              "the page token is none that this server gave");
}

std::string NewInviteCode() { return kInvitePrefix + NewToken(); }

// A name that says where the token comes from and is not taken.
std::string NewTokenName() {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string name = "admin-";
  const std::string random = HashToken(NewToken());
  for (size_t i = 0; i < kTokenSuffix; ++i) {
    name += kDigits[static_cast<unsigned char>(random[i]) & 0x0f];
  }
  return name;
}

std::optional<UserId> ToUserId(const std::string& token) {
  UserId id = 0;
  if (token.empty()) return id;
  const char* end = token.data() + token.size();
  const auto [rest, error] = std::from_chars(token.data(), end, id);
  return error == std::errc() && rest == end ? std::optional(id) : std::nullopt;
}

}  // namespace

Admin::Admin(Store& store, PasswordHasher& hasher, Sessions& sessions,
             Tokens& tokens, Arrivals& arrivals, const Clock& clock,
             AccountRules rules)
    : store_(store),
      hasher_(hasher),
      sessions_(sessions),
      tokens_(tokens),
      arrivals_(arrivals),
      clock_(clock),
      rules_(rules) {}

void Admin::AddUser(const std::string& user, std::string password, Role role,
                    Done<Account> done) {
  const auto name = FoldName(user);
  if (!name) return done(tl::unexpected(name.error()));
  if (const auto ok = CheckPassword(password, rules_); !ok) {
    return done(tl::unexpected(ok.error()));
  }
  hasher_.Hash(
      std::move(password), [this, name = *name, role, done = std::move(done)](
                               const Result<std::string>& hash) {
        if (!hash) return done(tl::unexpected(hash.error()));
        const Time now = clock_.Now();
        const Account account{0, name, *hash, role, false, std::nullopt, now};
        store_.CreateAccount({name, *hash, "", now, role},
                             [account, done](const Result<UserId>& id) {
                               if (!id) return done(tl::unexpected(id.error()));
                               Account made = account;
                               made.id = *id;
                               done(std::move(made));
                             });
      });
}

Result<Account> Admin::GetUser(const std::string& user) {
  const auto name = FoldName(user);
  if (!name) return tl::unexpected(name.error());
  const auto found = store_.FindAccount(*name);
  if (!found) return tl::unexpected(found.error());
  if (*found) return **found;
  return Fail(ErrorCode::kUserNotFound, "there is no user " + *name, {*name});
}

Result<Part<Account>> Admin::ListUsers(const std::string& token, size_t limit) {
  if (!token.empty() && !FoldName(token)) return BadPageToken();
  auto accounts = store_.ListAccounts(token, limit);
  if (!accounts) return tl::unexpected(accounts.error());
  Part<Account> part;
  if (accounts->size() == limit) part.next = accounts->back().user;
  part.items = *std::move(accounts);
  return part;
}

Result<Part<Session>> Admin::ListSessions(const std::string& token,
                                          size_t limit) {
  const auto after = ToUserId(token);
  if (!after) return BadPageToken();
  const auto sessions = store_.ListSessions(*after, limit);
  if (!sessions) return tl::unexpected(sessions.error());
  Part<Session> part;
  if (sessions->size() == limit) {
    part.next = std::to_string(sessions->back().user_id);
  }
  const Time now = clock_.Now();
  for (const Session& session : *sessions) {
    if (!sessions_.HasExpired(session, now)) part.items.push_back(session);
  }
  return part;
}

void Admin::Change(const std::string& user, AccountChange change,
                   Done<Account> done) {
  const auto name = FoldName(user);
  if (!name) return done(tl::unexpected(name.error()));
  change.user = *name;
  if (change.disabled || change.password_hash) {
    done = AfterEnding(*name, std::move(done));
  }
  store_.ChangeAccount(std::move(change), std::move(done));
}

void Admin::SetRole(const std::string& user, Role role, Done<Account> done) {
  Change(user, {.user = "", .role = role}, std::move(done));
}

void Admin::SetEnabled(const std::string& user, bool enabled,
                       Done<Account> done) {
  Change(user, {.user = "", .disabled = !enabled}, std::move(done));
}

void Admin::SetPassword(const std::string& user, std::string password,
                        Done<Account> done) {
  if (const auto ok = CheckPassword(password, rules_); !ok) {
    return done(tl::unexpected(ok.error()));
  }
  if (const auto found = GetUser(user); !found) {
    return done(tl::unexpected(found.error()));
  }
  hasher_.Hash(std::move(password), [this, user, done = std::move(done)](
                                        Result<std::string> hash) {
    if (!hash) return done(tl::unexpected(hash.error()));
    Change(user, {.user = "", .password_hash = *std::move(hash)}, done);
  });
}

void Admin::SetQuota(const std::string& user, std::optional<int64_t> quota,
                     Done<Account> done) {
  if (quota && (*quota < 0 || *quota > kMaxQuota)) {
    return done(Fail(ErrorCode::kInvalidArgument,
                     "a quota is 0 (no limit) to " + std::to_string(kMaxQuota) +
                         " messages"));
  }
  std::optional<size_t> capacity;
  if (quota) capacity = static_cast<size_t>(*quota);
  Change(user, {.user = "", .tray_capacity = capacity}, std::move(done));
}

void Admin::DeleteUser(const std::string& user, bool free_name,
                       Done<Nothing> done) {
  const auto name = FoldName(user);
  if (!name) return done(tl::unexpected(name.error()));
  store_.DeleteAccount({*name, free_name, clock_.Now()},
                       AfterEnding(*name, std::move(done)));
}

void Admin::EndSessions(const std::string& user, bool tokens,
                        Done<Ended> done) {
  const auto name = FoldName(user);
  if (!name) return done(tl::unexpected(name.error()));
  store_.EndSessions(*name, tokens, AfterEnding(*name, std::move(done)));
}

void Admin::CreateInvite(const Caller& caller, int64_t uses,
                         std::optional<Duration> life,
                         Done<IssuedInvite> done) {
  if (uses < 1 || uses > kMaxInviteUses) {
    return done(Fail(
        ErrorCode::kInvalidArgument,
        "an invitation has 1 to " + std::to_string(kMaxInviteUses) + " uses"));
  }
  if (life && (*life <= Duration(0) || *life > kMaxLife)) {
    return done(Fail(ErrorCode::kInvalidArgument,
                     "an invitation lasts more than nothing and at most 100 "
                     "years"));
  }
  std::string code = NewInviteCode();
  const Time now = clock_.Now();
  store_.CreateInvite({HashToken(code), uses, caller.user, now,
                       now + life.value_or(kDefaultInviteLife), kMaxInvites},
                      [code, done = std::move(done)](Result<Invite> made) {
                        done(std::move(made).map([&](Invite invite) {
                          return IssuedInvite{code, std::move(invite)};
                        }));
                      });
}

Result<std::vector<Invite>> Admin::ListInvites() {
  return store_.ListInvites(clock_.Now());
}

void Admin::RevokeInvite(int64_t id, Done<Invite> done) {
  store_.RevokeInvite(id, clock_.Now(), std::move(done));
}

Result<Totals> Admin::GetTotals() { return store_.GetTotals(); }

void Admin::IssueToken(const std::string& user, std::optional<Duration> life,
                       Done<IssuedToken> done) {
  const auto name = FoldName(user);
  if (!name) return done(tl::unexpected(name.error()));
  const auto found = store_.FindAccount(*name);
  if (!found) return done(tl::unexpected(found.error()));
  if (*found && (*found)->disabled) {
    return done(Fail(
        ErrorCode::kAccountDisabled,
        "the account of " + *name + " is disabled: enable it first", {*name}));
  }
  if (*found) {
    return SetRole(*name, Role::kAdmin,
                   [this, life, done](const Result<Account>& account) {
                     if (!account) return done(tl::unexpected(account.error()));
                     CreateToken(*account, life, done);
                   });
  }
  Account account;
  account.user = *name;
  store_.CreateAccount({*name, "", "", clock_.Now(), Role::kAdmin},
                       [this, account, life, done](const Result<UserId>& id) {
                         if (!id) return done(tl::unexpected(id.error()));
                         Account made = account;
                         made.id = *id;
                         CreateToken(made, life, done);
                       });
}

void Admin::CreateToken(const Account& account, std::optional<Duration> life,
                        Done<IssuedToken> done) {
  Caller caller;
  caller.id = account.id;
  caller.user = account.user;
  tokens_.Create(caller, NewTokenName(), Scope::kFull, life, std::move(done));
}

}  // namespace turbo::mail
