#include "tmctl/client.h"

#include <grpcpp/grpcpp.h>

#include <thread>
#include <utility>

#include "tmctl/channel.h"
#include "tmctl/failure.h"

namespace turbo::ctl {

Client::Client(ClientOptions options, std::string token)
    : options_(std::move(options)), token_(std::move(token)) {
  if (!options_.server.IsPrivate() && !options_.insecure) {
    throw Unencrypted(options_.server.Text());
  }
  channel_ = std::make_unique<Channel>(options_);
}

Client::~Client() = default;

void Client::BeginOperation() { deadline_.reset(); }

template <class Stub, class Request, class Response>
Response Client::Call(Stub& stub,
                      grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                   const Request&, Response*),
                      const Request& request) {
  using Clock = std::chrono::system_clock;
  if (!deadline_ && options_.timeout.count() > 0) {
    deadline_ = Clock::now() + options_.timeout;
  }
  bool maybe_stored = false;
  for (int attempt = 0;; ++attempt) {
    grpc::ClientContext context;
    if (deadline_) context.set_deadline(*deadline_);
    SetToken(token_, context);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (status.ok()) return response;
    Failure failure = FromStatus(status, *channel_);
    maybe_stored = maybe_stored || failure.outcome_unknown;
    failure.outcome_unknown = maybe_stored;
    const Milliseconds pause = PauseBefore(attempt, failure);
    if (!failure.Retryable() || attempt >= options_.retries ||
        (deadline_ && Clock::now() + pause >= *deadline_)) {
      throw failure;
    }
    if (options_.on_retry) options_.on_retry(failure.message, pause);
    std::this_thread::sleep_for(pause);
  }
}

v1::RegisterResponse Client::Register(const v1::RegisterRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::Register, request);
}

v1::LoginResponse Client::Login(const v1::LoginRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::Login, request);
}

v1::LogoutResponse Client::Logout(const v1::LogoutRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::Logout, request);
}

v1::WhoAmIResponse Client::WhoAmI(const v1::WhoAmIRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::WhoAmI, request);
}

v1::ChangePasswordResponse Client::ChangePassword(
    const v1::ChangePasswordRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::ChangePassword, request);
}

v1::SendResponse Client::Send(const v1::SendRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Send, request);
}

v1::ListResponse Client::List(const v1::ListRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::List, request);
}

v1::CountResponse Client::Count(const v1::CountRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Count, request);
}

v1::GetResponse Client::Get(const v1::GetRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Get, request);
}

v1::MarkResponse Client::Mark(const v1::MarkRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Mark, request);
}

v1::DeleteResponse Client::Delete(const v1::DeleteRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Delete, request);
}

v1::CreateTokenResponse Client::CreateToken(
    const v1::CreateTokenRequest& request) {
  return Call(channel_->tokens, &v1::Tokens::Stub::CreateToken, request);
}

v1::RotateTokenResponse Client::RotateToken(
    const v1::RotateTokenRequest& request) {
  return Call(channel_->tokens, &v1::Tokens::Stub::RotateToken, request);
}

v1::ListTokensResponse Client::ListTokens(
    const v1::ListTokensRequest& request) {
  return Call(channel_->tokens, &v1::Tokens::Stub::ListTokens, request);
}

v1::RevokeTokenResponse Client::RevokeToken(
    const v1::RevokeTokenRequest& request) {
  return Call(channel_->tokens, &v1::Tokens::Stub::RevokeToken, request);
}

}  // namespace turbo::ctl
