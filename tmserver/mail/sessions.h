// Who is calling, by the token of a login or by an access token, and what that
// allows.
#ifndef TMSERVER_MAIL_SESSIONS_H_
#define TMSERVER_MAIL_SESSIONS_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tmserver/mail/clock.h"
#include "tmserver/mail/rate.h"
#include "tmserver/mail/store.h"
#include "tmserver/mail/untaken.h"

namespace turbo::mail {

struct SessionLimits {
  Duration idle = std::chrono::hours(1);       // each use renews it
  Duration absolute = std::chrono::hours(24);  // from the login on
  Rate account_rate = {};   // calls of one account, wherever they come from
  Rate stranger_rate = {};  // calls from one place, of which nobody knows whose
  size_t untaken = size_t{64} << 20;  // bytes kept for one account's calls
};

enum class Auth {
  kLogin,
  kAccessToken,
  kLocal,  // nobody's account: by the way that the call came
};

// Who is calling, once the token was found good.
struct Caller {
  UserId id = 0;
  std::string user;
  std::string token_hash;
  // A login: unless it is used before then. An access token: its end, if any.
  std::optional<Time> expires_at;
  Auth auth = Auth::kLogin;
  Scope scope = Scope::kFull;
  std::string token_name = {};  // of the access token
  Role role = Role::kUser;      // the account's
  Origin origin = {};           // of this call
};

// Who calls through the administration socket. May administer, and nothing
// else. Its name is no user's.
Caller LocalAdministrator();

// What a call asks of its caller.
enum class Right {
  kNone,   // any login or access token will do
  kSend,   // scope send or full
  kRead,   // scope read or full
  kFull,   // scope full
  kLogin,  // a login
  kAdmin,  // scope full of an administrator; or the local one
  kLocal,  // the local administrator
};

// kPermissionDenied unless `caller` has `right`.
Result<Nothing> Permit(const Caller& caller, Right right);

// 32 random bytes (libsodium) in base64url: the token of a login, a secret.
std::string NewToken();

// The same for an access token: it begins with "tmt_", by which people and
// scanners for secrets know it.
std::string NewSecret();

// What the store keeps of a token: its BLAKE2b-256, 32 bytes.
std::string HashToken(std::string_view token);

// Thread-safe.
class Sessions {
 public:
  // `store` and `clock` outlive it.
  Sessions(Store& store, const Clock& clock, SessionLimits limits);

  // kNotLoggedIn for an unknown token (also one that a later login or a
  // rotation replaced), kSessionExpired and kTokenExpired after its time,
  // kAccountDisabled for a good one of a disabled account. A use
  // renews a login; the store is told at most once per 1/60 of the idle life,
  // so that reads don't turn into writes; that much is granted on top of the
  // idle life. The store hears of uses of an access token once a minute. A
  // call with an unknown token or none counts as a stranger's: kRateLimited for
  // too many.
  Result<Caller> Authenticate(std::string_view token,
                              const Origin& origin = {});

  // The same for one who was authenticated before.
  Result<Caller> AuthenticateAgain(const Caller& caller);

  // Counts a call of `caller`'s account; kRateLimited for too many, and while
  // too much is kept for those that have not ended.
  Result<Nothing> Admit(const Caller& caller);

  // What is kept for calls, by the names of their callers.
  Untaken& untaken() { return untaken_; }

  // Counts a call of `caller`'s account that has to wait so long; nothing,
  // without counting it, where so many wait that it is to be tried again later.
  std::optional<Duration> Pace(const Caller& caller);

  // Counts a call of somebody who has not shown a token; kRateLimited for too
  // many. A Unix socket has no address, so nothing is counted there.
  Result<Nothing> AdmitStranger(const Origin& origin);

  // To be told when logins or tokens were ended before their time: what runs
  // for long looks whether endings() has changed, and then authenticates again.
  void NoteEnding() { ++endings_; }
  uint64_t endings() const { return endings_; }

  // Whether a login has expired by `now`.
  bool HasExpired(const Session& session, Time now) const;

  // When a login of `now` ends if it isn't used.
  Time FirstEnd(Time now) const;

 private:
  Result<Caller> Find(std::string_view token);
  Result<Caller> ByLogin(const std::string& hash);
  Result<Caller> ByAccessToken(const std::string& hash);

  Store& store_;
  const Clock& clock_;
  const SessionLimits limits_;
  RateLimiter accounts_;
  RateLimiter strangers_;
  Untaken untaken_;
  std::atomic<uint64_t> endings_ = 1;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_SESSIONS_H_
