#include "tmserver/service/stream.h"

#include <grpcpp/grpcpp.h>

#include <exception>
#include <utility>

#include "tmserver/log.h"
#include "tmserver/service/bytes.h"
#include "tmserver/service/status.h"

namespace turbo::service {
namespace {

class StreamCall final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
      public Stream {
 public:
  StreamCall(const std::string& path, grpc::CallbackServerContext& context)
      : context_(context), record_(path, context) {}

  void Run(mail::Sessions& sessions, mail::Right right, Counting counting,
           const OpenStream& open) {
    try {
      const auto caller = Admitted(record_, sessions, right, counting,
                                   Authenticate(context_, sessions));
      if (!caller) return Fail(caller.error());
      handler_ = open(*this, *caller);
      handler_->OnStart();
    } catch (const std::exception& e) {
      log::Write(log::Level::kError, "exception",
                 {{"method", record_.path}, {"what", e.what()}});
      Fail(ServerFault());
    }
  }

  void Read() override { StartRead(&incoming_); }

  void Write(const google::protobuf::MessageLite& message) override {
    auto bytes = Serialize(message);
    if (!bytes) return Cancel();  // no message of ours is that large
    outgoing_ = *std::move(bytes);
    StartWrite(&outgoing_);
  }

  void Cancel() override { context_.TryCancel(); }

  void Finish() override { FinishWith(grpc::Status::OK, "OK"); }

  void Fail(const mail::Error& error) override {
    record_.SetLevel(error.code);
    FinishWith(ToStatus(error), Reason(error.code));
  }

  void OnReadDone(bool ok) override {
    handler_->OnRead(ok ? &incoming_ : nullptr);
  }

  // A write fails only in a call that breaks off; OnCancel says so.
  void OnWriteDone(bool ok) override {
    if (ok) handler_->OnWritten();
  }

  void OnCancel() override {
    if (handler_) handler_->OnCancelled();
  }

  void OnDone() override {
    record_.Write();
    delete this;
  }

 private:
  void FinishWith(grpc::Status status, const char* reason) {
    record_.status = status;
    record_.reason = reason;
    ServerBidiReactor::Finish(std::move(status));
  }

  grpc::CallbackServerContext& context_;
  CallRecord record_;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
  std::unique_ptr<StreamHandler> handler_;
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ServeStream(
    const std::string& path, grpc::CallbackServerContext& context,
    mail::Sessions& sessions, mail::Right right, Counting counting,
    const OpenStream& open) {
  auto* call = new StreamCall(path, context);  // deleted by its OnDone
  call->Run(sessions, right, counting, open);
  return call;
}

}  // namespace turbo::service
