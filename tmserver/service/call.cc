#include "tmserver/service/call.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "tmserver/log.h"
#include "tmserver/service/status.h"

namespace turbo::service {
// One call, from its arrival until gRPC has let go of it.
class Service::Call final : public grpc::ServerUnaryReactor {
 public:
  Call(const std::string& path, grpc::CallbackServerContext& context,
       grpc::ByteBuffer& response)
      : context_(context), response_(response), record_(path) {}

  // gRPC calls OnDone after this, and not before: Finish happens always,
  // because the last copy of a Replier finishes what nobody else did.
  void Run(Service& service, Needed right, const Handler& handler,
           const grpc::ByteBuffer& request) {
    const auto replier = std::make_shared<Replier>(*this);
    try {
      if (context_.IsCancelled() ||
          context_.deadline() <= std::chrono::system_clock::now()) {
        return replier->Finish({grpc::StatusCode::DEADLINE_EXCEEDED,
                                "the deadline passed before the call began"});
      }
      const auto caller = Admit(context_, service.sessions_, right);
      if (!caller) return replier->Fail(caller.error());
      record_.user = caller->user;
      grpc::ByteBuffer bytes = request;
      handler(bytes, *caller, [replier](mail::Result<grpc::ByteBuffer> result) {
        replier->Answer(std::move(result));
      });
    } catch (const std::exception& e) {
      log::Write(log::Level::kError, "exception",
                 {{"method", record_.path}, {"what", e.what()}});
      replier->Fail(ServerFault());
    }
  }

  void OnDone() override {
    record_.Write(context_);
    delete this;
  }

 private:
  // Finishes its call exactly once, in the end by being destroyed.
  class Replier {
   public:
    explicit Replier(Call& call) : call_(call) {}
    ~Replier() {
      if (!done_) Fail(ServerFault());
    }
    Replier(const Replier&) = delete;
    Replier& operator=(const Replier&) = delete;

    void Answer(mail::Result<grpc::ByteBuffer> result) {
      if (!result) return Fail(result.error());
      if (done_.exchange(true)) return;
      call_.response_ = *std::move(result);
      call_.FinishWith(grpc::Status::OK, "OK");
    }

    void Fail(const mail::Error& error) {
      if (done_.exchange(true)) return;
      call_.FinishWith(ToStatus(error), Reason(error.code));
    }

    void Finish(grpc::Status status) {
      if (done_.exchange(true)) return;
      call_.FinishWith(std::move(status), "");
    }

   private:
    Call& call_;  // not to be touched once done_: gRPC may have deleted it
    std::atomic<bool> done_ = false;
  };

  void FinishWith(grpc::Status status, const char* reason) {
    record_.status = status;
    record_.reason = reason;
    Finish(std::move(status));
  }

  grpc::CallbackServerContext& context_;
  grpc::ByteBuffer& response_;
  CallRecord record_;
};

Service::Service(std::string name, mail::Sessions& sessions)
    : name_(std::move(name)), sessions_(sessions) {}

void Service::AddMethod(const char* method, Needed right, Handler handler) {
  const int index = static_cast<int>(paths_.size());
  const std::string& path = paths_.emplace_back("/" + name_ + "/" + method);
  grpc::Service::AddMethod(new grpc::internal::RpcServiceMethod(
      path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
  auto start = [this, &path, right, handler = std::move(handler)](
                   grpc::CallbackServerContext* context,
                   const grpc::ByteBuffer* request,
                   grpc::ByteBuffer* response) -> grpc::ServerUnaryReactor* {
    auto* call = new Call(path, *context, *response);  // deleted by its OnDone
    call->Run(*this, right, handler, *request);
    return call;
  };
  MarkMethodRawCallback(
      index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer,
                                                      grpc::ByteBuffer>(start));
}

void Service::AddStreamingMethod(const char* method, mail::Right right,
                                 OpenStream open) {
  const int index = static_cast<int>(paths_.size());
  const std::string& path = paths_.emplace_back("/" + name_ + "/" + method);
  grpc::Service::AddMethod(new grpc::internal::RpcServiceMethod(
      path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
  auto start = [this, &path, right,
                open = std::move(open)](grpc::CallbackServerContext* context) {
    return ServeStream(path, *context, sessions_, right, open);
  };
  MarkMethodRawCallback(
      index, new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer,
                                                     grpc::ByteBuffer>(start));
}

}  // namespace turbo::service
