#include "tmserver/mail/sessions.h"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace turbo::mail {
namespace {

constexpr size_t kTokenBytes = 32;

// How late a use may be written down.
Duration RenewalStep(Duration idle) { return idle / 60; }

}  // namespace

std::string NewToken() {
  std::array<unsigned char, kTokenBytes> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, sodium_base64_ENCODED_LEN(
                       kTokenBytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING)>
      text;
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero(bytes.data(), bytes.size());
  return text.data();
}

std::string HashToken(std::string_view token) {
  std::array<unsigned char, crypto_generichash_BYTES> hash;
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Sessions::Sessions(Store& store, const Clock& clock, SessionLimits limits)
    : store_(store), clock_(clock), limits_(limits) {}

Result<Caller> Sessions::Authenticate(std::string_view token) {
  if (token.empty()) {
    return Fail(ErrorCode::kNotLoggedIn, "this call needs a login");
  }
  const std::string hash = HashToken(token);
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
  if (now >= last || now >= session.used_at + limits_.idle + step) {
    return Fail(ErrorCode::kSessionExpired,
                "the login of " + session.user + " has expired");
  }
  if (now >= session.used_at + step) {
    store_.RenewSession(hash, now, [](const Result<Nothing>&) {});
  }
  return Caller{session.user_id, session.user, hash,
                std::min(now + limits_.idle, last)};
}

Time Sessions::FirstEnd(Time now) const {
  return now + std::min(limits_.idle, limits_.absolute);
}

}  // namespace turbo::mail
