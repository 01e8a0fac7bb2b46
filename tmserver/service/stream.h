// Calls in which both sides may send any number of messages.
#ifndef TMSERVER_SERVICE_STREAM_H_
#define TMSERVER_SERVICE_STREAM_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <string>

#include "tmserver/service/admit.h"

namespace turbo::service {

// One call, as what serves it sees it. Thread-safe. It must be ended exactly
// once, by Finish or Fail, and not touched after that.
class Stream {
 public:
  // Asks for the client's next message; StreamHandler::OnRead follows. One at a
  // time.
  virtual void Read() = 0;
  // StreamHandler::OnWritten follows. One at a time.
  virtual void Write(const google::protobuf::MessageLite& message) = 0;
  // Breaks the call off, as if the client had; OnCancelled follows.
  virtual void Cancel() = 0;
  virtual void Finish() = 0;
  virtual void Fail(const mail::Error& error) = 0;

 protected:
  ~Stream() = default;
};

// What serves one call. Called from gRPC's threads, different functions perhaps
// at once; none may block. Destroyed when the call is over.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  // Once, before all others.
  virtual void OnStart() = 0;
  // Null: the client sends no more.
  virtual void OnRead(grpc::ByteBuffer* request) = 0;
  // Not after a call that broke off.
  virtual void OnWritten() = 0;
  // The client is gone or its deadline has passed.
  virtual void OnCancelled() = 0;
};

using OpenStream =
    std::function<std::unique_ptr<StreamHandler>(Stream&, const mail::Caller&)>;

// The reactor of a new call: admits its caller and serves it by what `open`
// makes. Owns itself. `path` and `sessions` outlive it.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ServeStream(
    const std::string& path, grpc::CallbackServerContext& context,
    mail::Sessions& sessions, mail::Right right, Counting counting,
    const OpenStream& open);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_STREAM_H_
