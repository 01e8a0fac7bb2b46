#include "tests/fuzz/call.h"

#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/impl/codegen/sync_stream.h>

#include <chrono>

namespace turbo::fuzz {
namespace {

using Stream = grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;

// More than any call takes on a busy machine.
constexpr std::chrono::seconds kDeadline{30};

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

Answer Call(const std::shared_ptr<grpc::Channel>& channel,
            const std::string& path, const std::string& authorization,
            const std::vector<std::string>& requests,
            const std::function<bool(const std::string&)>& enough) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  if (!authorization.empty()) {
    context.AddMetadata("authorization", authorization);
  }
  // On the wire every call is one of streams.
  const grpc::internal::RpcMethod method(
      path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, channel);
  const std::unique_ptr<Stream> stream(
      grpc::internal::ClientReaderWriterFactory<
          grpc::ByteBuffer, grpc::ByteBuffer>::Create(channel.get(), method,
                                                      &context));
  for (const std::string& request : requests) {
    if (!stream->Write(BufferOf(request))) break;
  }
  stream->WritesDone();

  Answer answer;
  grpc::ByteBuffer response;
  while (stream->Read(&response)) {
    answer.responses.push_back(BytesOf(response));
    if (!enough(answer.responses.back())) continue;
    context.TryCancel();
    break;
  }
  answer.status = stream->Finish();
  return answer;
}

}  // namespace turbo::fuzz
