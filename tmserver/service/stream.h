// Calls in which both sides may send any number of messages.
#ifndef TMSERVER_SERVICE_STREAM_H_
#define TMSERVER_SERVICE_STREAM_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <string>

#include "tmserver/service/admit.h"
#include "tmserver/service/call_queue.h"

namespace turbo::service {

// One call, as what serves it sees it. Thread-safe. It must be ended exactly
// once, by Finish or Fail, and not touched after that.
class Stream {
 public:
  // Asks for the client's next message; StreamHandler::OnRead follows. One at a
  // time.
  virtual void Read() = 0;
  // StreamHandler::OnWritten follows. One at a time. May keep the message until
  // the next one is written, where that is about to come.
  enum class Next { kUnknown, kIsComing };
  virtual void Write(const google::protobuf::MessageLite& message,
                     Next next) = 0;
  // Breaks the call off, as if the client had; OnCancelled follows.
  virtual void Cancel() = 0;
  virtual void Finish(const grpc::Status& status) = 0;
  virtual void Fail(const mail::Error& error) = 0;

 protected:
  ~Stream() = default;
};

// What serves one call. Called from its queue's thread; nothing may block.
// Destroyed when the call is over.
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

// A method whose calls are served so.
struct StreamMethod {
  std::string path;
  // Asks gRPC for a call; `event` follows.
  std::function<void(
      grpc::ServerContext&,
      grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>&,
      grpc::ServerCompletionQueue&, Event* event)>
      wait;
  // What serves a new call; none where it has ended the call itself.
  std::function<std::unique_ptr<StreamHandler>(Stream&, CallRecord&,
                                               const grpc::ServerContextBase&)>
      open;
};

// Waits for a call of `method`, serves it, and then the next one. `method` and
// `queue` outlive it.
void AwaitStream(const StreamMethod& method, CallQueue& queue);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_STREAM_H_
