// A server in this process, with a store in memory, and clients of it.
#ifndef TESTS_TMSERVER_SERVER_TESTING_H_
#define TESTS_TMSERVER_SERVER_TESTING_H_

#include <grpcpp/grpcpp.h>
#include <sodium.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tmserver/server.h"
#include "tmserver/service/call_queue.h"
#include "tmserver/store/open.h"
#include "turbomessage/v1/accounts.grpc.pb.h"
#include "turbomessage/v1/admin.grpc.pb.h"
#include "turbomessage/v1/mail.grpc.pb.h"
#include "turbomessage/v1/tokens.grpc.pb.h"

namespace turbo::server {

namespace v1 = turbomessage::v1;

inline constexpr char kPassword[] = "correct horse";

inline Options TestOptions() {
  return ParseOptions({"--port", "0", "--store", "memory:"},
                      {{"HOME", "/nonexistent"}}, "/nonexistent")
      .options;
}

// Passwords that cost next to nothing.
inline mail::PasswordCost TestCost() {
  return {crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_OPSLIMIT_MIN};
}

struct TestServer {
  explicit TestServer(
      const Options& options = TestOptions(),
      const std::function<bool()>& may_wait = service::CallQueue::MayWait)
      : addresses(options),
        store(store::Open(options.store, [](const std::string&) {},
                          {.may_wait = may_wait})),
        server(options, WithAdmin(options, addresses), *store, TestCost()) {}

  // The administration socket's, where the options have one.
  std::shared_ptr<grpc::Channel> ConnectAsAdmin() const {
    return grpc::CreateChannel(addresses.admin()->target,
                               grpc::InsecureChannelCredentials());
  }

  std::shared_ptr<grpc::Channel> Connect(size_t endpoint = 0) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(addresses.endpoints().at(endpoint).target,
                                     grpc::InsecureChannelCredentials(),
                                     arguments);
  }

  Claim addresses;
  std::unique_ptr<mail::Store> store;
  Server server;

 private:
  static Claim& WithAdmin(const Options& options, Claim& claim) {
    if (!options.admin_socket.empty()) claim.AddAdmin(options.admin_socket);
    return claim;
  }
};

// What a call came back with.
template <class Response>
struct Outcome {
  grpc::Status status;
  Response response;

  bool ok() const { return status.ok(); }
  const Response* operator->() const { return &response; }

  // The detail of this kind; empty where there is none.
  template <class Detail>
  Detail detail() const {
    google::rpc::Status details;
    details.ParseFromString(status.error_details());
    Detail found;
    for (const auto& any : details.details()) {
      if (any.UnpackTo(&found)) break;
    }
    return found;
  }
  google::rpc::ErrorInfo info() const {
    return detail<google::rpc::ErrorInfo>();
  }
  std::string reason() const { return info().reason(); }
};

inline void SetUp(grpc::ClientContext& context, const std::string& token) {
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(20));
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
}

// One user of a server, logged in once it has registered.
class Client {
 public:
  explicit Client(std::shared_ptr<grpc::Channel> channel)
      : accounts_(v1::Accounts::NewStub(channel)),
        admin_(v1::Admin::NewStub(channel)),
        mail_(v1::Mail::NewStub(channel)),
        tokens_(v1::Tokens::NewStub(channel)) {}
  Client(const TestServer& server, const std::string& user)
      : Client(server.Connect()) {
    token = Register(user)->token();
  }

  Outcome<v1::RegisterResponse> Register(const std::string& user,
                                         const char* password = kPassword,
                                         const std::string& invite = "") {
    v1::RegisterRequest request;
    request.set_user(user);
    request.set_password(password);
    request.set_invite(invite);
    return Call<v1::RegisterResponse>(&v1::Accounts::Stub::Register, request);
  }
  Outcome<v1::LoginResponse> Login(const std::string& user,
                                   const char* password = kPassword) {
    v1::LoginRequest request;
    request.set_user(user);
    request.set_password(password);
    return Call<v1::LoginResponse>(&v1::Accounts::Stub::Login, request);
  }
  Outcome<v1::LogoutResponse> Logout() {
    return Call<v1::LogoutResponse>(&v1::Accounts::Stub::Logout,
                                    v1::LogoutRequest());
  }
  Outcome<v1::WhoAmIResponse> WhoAmI() {
    return Call<v1::WhoAmIResponse>(&v1::Accounts::Stub::WhoAmI,
                                    v1::WhoAmIRequest());
  }
  Outcome<v1::ChangePasswordResponse> ChangePassword(const char* before,
                                                     const char* after) {
    v1::ChangePasswordRequest request;
    request.set_old_password(before);
    request.set_new_password(after);
    return Call<v1::ChangePasswordResponse>(&v1::Accounts::Stub::ChangePassword,
                                            request);
  }

