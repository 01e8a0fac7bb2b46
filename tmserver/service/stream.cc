#include "tmserver/service/stream.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <exception>
#include <optional>
#include <utility>

#include "tmserver/log.h"
#include "tmserver/service/bytes.h"
#include "tmserver/service/status.h"

namespace turbo::service {
namespace {

// One call, which waits to come in first.
class StreamCall final : public Stream {
 public:
  StreamCall(const StreamMethod& method, CallQueue& queue)
      : method_(method), place_(queue), stream_(&context_) {
    context_.AsyncNotifyWhenDone(TagOf(over_));
    method.wait(context_, stream_, queue.events(), &begun_);
  }

  void Read() override {
    ++awaited_;
    stream_.Read(&incoming_, TagOf(read_));
  }

  void Write(const google::protobuf::MessageLite& message, Next next) override {
    const auto bytes = Serialize(message);
    if (!bytes) return Cancel();  // no message of ours is that large
    ++awaited_;
    grpc::WriteOptions options;
    // The first write has the metadata with it, which gRPC awaits.
    if (next == Next::kIsComing && has_written_) options.set_buffer_hint();
    has_written_ = true;
    stream_.Write(*bytes, options, TagOf(written_));
  }

  void Cancel() override { context_.TryCancel(); }

  void Finish(const grpc::Status& status) override {
    FinishWith(status, status.ok() ? "OK" : "");
  }

  void Fail(const mail::Error& error) override {
    record_->SetLevel(error.code);
    FinishWith(ToStatus(error), Reason(error.code));
  }

 private:
  // One of the things that happen to a call.
  class Step final : public Event {
   public:
    Step(StreamCall& call, void (StreamCall::*what)(bool))
        : call_(call), what_(what) {}
    void Proceed(bool ok) override { (call_.*what_)(ok); }

   private:
    StreamCall& call_;
    void (StreamCall::*const what_)(bool);
  };

  void Begun(bool ok) {
    if (!ok) {  // the server shuts down; nothing else will happen
      delete this;
      return;
    }
    new StreamCall(method_, place_.queue());  // deletes itself, too
    record_.emplace(method_.path, context_);
    try {
      handler_ = method_.open(*this, *record_, context_);
      if (handler_) handler_->OnStart();
    } catch (const std::exception& e) {
      log::Write(log::Level::kError, "exception",
                 {{"method", method_.path}, {"what", e.what()}});
      Fail(ServerFault());
    }
  }

  void WasRead(bool ok) {
    handler_->OnRead(ok ? &incoming_ : nullptr);
    Happened();
  }

  // A write fails only in a call that breaks off; Over says so.
  void WasWritten(bool ok) {
    if (ok) handler_->OnWritten();
    Happened();
  }

  void Over(bool) {
    if (handler_ && context_.IsCancelled()) handler_->OnCancelled();
    Happened();
  }

  void WasFinished(bool) { Happened(); }

  void FinishWith(const grpc::Status& status, const char* reason) {
    record_->status = status;
    record_->reason = reason;
    stream_.Finish(status, TagOf(finished_));
  }

  void Happened() {
    if (--awaited_ > 0) return;
    record_->Write();
    delete this;
  }

  const StreamMethod& method_;
  const CallQueue::Place place_;
  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer> stream_;
  std::optional<CallRecord> record_;
  grpc::ByteBuffer incoming_;
  bool has_written_ = false;
  std::unique_ptr<StreamHandler> handler_;
  Step begun_{*this, &StreamCall::Begun};
  Step read_{*this, &StreamCall::WasRead};
  Step written_{*this, &StreamCall::WasWritten};
  Step finished_{*this, &StreamCall::WasFinished};
  Step over_{*this, &StreamCall::Over};
  // Every call that has begun is finished and is over.
  std::atomic<int> awaited_ = 2;
};

}  // namespace

void AwaitStream(const StreamMethod& method, CallQueue& queue) {
  new StreamCall(method, queue);  // deletes itself
}

}  // namespace turbo::service
