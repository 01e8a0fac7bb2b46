// Logins: tokens, their idle life and their absolute end.
#ifndef TMSERVER_MAIL_SESSIONS_H_
#define TMSERVER_MAIL_SESSIONS_H_

#include <string>
#include <string_view>

#include "tmserver/mail/clock.h"
#include "tmserver/mail/store.h"

namespace turbo::mail {

struct SessionLimits {
  Duration idle = std::chrono::hours(1);       // each use renews it
  Duration absolute = std::chrono::hours(24);  // from the login on
};

// Who is calling, once the token was found good.
struct Caller {
  UserId id = 0;
  std::string user;
  std::string token_hash;
  Time expires_at;  // unless it is used before then
};

// 32 random bytes (libsodium) in base64url: a token, a secret.
std::string NewToken();

// What the store keeps of a token: its BLAKE2b-256, 32 bytes.
std::string HashToken(std::string_view token);

// Thread-safe.
class Sessions {
 public:
  // `store` and `clock` outlive it.
  Sessions(Store& store, const Clock& clock, SessionLimits limits);

  // kNotLoggedIn for an unknown token (also one that a later login replaced),
  // kSessionExpired after its time. A use renews the login; the store is told
  // at most once per 1/60 of the idle life, so that reads don't turn into
  // writes; that much is granted on top of the idle life.
  Result<Caller> Authenticate(std::string_view token);

  // When a login of `now` ends if it isn't used.
  Time FirstEnd(Time now) const;

 private:
  Store& store_;
  const Clock& clock_;
  const SessionLimits limits_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_SESSIONS_H_
