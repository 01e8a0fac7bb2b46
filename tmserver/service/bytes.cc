#include "tmserver/service/bytes.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

namespace turbo::service {

bool Parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& request) {
  return grpc::SerializationTraits<google::protobuf::MessageLite>::Deserialize(
             &bytes, &request)
      .ok();
}

tl::unexpected<mail::Error> Unreadable() {
  return mail::Fail(mail::ErrorCode::kInvalidArgument,
                    "the request can't be read: it is damaged, or text in it "
                    "is not UTF-8");
}

tl::unexpected<mail::Error> TooLarge() {
  return mail::Fail(mail::ErrorCode::kInvalidArgument,
                    "a request without a token has at most " +
                        std::to_string(kMaxOpenRequest) + " bytes");
}

mail::Result<grpc::ByteBuffer> Serialize(
    const google::protobuf::MessageLite& response) {
  grpc::ByteBuffer bytes;
  bool own = false;
  const grpc::Status status =
      grpc::SerializationTraits<google::protobuf::MessageLite>::Serialize(
          response, &bytes, &own);
  if (!status.ok()) {
    return mail::Fail(mail::ErrorCode::kInternal, "the answer is too large");
  }
  return bytes;
}

}  // namespace turbo::service
