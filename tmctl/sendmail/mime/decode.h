// A mail as it travels, taken apart.
#ifndef TMCTL_SENDMAIL_MIME_DECODE_H_
#define TMCTL_SENDMAIL_MIME_DECODE_H_

#include <nlohmann/json.hpp>
#include <string>

namespace turbo::mime {

using Json = nlohmann::ordered_json;

// `mail`, which begins with its headers if it has any, as
//
//   {"recipients": [...],     of To, Cc and Bcc: addresses without names
//    "subject": "...", "from": "...", "to": "...", "reply_to": "...",
//    "body": "BASE64",
//    "attachments": [{"name": "...", "media_type": "...", "data": "BASE64"}]}
//
// Every text is UTF-8, but the body may be any bytes where its charset is
// unknown. Anything is a mail; a header that is missing is an empty text.
Json Decode(const std::string& mail);

}  // namespace turbo::mime

#endif  // TMCTL_SENDMAIL_MIME_DECODE_H_
