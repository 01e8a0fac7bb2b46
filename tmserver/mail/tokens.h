// Access tokens: named secrets for programs, independent of the user's login.
#ifndef TMSERVER_MAIL_TOKENS_H_
#define TMSERVER_MAIL_TOKENS_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/clock.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/mail/store.h"

namespace turbo::mail {

inline constexpr size_t kMaxTokens = 100;  // of one user, not expired
inline constexpr Duration kDefaultLife = std::chrono::days(90);
inline constexpr Duration kMaxLife = std::chrono::days(36525);  // 100 years
inline constexpr Duration kDefaultGrace = std::chrono::hours(1);
// Of one token: the newest and those in their grace.
inline constexpr size_t kMaxSecrets = 10;

// A token as it was made or rotated. The secret is known to nobody else.
struct IssuedToken {
  std::string secret;
  AccessToken token;
};

// Thread-safe. Every `done` is called exactly once, from a thread of the store,
// or at once from the caller's where a rule was broken.
class Tokens {
 public:
  // Both outlive it.
  Tokens(Store& store, const Clock& clock);

  // `life` is at most kMaxLife; 0 has no end; unset is kDefaultLife. What an
  // access token makes ends when that ends at the latest, also once rotated.
  // kInvalidArgument, kTokenExists; kPermissionDenied where it would end later.
  void Create(const Caller& caller, const std::string& name, Scope scope,
              std::optional<Duration> life, Done<IssuedToken> done);

  // Gives the token a new secret and as long a life as it was made with; the
  // secrets before live on for `grace` (unset: kDefaultGrace). An access token
  // may rotate itself, with or without its name; a login any of the user's, by
  // name. kInvalidArgument, kPermissionDenied, kTokenNotFound, kRateLimited.
  void Rotate(const Caller& caller, const std::string& name,
              std::optional<Duration> grace, Done<IssuedToken> done);

  // By name, expired ones too.
  Result<std::vector<AccessToken>> List(const Caller& caller);

  // Ends the token at once. kTokenNotFound.
  void Revoke(const Caller& caller, const std::string& name,
              Done<AccessToken> done);

 private:
  Store& store_;
  const Clock& clock_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_TOKENS_H_