  Outcome<v1::SendResponse> Send(const v1::SendRequest& request) {
    return Call<v1::SendResponse>(&v1::Mail::Stub::Send, request);
  }
  Outcome<v1::SendResponse> Send(const std::vector<std::string>& to,
                                 const std::string& subject = "subject") {
    v1::SendRequest request;
    *request.mutable_to() = {to.begin(), to.end()};
    request.set_subject(subject);
    request.set_body("body of " + subject);
    return Send(request);
  }
  Outcome<v1::ListResponse> List(const v1::ListRequest& request) {
    return Call<v1::ListResponse>(&v1::Mail::Stub::List, request);
  }
  Outcome<v1::CountResponse> Count(const v1::CountRequest& request) {
    return Call<v1::CountResponse>(&v1::Mail::Stub::Count, request);
  }
  Outcome<v1::GetResponse> Get(int64_t id, v1::Box box = v1::BOX_UNSPECIFIED) {
    v1::GetRequest request;
    request.set_id(id);
    request.set_box(box);
    return Call<v1::GetResponse>(&v1::Mail::Stub::Get, request);
  }
  Outcome<v1::MarkResponse> Mark(const std::vector<int64_t>& ids, bool read) {
    v1::MarkRequest request;
    *request.mutable_ids() = {ids.begin(), ids.end()};
    request.set_read(read);
    return Call<v1::MarkResponse>(&v1::Mail::Stub::Mark, request);
  }
  Outcome<v1::DeleteResponse> Delete(const std::vector<int64_t>& ids,
                                     v1::Box box = v1::BOX_INBOX) {
    v1::DeleteRequest request;
    *request.mutable_ids() = {ids.begin(), ids.end()};
    request.set_box(box);
    return Call<v1::DeleteResponse>(&v1::Mail::Stub::Delete, request);
  }

  Outcome<v1::CreateTokenResponse> CreateToken(
      const v1::CreateTokenRequest& request) {
    return Call<v1::CreateTokenResponse>(&v1::Tokens::Stub::CreateToken,
                                         request);
  }
  Outcome<v1::CreateTokenResponse> CreateToken(const std::string& name,
                                               v1::Scope scope) {
    v1::CreateTokenRequest request;
    request.set_name(name);
    request.set_scope(scope);
    return CreateToken(request);
  }
  Outcome<v1::RotateTokenResponse> RotateToken(
      const v1::RotateTokenRequest& request) {
    return Call<v1::RotateTokenResponse>(&v1::Tokens::Stub::RotateToken,
                                         request);
  }
  Outcome<v1::ListTokensResponse> ListTokens() {
    return Call<v1::ListTokensResponse>(&v1::Tokens::Stub::ListTokens,
                                        v1::ListTokensRequest());
  }
  Outcome<v1::RevokeTokenResponse> RevokeToken(const std::string& name) {
    v1::RevokeTokenRequest request;
    request.set_name(name);
    return Call<v1::RevokeTokenResponse>(&v1::Tokens::Stub::RevokeToken,
                                         request);
  }

  // Admin(&v1::Admin::Stub::GetUser, request).
  template <class Response, class Request>
  Outcome<Response> Admin(grpc::Status (v1::Admin::Stub::*method)(
                              grpc::ClientContext*, const Request&, Response*),
                          const Request& request) {
    return CallOn<Response>(*admin_, method, request);
  }

  v1::Mail::Stub& mail() const { return *mail_; }

  std::string token;

 private:
  template <class Response, class Request>
  Outcome<Response> Call(grpc::Status (v1::Accounts::Stub::*method)(
                             grpc::ClientContext*, const Request&, Response*),
                         const Request& request) {
    return CallOn<Response>(*accounts_, method, request);
  }
  template <class Response, class Request>
  Outcome<Response> Call(grpc::Status (v1::Mail::Stub::*method)(
                             grpc::ClientContext*, const Request&, Response*),
                         const Request& request) {
    return CallOn<Response>(*mail_, method, request);
  }
  template <class Response, class Request>
  Outcome<Response> Call(grpc::Status (v1::Tokens::Stub::*method)(
                             grpc::ClientContext*, const Request&, Response*),
                         const Request& request) {
    return CallOn<Response>(*tokens_, method, request);
  }
  template <class Response, class Stub, class Method, class Request>
  Outcome<Response> CallOn(Stub& stub, Method method, const Request& request) {
    grpc::ClientContext context;
    SetUp(context, token);
    Outcome<Response> outcome;
    outcome.status = (stub.*method)(&context, request, &outcome.response);
    return outcome;
  }

