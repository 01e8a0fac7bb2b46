#include "tmserver/service/call.h"

#include <grpcpp/alarm.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "tmserver/log.h"
#include "tmserver/service/status.h"

namespace turbo::service {
namespace {

void LogException(std::string_view where, const std::exception& e) {
  log::Write(log::Level::kError, "exception",
             {{"method", where}, {"what", e.what()}});
}

}  // namespace

void RunSoon(std::function<void()> step, std::chrono::milliseconds delay) {
  auto* alarm = new grpc::Alarm;  // deleted by its callback
  const auto run = [alarm, step = std::move(step)](bool) {
    const std::unique_ptr<grpc::Alarm> owned(alarm);
    try {
      step();
    } catch (const std::exception& e) {
      LogException("later step", e);
    }
  };
  alarm->Set(std::chrono::system_clock::now() + delay, run);
}

// One call, from its arrival until gRPC has let go of it.
class Service::Call final : public grpc::ServerUnaryReactor {
 public:
  Call(const std::string& path, Audited audited, const Refusal& refusal,
       grpc::CallbackServerContext& context, grpc::ByteBuffer& response)
      : refusal_(refusal),
        context_(context),
        response_(response),
        record_(path, context) {
    record_.audited = audited;
  }

  // gRPC calls OnDone after this, and not before: Finish happens always,
  // because the last copy of a Replier finishes what nobody else did.
  void Run(const Handler& handler, const grpc::ByteBuffer& request) {
    const auto replier = std::make_shared<Replier>(*this);
    try {
      if (context_.IsCancelled() ||
          context_.deadline() <= std::chrono::system_clock::now()) {
        return replier->Finish({grpc::StatusCode::DEADLINE_EXCEEDED,
                                "the deadline passed before the call began"});
      }
      grpc::ByteBuffer bytes = request;
      handler(*this, bytes,
              [replier](const mail::Result<grpc::ByteBuffer>& result) {
                replier->Answer(result);
              });
    } catch (const std::exception& e) {
      LogException(record_.path, e);
      replier->Fail(ServerFault());
    }
  }

  const grpc::CallbackServerContext& context() const { return context_; }
  CallRecord& record() { return record_; }

  void OnDone() override {
    record_.Write();
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

    void Answer(const mail::Result<grpc::ByteBuffer>& result) {
      if (!result) return Fail(result.error());
      if (done_.exchange(true)) return;
      call_.FinishWith(*result, "OK");
    }

    void Fail(const mail::Error& error) {
      if (done_.exchange(true)) return;
      call_.FinishWith(error);
    }

    void Finish(grpc::Status status) {
      if (done_.exchange(true)) return;
      call_.FinishWith(std::move(status), "");
    }

   private:
    Call& call_;  // not to be touched once done_: gRPC may have deleted it
    std::atomic<bool> done_ = false;
  };

  void FinishWith(const mail::Error& error) {
    record_.SetLevel(error.code);
    if (refusal_) {
      if (auto told = refusal_(error)) {
        return FinishWith(*told, Reason(error.code));
      }
    }
    FinishWith(ToStatus(error), Reason(error.code));
  }

  void FinishWith(const grpc::ByteBuffer& response, const char* reason) {
    response_ = response;
    FinishWith(grpc::Status::OK, reason);
  }

  void FinishWith(grpc::Status status, const char* reason) {
    record_.status = status;
    record_.reason = reason;
    Finish(std::move(status));
  }

  const Refusal& refusal_;
  grpc::CallbackServerContext& context_;
  grpc::ByteBuffer& response_;
  CallRecord record_;
};

Service::Service(std::string name, mail::Sessions& sessions, Socket socket)
    : name_(std::move(name)), sessions_(sessions), socket_(socket) {}

void Service::AddMethod(const char* method, Audited audited, Handler handler,
                        Refusal refusal) {
  const int index = static_cast<int>(paths_.size());
  const std::string& path = paths_.emplace_back("/" + name_ + "/" + method);
  grpc::Service::AddMethod(new grpc::internal::RpcServiceMethod(
      path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
  auto start = [this, &path, audited, handler = std::move(handler),
                refusal = std::move(refusal)](
                   grpc::CallbackServerContext* context,
                   const grpc::ByteBuffer* request,
                   grpc::ByteBuffer* response) -> grpc::ServerUnaryReactor* {
    static const Handler kRefuse = [](Call&, grpc::ByteBuffer&,
                                      Reply<grpc::ByteBuffer> reply) {
      reply(tl::unexpected(
          mail::Permit(mail::LocalAdministrator(), mail::Right::kNone)
              .error()));
    };
    const bool refused = socket_ == Socket::kRefused && IsLocal(*context);
    // Deleted by its OnDone.
    auto* call = new Call(path, audited, refusal, *context, *response);
    call->Run(refused ? kRefuse : handler, *request);
    return call;
  };
  MarkMethodRawCallback(
      index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer,
                                                      grpc::ByteBuffer>(start));
}

void Service::AddStreamingMethod(const char* method, mail::Right right,
                                 Counting counting, OpenStream open) {
  const int index = static_cast<int>(paths_.size());
  const std::string& path = paths_.emplace_back("/" + name_ + "/" + method);
  grpc::Service::AddMethod(new grpc::internal::RpcServiceMethod(
      path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
  auto start = [this, &path, right, counting,
                open = std::move(open)](grpc::CallbackServerContext* context) {
    return ServeStream(path, *context, sessions_, right, counting, open);
  };
  MarkMethodRawCallback(
      index, new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer,
                                                     grpc::ByteBuffer>(start));
}

mail::Result<mail::Caller> Service::Authenticate(const Call& call,
                                                 mail::Sessions& sessions) {
  return service::Authenticate(call.context(), sessions);
}

CallRecord& Service::RecordOf(Call& call) { return call.record(); }

void Service::Note(Call& call, const google::protobuf::Message& request) {
  CallRecord& record = call.record();
  if (!record.audited.event) return;
  record.target = TargetOf(request);
  record.details = DetailsOf(request);
}

}  // namespace turbo::service
