#include "tmserver/mail/sessions.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

namespace turbo::mail {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kTokenText = sodium_base64_ENCODED_LEN(
    kTokenBytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);  // with a NUL
constexpr std::string_view kSecretPrefix = "tmt_";

// How late the use of an access token may be written down.
constexpr Duration kUseStep = std::chrono::minutes(1);

// How late a use may be written down.
Duration RenewalStep(Duration idle) { return idle / 60; }

// A login's token may begin in the same way, but is shorter.
bool IsSecret(std::string_view token) {
  return token.starts_with(kSecretPrefix) &&
         token.size() == kSecretPrefix.size() + kTokenText - 1;
}

const char* NameOf(Scope scope) {
  switch (scope) {
    case Scope::kSend:
      return "send";
    case Scope::kRead:
      return "read";
    case Scope::kFull:
      return "full";
  }
  return "unknown";
}

Scope ScopeFor(Right right) {
  if (right == Right::kSend) return Scope::kSend;
  return right == Right::kRead ? Scope::kRead : Scope::kFull;
}

tl::unexpected<Error> Disabled(const std::string& user) {
  return Fail(ErrorCode::kAccountDisabled,
              "the account of " + user + " is disabled", {user});
}

std::optional<Time> Earlier(std::optional<Time> one, std::optional<Time> two) {
  if (!one || !two) return one ? one : two;
  return std::min(*one, *two);
}

std::string_view KeyOf(const Caller& caller) {
  return {reinterpret_cast<const char*>(&caller.id), sizeof caller.id};
}

}  // namespace

Caller LocalAdministrator() {
  return {0,  "(local)",   "", std::nullopt, Auth::kLocal, Scope::kFull,
          "", Role::kAdmin};
}

Result<Nothing> Permit(const Caller& caller, Right right) {
  const bool administers = right == Right::kAdmin || right == Right::kLocal;
  if (caller.auth == Auth::kLocal) {
    if (administers) return Nothing{};
    return Fail(ErrorCode::kPermissionDenied,
                "the administration socket serves administration only: use "
                "another address of the server");
  }
  if (right == Right::kLocal) {
    return Fail(ErrorCode::kPermissionDenied,
                "this works through the administration socket only");
  }
  if (administers && caller.role != Role::kAdmin) {
    return Fail(ErrorCode::kPermissionDenied,
                "this needs an administrator, and " + caller.user + " is none");
  }
  if (right == Right::kNone || caller.auth == Auth::kLogin) return Nothing{};
  const std::string token = "the access token " + caller.token_name;
  if (right == Right::kLogin) {
    return Fail(ErrorCode::kPermissionDenied,
                "this needs a login, and " + token + " is none");
  }
  const Scope needed = ScopeFor(right);
  if (caller.scope == Scope::kFull || caller.scope == needed) return Nothing{};
  return Fail(ErrorCode::kPermissionDenied,
              "this needs the scope " + std::string(NameOf(needed)) + ", and " +
                  token + " has the scope " + NameOf(caller.scope));
}

std::string NewToken() {
  std::array<unsigned char, kTokenBytes> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, kTokenText> text;
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero(bytes.data(), bytes.size());
  return text.data();
}

std::string NewSecret() { return std::string(kSecretPrefix) + NewToken(); }