  std::unique_ptr<v1::Accounts::Stub> accounts_;
  std::unique_ptr<v1::Admin::Stub> admin_;
  std::unique_ptr<v1::Mail::Stub> mail_;
  std::unique_ptr<v1::Tokens::Stub> tokens_;
};

// A call of Watch, broken off in the end. The inbox unless the request says
// otherwise.
class Watching {
 public:
  Watching(const Client& client, v1::WatchRequest request) {
    SetUp(context_, client.token);
    if (request.box() == v1::BOX_UNSPECIFIED) request.set_box(v1::BOX_INBOX);
    reader_ = client.mail().Watch(&context_, request);
  }
  ~Watching() { context_.TryCancel(); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

  // Nothing once the call is over.
  std::optional<v1::WatchResponse> Next() {
    v1::WatchResponse response;
    if (!reader_->Read(&response)) return std::nullopt;
    return response;
  }
  // The id of the next message; 0 for a cursor, -1 for the end.
  int64_t NextId() {
    const auto next = Next();
    return next ? next->message().id() : -1;
  }
  // Why it ended.
  std::string Reason() {
    while (Next()) {
    }
    Outcome<v1::WatchResponse> outcome;
    outcome.status = reader_->Finish();
    return outcome.reason();
  }
  // Empty where something comes at all.
  std::string FirstReason() { return Next() ? "" : Reason(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> reader_;
};

// A call of SendMany, broken off in the end unless its Reason was asked for.
class SendingMany {
 public:
  explicit SendingMany(const Client& client) {
    SetUp(context_, client.token);
    stream_ = client.mail().SendMany(&context_);
  }
  ~SendingMany() { context_.TryCancel(); }
  SendingMany(const SendingMany&) = delete;
  SendingMany& operator=(const SendingMany&) = delete;

  // False once the call is over.
  bool Write(const v1::SendRequest& request) { return stream_->Write(request); }
  bool Write(const std::string& to, const std::string& key = "") {
    v1::SendRequest request;
    request.add_to(to);
    request.set_no_copy(true);
    request.set_request_id(key);
    return Write(request);
  }
  void NoMore() { stream_->WritesDone(); }

  // Nothing once the call is over.
  std::optional<v1::SendManyResponse> Next() {
    v1::SendManyResponse response;
    if (!stream_->Read(&response)) return std::nullopt;
    return response;
  }
  // The id of the next message; 0 for an error, -1 for the end.
  int64_t NextId() {
    const auto next = Next();
    return next ? next->sent().id() : -1;
  }
  // The reason of the next error; empty for a message.
  std::string NextReason() {
    const auto next = Next();
    google::rpc::ErrorInfo info;
    if (next && next->has_error()) next->error().details(0).UnpackTo(&info);
    return info.reason();
  }
  // Why it ended.
  std::string Reason() {
    while (Next()) {
    }
    Outcome<v1::SendManyResponse> outcome;
    outcome.status = stream_->Finish();
    return outcome.ok() ? "" : outcome.reason();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::SendRequest, v1::SendManyResponse>>
      stream_;
};

// The same of SendBatches.
class SendingBatches {
 public:
  explicit SendingBatches(const Client& client) {
    SetUp(context_, client.token);
    stream_ = client.mail().SendBatches(&context_);
  }
  ~SendingBatches() { context_.TryCancel(); }
  SendingBatches(const SendingBatches&) = delete;
  SendingBatches& operator=(const SendingBatches&) = delete;

  bool Write(const v1::SendBatchesRequest& requests) {
    return stream_->Write(requests);
  }
  void NoMore() { stream_->WritesDone(); }

  // The next answer, whatever message it is in; nothing once the call is over.
  std::optional<v1::SendManyResponse> Next() {
    while (next_ == answers_.answers_size()) {
      if (!stream_->Read(&answers_)) return std::nullopt;
      next_ = 0;
    }
    return answers_.answers(next_++);
  }
  std::string Reason() {
    while (Next()) {
    }
    Outcome<v1::SendBatchesResponse> outcome;
    outcome.status = stream_->Finish();
    return outcome.ok() ? "" : outcome.reason();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::SendBatchesRequest, v1::SendBatchesResponse>>
      stream_;
  v1::SendBatchesResponse answers_;
  int next_ = 0;
};

}  // namespace turbo::server

#endif  // TESTS_TMSERVER_SERVER_TESTING_H_
