#include "tmserver/service/bytes.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <string>
#include <vector>

namespace turbo::service {

namespace {

using google::protobuf::internal::WireFormatLite;

// Far more than any request of ours has: 1000 ids, 100 recipients ...
constexpr size_t kMaxFields = 10'000;

// Looks at the outermost fields only.
bool HasFewFields(google::protobuf::io::ZeroCopyInputStream& bytes) {
  google::protobuf::io::CodedInputStream in(&bytes);
  for (size_t fields = 0; fields <= kMaxFields; ++fields) {
    const uint32_t tag = in.ReadTag();
    if (tag == 0) return true;  // damaged or not, as protobuf will find
    if (!WireFormatLite::SkipField(&in, tag)) return true;
  }
  return false;
}

}  // namespace

bool Parse(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& request) {
  if (bytes.Length() > kMaxFields) {
    grpc::ProtoBufferReader reader(&bytes);
    if (!reader.status().ok() || !HasFewFields(reader)) return false;
  }
  return grpc::SerializationTraits<google::protobuf::MessageLite>::Deserialize(
             &bytes, &request)
      .ok();
}

bool Parse(const std::string& bytes, google::protobuf::MessageLite& request) {
  if (bytes.size() > kMaxFields) {
    google::protobuf::io::ArrayInputStream reader(
        bytes.data(), static_cast<int>(bytes.size()));
    if (!HasFewFields(reader)) return false;
  }
  return request.ParseFromString(bytes);
}

tl::unexpected<mail::Error> Unreadable() {
  return mail::Fail(mail::ErrorCode::kInvalidArgument,
                    "the request can't be read: it is damaged, or text in it "
                    "is not UTF-8");
}

tl::unexpected<mail::Error> TooLarge(size_t most) {
  return mail::Fail(
      mail::ErrorCode::kInvalidArgument,
      "a request of this kind has at most " + std::to_string(most) + " bytes");
}

std::string TextOf(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!bytes.Dump(&slices).ok()) return text;
  text.reserve(bytes.Length());
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
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
