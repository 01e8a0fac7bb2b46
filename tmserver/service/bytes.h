// Messages as gRPC carries them. They are read and written here and not by
// gRPC, which answers UNIMPLEMENTED to those that can't be read, such as text
// that is not UTF-8.
#ifndef TMSERVER_SERVICE_BYTES_H_
#define TMSERVER_SERVICE_BYTES_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <string>

#include "tmserver/mail/error.h"

namespace turbo::service {

// False for what is damaged, or has so many fields that reading it would take
// others' time: a request has room for millions of empty ones.
bool Parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& request);
bool Parse(const std::string& bytes, google::protobuf::MessageLite& request);

// The error where Parse fails.
tl::unexpected<mail::Error> Unreadable();

// The most bytes of a request that needs no token, and of one that carries no
// message, and the error for more.
inline constexpr size_t kMaxOpenRequest = size_t{8} << 10;
inline constexpr size_t kMaxPlainRequest = size_t{64} << 10;
tl::unexpected<mail::Error> TooLarge(size_t most);

// The same bytes in one piece.
std::string TextOf(const grpc::ByteBuffer& bytes);

// kInternal for more than protobuf can carry.
mail::Result<grpc::ByteBuffer> Serialize(
    const google::protobuf::MessageLite& response);
// What is serialized.
inline mail::Result<grpc::ByteBuffer> Serialize(grpc::ByteBuffer response) {
  return response;
}

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_BYTES_H_
