// What can go wrong in the mail, in its own words.
#ifndef TMSERVER_MAIL_ERROR_H_
#define TMSERVER_MAIL_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tmserver/mail/clock.h"

namespace turbo::mail {

enum class ErrorCode {
  kInvalidArgument,
  kWeakPassword,
  kMessageTooLarge,
  kUserExists,
  kTokenExists,
  kRequestIdReused,
  kCursorInvalid,
  kMessageNotFound,
  kTokenNotFound,
  kInviteNotFound,
  kRecipientNotFound,
  kUserNotFound,
  kRegistrationClosed,
  kInternal,     // a fault of ours; nothing was stored
  kUnavailable,  // can't serve now; what was asked may or may not be stored
  kInboxFull,
  kOutboxFull,
  kRateLimited,  // too much at once; nothing was done
  kStoreFull,    // no room on disk; nothing was stored
  kNotLoggedIn,
  kSessionExpired,
  kTokenExpired,
  kBadCredentials,
  kPermissionDenied,
  kAccountDisabled,
};

struct Error {
  ErrorCode code;
  std::string message;             // a sentence for the person who called
  std::vector<std::string> users;  // those whom the error is about
  std::vector<int64_t> ids;        // the messages it is about
  // The same may work after so long; unset: nobody knows.
  std::optional<Duration> retry_after = {};
};

// A value, or why there is none.
template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> Fail(ErrorCode code, std::string message,
                                  std::vector<std::string> users = {},
                                  std::vector<int64_t> ids = {}) {
  return tl::unexpected<Error>(
      Error{code, std::move(message), std::move(users), std::move(ids)});
}

// kRateLimited: a sentence that ends with when to try again.
inline tl::unexpected<Error> TooMuch(const std::string& what, Duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return tl::unexpected<Error>(
      Error{ErrorCode::kRateLimited,
            what + ": try again in " + std::to_string(seconds) + " s",
            {},
            {},
            wait});
}

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_ERROR_H_
