// Names of users and of access tokens.
#ifndef TMSERVER_MAIL_ADDRESS_H_
#define TMSERVER_MAIL_ADDRESS_H_

#include <string>
#include <string_view>

#include "tmserver/mail/error.h"

namespace turbo::mail {

// The name as it is kept: A-Z folded to a-z. kInvalidArgument unless it is
// 1-64 of a-z 0-9 . _ - and starts with a letter or digit; `what` ("a user's
// name") is for the sentence.
Result<std::string> FoldName(std::string_view name,
                             std::string_view what = "a user's name");

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_ADDRESS_H_
