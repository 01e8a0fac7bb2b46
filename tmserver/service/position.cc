#include "tmserver/service/position.h"

#include <absl/strings/escaping.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <sodium.h>

#include <optional>

#include "tmserver/service/position.pb.h"
#include "tmserver/service/translate.h"

namespace turbo::service {
namespace {

namespace internal = turbomessage::internal;

constexpr size_t kDigestSize = crypto_generichash_BYTES_MIN;

// Maps have no order of their own on the wire.
std::string SerializeInOrder(const google::protobuf::MessageLite& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  return bytes;
}

template <class Message>
std::optional<Message> Decode(std::string_view text) {
  std::string bytes;
  Message message;
  if (!absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()),
                                   &bytes) ||
      !message.ParseFromString(bytes) || !message.has_place()) {
    return std::nullopt;
  }
  return message;
}

void Fill(internal::Place& place, const mail::Cursor& cursor) {
  place.set_store(cursor.store);
  place.set_user(cursor.user);
  place.set_box(ToProto(cursor.box));
  place.set_id(cursor.id);
}

std::optional<mail::Cursor> CursorOf(const internal::Place& place) {
  const auto box = FromProto(static_cast<v1::Box>(place.box()));
  if (!box || place.id() < 0 || place.id() > mail::kMaxMessageId) {
    return std::nullopt;
  }
  return mail::Cursor{place.store(), place.user(), *box, place.id()};
}

}  // namespace

std::string DigestOf(v1::ListRequest request) {
  request.clear_page_size();
  request.clear_page_token();
  const std::string bytes = SerializeInOrder(request);
  std::string digest(kDigestSize, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()),
                     digest.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  return digest;
}

std::string EncodeCursor(const mail::Cursor& cursor) {
  internal::Cursor message;
  Fill(*message.mutable_place(), cursor);
  return absl::WebSafeBase64Escape(message.SerializeAsString());
}

std::string EncodePageToken(const PageToken& token) {
  internal::PageToken message;
  Fill(*message.mutable_place(), token.place);
  message.set_request(token.request);
  message.set_newest(token.newest);
  return absl::WebSafeBase64Escape(message.SerializeAsString());
}

mail::Result<mail::Cursor> DecodeCursor(std::string_view text) {
  const auto message = Decode<internal::Cursor>(text);
  auto cursor = message ? CursorOf(message->place()) : std::nullopt;
  if (!cursor) {
    return mail::Fail(mail::ErrorCode::kCursorInvalid,
                      "the cursor is not one that this server gave");
  }
  return *std::move(cursor);
}

mail::Result<PageToken> DecodePageToken(std::string_view text) {
  const auto message = Decode<internal::PageToken>(text);
  auto place = message ? CursorOf(message->place()) : std::nullopt;
  if (!place) {
    return mail::Fail(mail::ErrorCode::kInvalidArgument,
                      "the page token is not one that this server gave");
  }
  return PageToken{*std::move(place), message->request(), message->newest()};
}

}  // namespace turbo::service
