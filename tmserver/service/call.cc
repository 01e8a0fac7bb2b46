#include "tmserver/service/call.h"

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/async_unary_call.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "tmserver/log.h"
#include "tmserver/service/status.h"

namespace turbo::service {
namespace {

// Of each method, so that a burst finds somebody waiting.
constexpr int kWaitingCalls = 4;

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

// One call, which waits to come in first.
class Service::Call final : public Event, public Answer {
 public:
  Call(Service& service, const Method& method, CallQueue& queue)
      : service_(service), method_(method), place_(queue), writer_(&context_) {
    service.RequestAsyncUnary(method.index, &context_, &request_, &writer_,
                              &queue.events(), &queue.events(), TagOf(*this));
  }

  // Comes in; or was answered, or never will come: the server shuts down.
  void Proceed(bool ok) override {
    if (!record_ && ok) return Begin();
    if (record_) record_->Write();
    delete this;
  }

  void Leave() override {
    if (record_->status.ok()) {
      writer_.Finish(response_, grpc::Status::OK, TagOf(*this));
    } else {
      writer_.FinishWithError(record_->status, TagOf(*this));
    }
  }

  const grpc::ServerContextBase& context() const { return context_; }
  CallRecord& record() { return *record_; }

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

    void Finish(const grpc::Status& status) {
      if (done_.exchange(true)) return;
      call_.FinishWith(status, "");
    }

   private:
    Call& call_;  // not to be touched once done_: it may be deleted by then
    std::atomic<bool> done_ = false;
  };

  // Another thread may delete this once there is an answer.
  void Begin() {
    new Call(service_, method_, place_.queue());  // deletes itself, too
    place_.Begin();
    const Method& method = method_;
    record_.emplace(method_.path, context_);
    record_->audited = method_.audited;
    const auto replier = std::make_shared<Replier>(*this);
    try {
      if (context_.deadline() <= std::chrono::system_clock::now()) {
        return replier->Finish({grpc::StatusCode::DEADLINE_EXCEEDED,
                                "the deadline passed before the call began"});
      }
      if (record_->is_local && service_.socket_ == Socket::kRefused) {
        return replier->Fail(
            mail::Permit(mail::LocalAdministrator(), mail::Right::kNone)
                .error());
      }
      method.handler(*this, request_,
                     [replier](const mail::Result<grpc::ByteBuffer>& result) {
                       replier->Answer(result);
                     });
    } catch (const std::exception& e) {
      LogException(method.path, e);
      replier->Fail(ServerFault());
    }
  }

  void FinishWith(const mail::Error& error) {
    record_->SetLevel(error.code);
    if (method_.refusal) {
      if (const auto told = method_.refusal(error)) {
        return FinishWith(*told, Reason(error.code));
      }
    }
    FinishWith(ToStatus(error), Reason(error.code));
  }

  void FinishWith(const grpc::ByteBuffer& response, const char* reason) {
    record_->Hold(response.Length());
    record_->reason = reason;
    response_ = response;
    place_.queue().Send(*this);
  }

  void FinishWith(const grpc::Status& status, const char* reason) {
    record_->status = status;
    record_->reason = reason;
    place_.queue().Send(*this);
  }

  Service& service_;
  const Method& method_;
  CallQueue::Place place_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_;
  std::optional<CallRecord> record_;  // once it has come in
};

Service::Service(std::string name, mail::Sessions& sessions, Socket socket)
    : name_(std::move(name)), sessions_(sessions), socket_(socket) {}

void Service::Serve(CallQueue& queue) {
  for (int i = 0; i < kWaitingCalls; ++i) {
    for (const Method& method : methods_) new Call(*this, method, queue);
  }
  for (const StreamMethod& method : streams_) AwaitStream(method, queue);
}

int Service::Announce(const std::string& path,
                      grpc::internal::RpcMethod::RpcType type) {
  const auto index = static_cast<int>(methods_.size() + streams_.size()) - 1;
  grpc::Service::AddMethod(
      new grpc::internal::RpcServiceMethod(path.c_str(), type, nullptr));
  MarkMethodRaw(index);
  return index;
}

void Service::AddMethod(const char* method, Audited audited, Handler handler,
                        Refusal refusal) {
  Method& added =
      methods_.emplace_back(Method{0, "/" + name_ + "/" + method, audited,
                                   std::move(handler), std::move(refusal)});
  added.index = Announce(added.path, grpc::internal::RpcMethod::NORMAL_RPC);
}

void Service::AddStreamingMethod(const char* method,
                                 decltype(StreamMethod::open) open) {
  StreamMethod& added = streams_.emplace_back();
  added.path = "/" + name_ + "/" + method;
  added.open = std::move(open);
  const int index =
      Announce(added.path, grpc::internal::RpcMethod::BIDI_STREAMING);
  added.wait = [this, index](auto& context, auto& stream, auto& events,
                             Event* event) {
    RequestAsyncBidiStreaming(index, &context, &stream, &events, &events,
                              event);
  };
}

mail::Result<mail::Caller> Service::Authenticate(Call& call) {
  return service::Authenticate(call.record(), call.context(), sessions_);
}

CallRecord& Service::RecordOf(Call& call) { return call.record(); }

void Service::Note(Call& call, const google::protobuf::Message& request) {
  CallRecord& record = call.record();
  if (!record.audited.event) return;
  record.target = TargetOf(request);
  record.details = DetailsOf(request);
}

}  // namespace turbo::service
