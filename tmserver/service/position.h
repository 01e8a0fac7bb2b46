// Places in trays as clients hold them: opaque strings that grant nothing. Both
// are base64url of a message of position.proto.
#ifndef TMSERVER_SERVICE_POSITION_H_
#define TMSERVER_SERVICE_POSITION_H_

#include <string>
#include <string_view>

#include "tmserver/mail/error.h"
#include "tmserver/mail/mailbox.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::service {

namespace v1 = turbomessage::v1;

// Where a list goes on with its next page.
struct PageToken {
  mail::Cursor place;
  std::string request;         // DigestOf the request
  mail::MessageId newest = 0;  // the first page's Page::newest
  bool operator==(const PageToken&) const = default;
};

// Of all that must not change from page to page: everything but page_size and
// page_token.
std::string DigestOf(v1::ListRequest request);

std::string EncodeCursor(const mail::Cursor& cursor);
std::string EncodePageToken(const PageToken& token);

// kCursorInvalid for what EncodeCursor didn't make.
mail::Result<mail::Cursor> DecodeCursor(std::string_view text);

// kInvalidArgument for what EncodePageToken didn't make.
mail::Result<PageToken> DecodePageToken(std::string_view text);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_POSITION_H_
