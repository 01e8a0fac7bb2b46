// How a call is served: the one place that knows which of gRPC's interfaces for
// servers is used.
#ifndef TMSERVER_SERVICE_CALL_H_
#define TMSERVER_SERVICE_CALL_H_

#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/byte_buffer.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "tmserver/mail/sessions.h"
#include "tmserver/mail/store.h"
#include "tmserver/service/admit.h"
#include "tmserver/service/bytes.h"
#include "tmserver/service/stream.h"

namespace turbo::service {

// The answer to a call: given once, now or later, from any thread, without
// blocking. A call whose Reply is dropped unused fails with kInternal.
template <class Response>
using Reply = mail::Done<Response>;

// One service of a .proto file, made of handlers. Each call goes one way:
// authenticate, check the right that the method asks for, read the request, run
// the handler, map its error, log a line.
// A handler may throw; the call fails with kInternal then.
class Service : public grpc::Service {
 protected:
  // `name` is the full name of the proto service; `sessions` outlives this.
  Service(std::string name, mail::Sessions& sessions);

  // Serves `method` by handler(request, caller, reply), for callers that have
  // `right`.
  template <class Self, class Request, class Response>
  void Add(const char* method, mail::Right right,
           void (Self::*handler)(Request, const mail::Caller&,
                                 Reply<Response>)) {
    AddMethod(method, right,
              [self = static_cast<Self*>(this), handler](
                  grpc::ByteBuffer& bytes, const mail::Caller& caller,
                  Reply<grpc::ByteBuffer> reply) {
                Request request;
                if (!Parse(bytes, request)) return reply(Unreadable());
                (self->*handler)(std::move(request), caller,
                                 Serialized<Response>(std::move(reply)));
              });
  }

  // Serves `method` by handler(request, reply), for everybody.
  template <class Self, class Request, class Response>
  void AddOpen(const char* method,
               void (Self::*handler)(Request, Reply<Response>)) {
    AddMethod(method, std::nullopt,
              [self = static_cast<Self*>(this), handler](
                  grpc::ByteBuffer& bytes, const mail::Caller&,
                  Reply<grpc::ByteBuffer> reply) {
                Request request;
                if (!Parse(bytes, request)) return reply(Unreadable());
                (self->*handler)(std::move(request),
                                 Serialized<Response>(std::move(reply)));
              });
  }

  // Serves `method`, where both sides may send any number of messages, by what
  // open(stream, caller) makes for each call.
  template <class Self>
  void AddStream(const char* method, mail::Right right,
                 std::unique_ptr<StreamHandler> (Self::*open)(
                     Stream&, const mail::Caller&)) {
    AddStreamingMethod(method, right,
                       [self = static_cast<Self*>(this), open](
                           Stream& stream, const mail::Caller& caller) {
                         return (self->*open)(stream, caller);
                       });
  }

 private:
  using Handler = std::function<void(grpc::ByteBuffer&, const mail::Caller&,
                                     Reply<grpc::ByteBuffer>)>;
  class Call;

  void AddMethod(const char* method, Needed right, Handler handler);
  void AddStreamingMethod(const char* method, mail::Right right,
                          OpenStream open);

  template <class Response>
  static Reply<Response> Serialized(Reply<grpc::ByteBuffer> reply) {
    return [reply = std::move(reply)](mail::Result<Response> result) {
      reply(result.and_then([](const Response& r) { return Serialize(r); }));
    };
  }

  const std::string name_;
  mail::Sessions& sessions_;
  std::deque<std::string> paths_;  // gRPC keeps pointers into them
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_CALL_H_
