// How a call is served: the one place that knows which of gRPC's interfaces for
// servers is used.
#ifndef TMSERVER_SERVICE_CALL_H_
#define TMSERVER_SERVICE_CALL_H_

#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "tmserver/mail/sessions.h"
#include "tmserver/mail/store.h"
#include "tmserver/service/admit.h"
#include "tmserver/service/bytes.h"
#include "tmserver/service/call_queue.h"
#include "tmserver/service/stream.h"

namespace turbo::service {

// The answer to a call: given once, now or later, from any thread, without
// blocking. A call whose Reply is dropped unused fails with kInternal.
template <class Response>
using Reply = mail::Done<Response>;

// Runs `step` after `delay`, on one of gRPC's threads: long work in steps lets
// other calls have their turn. What `step` throws is logged, and `step` let go
// of.
void RunSoon(std::function<void()> step, std::chrono::milliseconds delay = {});

// One service of a .proto file, made of handlers. Each call goes one way:
// authenticate, check the right that the method asks for, read the request, run
// the handler, map its error, log a line.
// A handler runs on the thread of the call's queue. It may throw; the call
// fails with kInternal then.
class Service : public grpc::Service {
 public:
  // Serves the calls that come through `queue`. Once for each queue, when the
  // server that this is registered at is built, before the queue starts.
  void Serve(CallQueue& queue);

 protected:
  // Whether calls through the administration socket are served.
  enum class Socket { kRefused, kServed };

  // `name` is the full name of the proto service; `sessions` outlives this.
  Service(std::string name, mail::Sessions& sessions,
          Socket socket = Socket::kRefused);

  // The response of a failed call, for contracts that tell failures so. The
  // call's status is OK then.
  template <class Response>
  using Refuse = Response (*)(const mail::Error& error);

  // Who calls, for contracts that have the token in the request.
  template <class Request>
  using Identify = mail::Result<mail::Caller> (*)(const Request& request,
                                                  mail::Sessions& sessions,
                                                  const mail::Origin& origin);

  // Serves `method` by handler(request, caller, reply), for callers that have
  // `right`. What is audited needs its event at the end: {"token_create"}.
  template <class Self, class Request, class Response>
  void Add(const char* method, mail::Right right,
           void (Self::*handler)(Request, const mail::Caller&, Reply<Response>),
           Audited audited = {}) {
    AddMethod(method, audited,
              [self = static_cast<Self*>(this), right, handler](
                  Call& call, grpc::ByteBuffer& bytes,
                  Reply<grpc::ByteBuffer> reply) {
                const mail::Result<mail::Caller> caller =
                    Admitted(RecordOf(call), self->sessions_, right,
                             Counting::kCall, self->Authenticate(call));
                if (!caller) return reply(tl::unexpected(caller.error()));
                RecordOf(call).Hold(bytes.Length());
                Request request;
                if (IsTooLarge(bytes, right)) {
                  return reply(TooLarge(kMaxPlainRequest));
                }
                if (!Parse(bytes, request)) return reply(Unreadable());
                Note(call, request);
                (self->*handler)(std::move(request), *caller,
                                 Serialized<Response>(std::move(reply)));
              });
  }

  // The same for a contract that has token and failures in its messages.
  template <class Self, class Request, class Response>
  void Add(const char* method, mail::Right right,
           void (Self::*handler)(Request, const mail::Caller&, Reply<Response>),
           Identify<Request> identify, Refuse<Response> refuse) {
    AddMethod(
        method, {},
        [self = static_cast<Self*>(this), right, handler, identify](
            Call& call, grpc::ByteBuffer& bytes,
            Reply<grpc::ByteBuffer> reply) {
          Request request;
          if (!Parse(bytes, request)) return reply(Unreadable());
          const mail::Result<mail::Caller> caller = Admitted(
              RecordOf(call), self->sessions_, right, Counting::kCall,
              identify(request, self->sessions_, RecordOf(call).Origin()));
          if (!caller) return reply(tl::unexpected(caller.error()));
          if (IsTooLarge(bytes, right)) {
            return reply(TooLarge(kMaxPlainRequest));
          }
          RecordOf(call).Hold(bytes.Length());
          (self->*handler)(std::move(request), *caller,
                           Serialized<Response>(std::move(reply)));
        },
        Serialized(refuse));
  }

