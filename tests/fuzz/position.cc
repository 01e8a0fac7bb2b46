#include "tmserver/service/position.h"

#include <string>

#include "tests/fuzz/targets.h"

namespace turbo::fuzz {

// What is accepted means the same when it is written anew.
void Position(std::string_view input) {
  if (const auto cursor = service::DecodeCursor(input)) {
    const auto again = service::DecodeCursor(service::EncodeCursor(*cursor));
    Require(again && *again == *cursor, "a cursor stays what it is");
    Require(cursor->id >= 0 && cursor->id <= mail::kMaxMessageId,
            "a cursor's id is one");
  }
  if (const auto token = service::DecodePageToken(input)) {
    const auto again =
        service::DecodePageToken(service::EncodePageToken(*token));
    Require(again && *again == *token, "a page token stays what it is");
  }
  service::v1::ListRequest request;
  if (request.ParseFromArray(input.data(), static_cast<int>(input.size()))) {
    const std::string digest = service::DigestOf(request);
    request.set_page_token("another page");
    Require(service::DigestOf(request) == digest,
            "all pages are of one request");
  }
}

}  // namespace turbo::fuzz
