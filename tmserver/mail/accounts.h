// Accounts: who exists and who may log in.
#ifndef TMSERVER_MAIL_ACCOUNTS_H_
#define TMSERVER_MAIL_ACCOUNTS_H_

#include <optional>
#include <string>

#include "tmserver/mail/clock.h"
#include "tmserver/mail/login_guard.h"
#include "tmserver/mail/password.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/mail/store.h"

namespace turbo::mail {

// Who may register: everybody, nobody, or whoever has an invitation's code.
enum class Registration { kOpen, kClosed, kInvite };

struct AccountRules {
  Registration registration = Registration::kOpen;
  size_t min_password_length = 8;  // bytes
};

inline constexpr size_t kMaxPasswordLength = 1024;  // bytes

// kInvalidArgument for one that is too long, kWeakPassword for a short one.
Result<Nothing> CheckPassword(const std::string& password,
                              const AccountRules& rules);

// A login that has just begun. The token is known to nobody else.
struct Login {
  std::string token;
  Caller caller;
};

// Thread-safe. Every `done` is called exactly once, from a thread of the store
// or the hasher, or at once from the caller's where a rule was broken.
class Accounts {
 public:
  // All outlive it.
  Accounts(Store& store, PasswordHasher& hasher, Sessions& sessions,
           const Clock& clock, AccountRules rules);

  // `invite` is a code; it counts where the rules ask for one.
  // kInvalidArgument, kUserExists, kRegistrationClosed, also without a good
  // code; kWeakPassword, kRateLimited.
  void Register(const std::string& user, std::string password,
                const std::string& invite, const Origin& origin,
                Done<Login> done);

  // Ends the user's earlier login. kBadCredentials for an unknown user too,
  // after the same work. kRateLimited for those whom LoginGuard lets wait,
  // without work; kAccountDisabled after the right password.
  void LogIn(const std::string& user, std::string password,
             const Origin& origin, Done<Login> done);

  void LogOut(const Caller& caller, Done<Nothing> done);

  // kBadCredentials for a wrong old password, which counts as at a login;
  // kWeakPassword, kRateLimited.
  void ChangePassword(const Caller& caller, std::string old_password,
                      std::string new_password, Done<Nothing> done);

  // How many messages each of the caller's trays may hold; `otherwise` where
  // the account has no quota of its own. 0: no limit.
  Result<size_t> TrayCapacityOf(const Caller& caller, size_t otherwise);

 private:
  void Verify(const std::string& user, std::optional<std::string> hash,
              std::string password, const Origin& origin,
              PasswordHasher::Verified done);
  void Begin(const Account& account, const Done<Login>& done);
  // kRegistrationClosed. Answers with the hash of the code to be used; empty
  // where none is needed.
  Result<std::string> CheckInvite(const std::string& invite);
  Login NewLogin(UserId id, const std::string& user, std::string token,
                 Time now) const;

  Store& store_;
  PasswordHasher& hasher_;
  Sessions& sessions_;
  const Clock& clock_;
  const AccountRules rules_;
  LoginGuard guard_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_ACCOUNTS_H_