std::string HashToken(std::string_view token) {
  std::array<unsigned char, crypto_generichash_BYTES> hash;
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Sessions::Sessions(Store& store, const Clock& clock, SessionLimits limits)
    : store_(store),
      clock_(clock),
      limits_(limits),
      accounts_(clock, limits.account_rate),
      strangers_(clock, limits.stranger_rate),
      untaken_(limits.untaken) {}

Result<Caller> Sessions::Authenticate(std::string_view token,
                                      const Origin& origin) {
  auto caller = Find(token);
  if (caller) {
    caller->origin = origin;
  } else if (caller.error().code == ErrorCode::kNotLoggedIn) {
    if (auto ok = AdmitStranger(origin); !ok) {
      return tl::unexpected(std::move(ok.error()));
    }
  }
  return caller;
}

Result<Caller> Sessions::Find(std::string_view token) {
  if (token.empty()) {
    return Fail(ErrorCode::kNotLoggedIn,
                "this call needs a login or an access token");
  }
  const std::string hash = HashToken(token);
  return IsSecret(token) ? ByAccessToken(hash) : ByLogin(hash);
}

Result<Caller> Sessions::ByLogin(const std::string& hash) {
  const auto found = store_.FindSession(hash);
  if (!found) return tl::unexpected(found.error());
  if (!*found) {
    return Fail(ErrorCode::kNotLoggedIn,
                "the login has ended: its user logged out or logged in "
                "elsewhere");
  }
  const Session& session = **found;
  const Time now = clock_.Now();
  const Time last = session.created_at + limits_.absolute;
  const Duration step = RenewalStep(limits_.idle);
  if (HasExpired(session, now)) {
    return Fail(ErrorCode::kSessionExpired,
                "the login of " + session.user + " has expired");
  }
  if (session.disabled) return Disabled(session.user);
  if (now >= session.used_at + step) {
    store_.RenewSession(hash, now, [](const Result<Nothing>&) {});
  }
  return Caller{
      session.user_id, session.user, hash, std::min(now + limits_.idle, last),
      Auth::kLogin,    Scope::kFull, "",   session.role};
}

Result<Caller> Sessions::ByAccessToken(const std::string& hash) {
  const auto found = store_.FindAccessToken(hash);
  if (!found) return tl::unexpected(found.error());
  const Time now = clock_.Now();
  const auto past = [now](std::optional<Time> end) {
    return end && now >= *end;
  };
  if (!*found || past((*found)->secret_ends_at)) {
    return Fail(ErrorCode::kNotLoggedIn,
                "the access token is not valid: it was revoked, or a newer "
                "secret has replaced it");
  }
  const AccessToken& token = **found;
  if (past(token.expires_at)) {
    return Fail(ErrorCode::kTokenExpired, "the access token " + token.name +
                                              " of " + token.user +
                                              " has expired");
  }
  if (token.disabled) return Disabled(token.user);
  if (!token.used_at || now >= *token.used_at + kUseStep) {
    store_.UseAccessToken(hash, now, [](const Result<Nothing>&) {});
  }
  return Caller{token.user_id,
                token.user,
                hash,
                Earlier(token.expires_at, token.secret_ends_at),
                Auth::kAccessToken,
                token.scope,
                token.name,
                token.role};
}

Result<Caller> Sessions::AuthenticateAgain(const Caller& caller) {
  return caller.auth == Auth::kLogin ? ByLogin(caller.token_hash)
                                     : ByAccessToken(caller.token_hash);
}

Result<Nothing> Sessions::Admit(const Caller& caller) {
  const auto wait = accounts_.Take(KeyOf(caller));
  if (!wait) return untaken_.Admit(caller.user);
  return TooMuch("too many calls of " + caller.user + " at once", *wait);
}

std::optional<Duration> Sessions::Pace(const Caller& caller) {
  return accounts_.Reserve(KeyOf(caller));
}

Result<Nothing> Sessions::AdmitStranger(const Origin& origin) {
  if (origin.empty()) return Nothing{};
  const auto wait = strangers_.Take(origin);
  if (!wait) return Nothing{};
  return TooMuch("too many logins or unknown tokens from " + origin, *wait);
}

bool Sessions::HasExpired(const Session& session, Time now) const {
  return now >= session.created_at + limits_.absolute ||
         now >= session.used_at + limits_.idle + RenewalStep(limits_.idle);
}

Time Sessions::FirstEnd(Time now) const {
  return now + std::min(limits_.idle, limits_.absolute);
}

}  // namespace turbo::mail