  // Serves `method`, where both sides may send any number of messages, by what
  // open(stream, caller) makes for each call.
  template <class Self>
  void AddStream(const char* method, mail::Right right,
                 std::unique_ptr<StreamHandler> (Self::*open)(
                     Stream&, const mail::Caller&),
                 Counting counting = Counting::kCall) {
    AddStreamingMethod(
        method,
        [self = static_cast<Self*>(this), right, counting, open](
            Stream& stream, CallRecord& record,
            const grpc::ServerContextBase& context)
            -> std::unique_ptr<StreamHandler> {
          const auto caller =
              Admitted(record, self->sessions_, right, counting,
                       service::Authenticate(record, context, self->sessions_));
          if (caller) return (self->*open)(stream, *caller);
          stream.Fail(caller.error());
          return nullptr;
        });
  }

  // The same for everybody; only the debug log tells of the calls.
  template <class Self>
  void AddOpenStream(const char* method,
                     std::unique_ptr<StreamHandler> (Self::*open)(Stream&)) {
    AddStreamingMethod(method, [self = static_cast<Self*>(this), open](
                                   Stream& stream, CallRecord& record,
                                   const grpc::ServerContextBase&) {
      record.level = log::Level::kDebug;
      return (self->*open)(stream);
    });
  }

  // Serves `method` by handler(request, origin, reply), for everybody. Requests
  // are small.
  template <class Self, class Request, class Response>
  void AddOpen(const char* method,
               void (Self::*handler)(Request, const mail::Origin&,
                                     Reply<Response>),
               Audited audited, Refuse<Response> refuse = nullptr) {
    AddMethod(
        method, audited,
        [self = static_cast<Self*>(this), handler](
            Call& call, grpc::ByteBuffer& bytes,
            Reply<grpc::ByteBuffer> reply) {
          Request request;
          if (bytes.Length() > kMaxOpenRequest) {
            return reply(TooLarge(kMaxOpenRequest));
          }
          if (!Parse(bytes, request)) return reply(Unreadable());
          Note(call, request);
          (self->*handler)(std::move(request), RecordOf(call).Origin(),
                           Serialized<Response>(std::move(reply)));
        },
        Serialized(refuse));
  }

 private:
  // Only what is to be sent may be large.
  static bool IsTooLarge(const grpc::ByteBuffer& bytes, mail::Right right) {
    return right != mail::Right::kSend && bytes.Length() > kMaxPlainRequest;
  }

  class Call;
  using Handler =
      std::function<void(Call&, grpc::ByteBuffer&, Reply<grpc::ByteBuffer>)>;
  // Empty: failures are statuses.
  using Refusal =
      std::function<mail::Result<grpc::ByteBuffer>(const mail::Error&)>;
  struct Method {
    int index;  // gRPC's
    std::string path;
    Audited audited;
    Handler handler;
    Refusal refusal;
  };

  void AddMethod(const char* method, Audited audited, Handler handler,
                 Refusal refusal = {});
  void AddStreamingMethod(const char* method,
                          decltype(StreamMethod::open) open);
  // gRPC's number of a new method, which it leaves to us.
  int Announce(const std::string& path,
               grpc::internal::RpcMethod::RpcType type);

  mail::Result<mail::Caller> Authenticate(Call& call);
  static CallRecord& RecordOf(Call& call);
  // What the call is about, where it is audited.
  static void Note(Call& call, const google::protobuf::Message& request);

  template <class Response>
  static Reply<Response> Serialized(Reply<grpc::ByteBuffer> reply) {
    return [reply = std::move(reply)](mail::Result<Response> result) {
      reply(result.and_then([](const Response& r) { return Serialize(r); }));
    };
  }

  template <class Response>
  static Refusal Serialized(Refuse<Response> refuse) {
    if (refuse == nullptr) return {};
    return [refuse](const mail::Error& e) { return Serialize(refuse(e)); };
  }

  const std::string name_;
  mail::Sessions& sessions_;
  const Socket socket_;
  // gRPC and the calls keep pointers into them.
  std::deque<Method> methods_;
  std::deque<StreamMethod> streams_;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_CALL_H_
