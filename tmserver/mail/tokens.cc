#include "tmserver/mail/tokens.h"

#include <algorithm>
#include <utility>

#include "tmserver/mail/address.h"

namespace turbo::mail {
namespace {

constexpr char kName[] = "an access token's name";

Result<Nothing> CheckSpan(std::optional<Duration> span, const char* what) {
  if (!span || (*span >= Duration(0) && *span <= kMaxLife)) return Nothing{};
  return Fail(ErrorCode::kInvalidArgument,
              std::string(what) + " is 0 to 100 years");
}

// How long a new token lives and when it ends, for a caller that may not make
// one that ends after itself.
struct Span {
  std::optional<Duration> life;
  std::optional<Time> end;
};
Result<Span> SpanFor(const Caller& caller, std::optional<Duration> wanted,
                     Time now) {
  Span span;
  if (wanted != Duration(0)) {
    span.life = wanted.value_or(kDefaultLife);
    span.end = now + *span.life;
  }
  if (caller.auth == Auth::kLogin || !caller.expires_at) return span;
  if (wanted && (!span.end || *span.end > *caller.expires_at)) {
    return Fail(ErrorCode::kPermissionDenied,
                "the access token " + caller.token_name +
                    " can't make one that ends after itself: give it a "
                    "shorter life, or make it with a login");
  }
  return Span{std::nullopt, std::min(*span.end, *caller.expires_at)};
}

// Passes on what the store did, with the secret that it knows the hash of.
Done<AccessToken> Issue(std::string secret, Done<IssuedToken> done) {
  return [secret = std::move(secret),
          done = std::move(done)](Result<AccessToken> token) {
    done(std::move(token).map([&](AccessToken stored) {
      return IssuedToken{secret, std::move(stored)};
    }));
  };
}

// The name of the token that `caller` may rotate when asking for `name`.
Result<std::string> NameToRotate(const Caller& caller,
                                 const std::string& name) {
  if (name.empty() && caller.auth == Auth::kAccessToken) {
    return caller.token_name;
  }
  if (name.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "which access token? A login is none: name one");
  }
  Result<std::string> folded = FoldName(name, kName);
  if (!folded || *folded == caller.token_name) return folded;
  return Permit(caller, Right::kLogin).map([&](Nothing) { return *folded; });
}

}  // namespace

Tokens::Tokens(Store& store, const Clock& clock)
    : store_(store), clock_(clock) {}

void Tokens::Create(const Caller& caller, const std::string& name, Scope scope,
                    std::optional<Duration> life, Done<IssuedToken> done) {
  const auto folded = FoldName(name, kName);
  if (!folded) return done(tl::unexpected(folded.error()));
  if (const auto ok = CheckSpan(life, "an access token's life"); !ok) {
    return done(tl::unexpected(ok.error()));
  }
  const Time now = clock_.Now();
  const Result<Span> span = SpanFor(caller, life, now);
  if (!span) return done(tl::unexpected(span.error()));
  std::string secret = NewSecret();
  NewAccessToken op{caller.id, *folded,           scope, span->life,
                    span->end, HashToken(secret), now,   kMaxTokens};
  store_.CreateAccessToken(std::move(op),
                           Issue(std::move(secret), std::move(done)));
}

void Tokens::Rotate(const Caller& caller, const std::string& name,
                    std::optional<Duration> grace, Done<IssuedToken> done) {
  const Result<std::string> target = NameToRotate(caller, name);
  if (!target) return done(tl::unexpected(target.error()));
  if (const auto ok = CheckSpan(grace, "the grace"); !ok) {
    return done(tl::unexpected(ok.error()));
  }
  std::string secret = NewSecret();
  const bool itself = caller.auth == Auth::kAccessToken;
  TokenRotation op{caller.id,
                   *target,
                   itself ? caller.token_hash : std::string(),
                   HashToken(secret),
                   clock_.Now(),
                   grace.value_or(kDefaultGrace),
                   kMaxSecrets};
  store_.RotateAccessToken(std::move(op),
                           Issue(std::move(secret), std::move(done)));
}

Result<std::vector<AccessToken>> Tokens::List(const Caller& caller) {
  return store_.ListAccessTokens(caller.id);
}

void Tokens::Revoke(const Caller& caller, const std::string& name,
                    Done<AccessToken> done) {
  const auto folded = FoldName(name, kName);
  if (!folded) return done(tl::unexpected(folded.error()));
  store_.RevokeAccessToken(caller.id, *folded, std::move(done));
}

}  // namespace turbo::mail
