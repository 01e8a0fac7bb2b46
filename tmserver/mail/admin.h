// The rules of administration: accounts, logins, invitations, numbers.
#ifndef TMSERVER_MAIL_ADMIN_H_
#define TMSERVER_MAIL_ADMIN_H_

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tmserver/mail/accounts.h"
#include "tmserver/mail/arrivals.h"
#include "tmserver/mail/clock.h"
#include "tmserver/mail/password.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/mail/store.h"
#include "tmserver/mail/tokens.h"

namespace turbo::mail {

inline constexpr int64_t kMaxQuota = 1'000'000'000;  // messages in a tray
inline constexpr int64_t kMaxInviteUses = 1'000'000;
inline constexpr size_t kMaxInvites = 1000;  // that have not expired
inline constexpr Duration kDefaultInviteLife = std::chrono::days(7);

// A part of a list. `next` is empty after the last part.
template <class T>
struct Part {
  std::vector<T> items;
  std::string next;
};

// An invitation as it was made. The code is known to nobody else.
struct IssuedInvite {
  std::string code;
  Invite invite;
};

// What callers may do is checked before: see Right::kAdmin. Users' names are
// folded; kInvalidArgument for what can't be one, kUserNotFound. Thread-safe.
// Every `done` is called exactly once, from a thread of the store or the
// hasher, or at once from the caller's where a rule was broken.
class Admin {
 public:
  // All outlive it.
  Admin(Store& store, PasswordHasher& hasher, Sessions& sessions,
        Tokens& tokens, Arrivals& arrivals, const Clock& clock,
        AccountRules rules);

  // kUserExists, kWeakPassword.
  void AddUser(const std::string& user, std::string password, Role role,
               Done<Account> done);
  Result<Account> GetUser(const std::string& user);

  // The first of all where `token` is empty, else from where the part ended
  // whose `next` it is. `limit` > 0.
  Result<Part<Account>> ListUsers(const std::string& token, size_t limit);
  // Those that have not expired.
  Result<Part<Session>> ListSessions(const std::string& token, size_t limit);

  void SetRole(const std::string& user, Role role, Done<Account> done);
  void SetEnabled(const std::string& user, bool enabled, Done<Account> done);
  // kWeakPassword.
  void SetPassword(const std::string& user, std::string password,
                   Done<Account> done);
  // At most kMaxQuota; unset: the server's default.
  void SetQuota(const std::string& user, std::optional<int64_t> quota,
                Done<Account> done);
  void DeleteUser(const std::string& user, bool free_name, Done<Nothing> done);
  void EndSessions(const std::string& user, bool tokens, Done<Ended> done);

  // `uses` 1 to kMaxInviteUses; `life` unset: kDefaultInviteLife.
  void CreateInvite(const Caller& caller, int64_t uses,
                    std::optional<Duration> life, Done<IssuedInvite> done);
  Result<std::vector<Invite>> ListInvites();
  // kInviteNotFound.
  void RevokeInvite(int64_t id, Done<Invite> done);

  Result<Totals> GetTotals();

  // An administrator's new token of scope full. Makes `user` an administrator,
  // and the account, which no password opens, where there is none. `life` as
  // Tokens::Create. kAccountDisabled.
  void IssueToken(const std::string& user, std::optional<Duration> life,
                  Done<IssuedToken> done);

 private:
  // Changes the account where `user` can be a name.
  void Change(const std::string& user, AccountChange change,
              Done<Account> done);
  // Has the running calls of `user` look whether they still may, then `done`.
  template <class T>
  Done<T> AfterEnding(const std::string& user, Done<T> done) {
    return [this, user, done = std::move(done)](Result<T> result) {
      sessions_.NoteEnding();
      arrivals_.Announce({user});
      done(std::move(result));
    };
  }
  // Of an account that is there.
  void CreateToken(const Account& account, std::optional<Duration> life,
                   Done<IssuedToken> done);

  Store& store_;
  PasswordHasher& hasher_;
  Sessions& sessions_;
  Tokens& tokens_;
  Arrivals& arrivals_;
  const Clock& clock_;
  const AccountRules rules_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_ADMIN_H_
