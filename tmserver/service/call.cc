#include "tmserver/service/call.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <strings.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "proto/turbomessage/wire.h"
#include "tmserver/log.h"
#include "tmserver/service/status.h"

namespace turbo::service {
namespace {

using mail::ErrorCode;

std::string_view View(grpc::string_ref text) {
  return {text.data(), text.size()};
}

// The token of `authorization: Bearer TOKEN`.
std::optional<std::string_view> TokenOf(
    const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(wire::kAuthorization);
  if (found == metadata.end()) return std::nullopt;
  const std::string_view value = View(found->second);
  const std::string_view scheme = wire::kBearer;
  if (value.size() <= scheme.size() ||
      strncasecmp(value.data(), scheme.data(), scheme.size()) != 0) {
    return std::nullopt;
  }
  return value.substr(scheme.size());
}

mail::Error ServerFault() {
  return {ErrorCode::kInternal, "the server failed; its log says more", {}, {}};
}

log::Level LevelOf(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::INTERNAL) {
    return log::Level::kError;
  }
  return status.error_code() == grpc::StatusCode::UNAVAILABLE
             ? log::Level::kWarn
             : log::Level::kInfo;
}

}  // namespace

// One call, from its arrival until gRPC has let go of it.
class Service::Call final : public grpc::ServerUnaryReactor {
 public:
  Call(const std::string& path, grpc::CallbackServerContext& context,
       grpc::ByteBuffer& response)
      : path_(path), context_(context), response_(response) {}

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
      mail::Caller caller;
      if (right) {
        mail::Result<mail::Caller> found = Authenticate(service.sessions_);
        if (!found) return replier->Fail(found.error());
        caller = *std::move(found);
        user_ = caller.user;
        const mail::Result<mail::Nothing> ok = mail::Permit(caller, *right);
        if (!ok) return replier->Fail(ok.error());
      }
      grpc::ByteBuffer bytes = request;
      handler(bytes, caller, [replier](mail::Result<grpc::ByteBuffer> result) {
        replier->Answer(std::move(result));
      });
    } catch (const std::exception& e) {
      log::Write(log::Level::kError, "exception",
                 {{"method", path_}, {"what", e.what()}});
      replier->Fail(ServerFault());
    }
  }

  void OnDone() override {
    const auto spent = std::chrono::steady_clock::now() - begun_;
    const auto us =
        std::chrono::duration_cast<std::chrono::microseconds>(spent);
    log::Write(LevelOf(status_), "call",
               {{"method", std::string_view(path_).substr(1)},
                {"user", user_},
                {"peer", context_.peer()},
                {"status", static_cast<int>(status_.error_code())},
                {"reason", reason_},
                {"duration_us", us.count()}});
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
    status_ = status;
    reason_ = reason;
    Finish(std::move(status));
  }

  mail::Result<mail::Caller> Authenticate(mail::Sessions& sessions) const {
    const std::optional<std::string_view> token = TokenOf(context_);
    if (!token) {
      return mail::Fail(ErrorCode::kNotLoggedIn,
                        "this call needs a login or an access token");
    }
    return sessions.Authenticate(*token);
  }

  const std::string& path_;
  grpc::CallbackServerContext& context_;
  grpc::ByteBuffer& response_;
  const std::chrono::steady_clock::time_point begun_ =
      std::chrono::steady_clock::now();
  std::string user_;
  grpc::Status status_;
  const char* reason_ = "";
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

bool Service::Parse(grpc::ByteBuffer& bytes,
                    google::protobuf::MessageLite& request) {
  return grpc::SerializationTraits<google::protobuf::MessageLite>::Deserialize(
             &bytes, &request)
      .ok();
}

mail::Result<grpc::ByteBuffer> Service::Unreadable() {
  return mail::Fail(ErrorCode::kInvalidArgument,
                    "the request can't be read: it is damaged, or text in it "
                    "is not UTF-8");
}

mail::Result<grpc::ByteBuffer> Service::Serialize(
    const google::protobuf::MessageLite& response) {
  grpc::ByteBuffer bytes;
  bool own = false;
  const grpc::Status status =
      grpc::SerializationTraits<google::protobuf::MessageLite>::Serialize(
          response, &bytes, &own);
  if (!status.ok()) {
    return mail::Fail(ErrorCode::kInternal, "the answer is too large");
  }
  return bytes;
}

}  // namespace turbo::service
