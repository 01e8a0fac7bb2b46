// What can go wrong in the mail, in its own words.
#ifndef TMSERVER_MAIL_ERROR_H_
#define TMSERVER_MAIL_ERROR_H_

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

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
  kRecipientNotFound,
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
};

struct Error {
  ErrorCode code;
  std::string message;             // a sentence for the person who called
  std::vector<std::string> users;  // those whom the error is about
  std::vector<int64_t> ids;        // the messages it is about
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

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_ERROR_H_
