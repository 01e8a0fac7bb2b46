#include "tmctl/net/client.h"

#include <grpcpp/grpcpp.h>

#include <thread>
#include <utility>

#include "tmctl/base/failure.h"
#include "tmctl/net/channel.h"

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

void Client::Reconnect() {
  if (channel_->channel->GetState(false) == GRPC_CHANNEL_READY) return;
  channel_ = std::make_unique<Channel>(options_);
}

template <class Stub, class Request, class Response>
Response Client::Call(Stub Channel::*stub,
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
    const grpc::Status status =
        ((*channel_).*stub.*method)(&context, request, &response);
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
    Reconnect();
  }
}

v1::RegisterResponse Client::Register(const v1::RegisterRequest& request) {
  return Call(&Channel::accounts, &v1::Accounts::Stub::Register, request);
}

v1::LoginResponse Client::Login(const v1::LoginRequest& request) {
  return Call(&Channel::accounts, &v1::Accounts::Stub::Login, request);
}

v1::LogoutResponse Client::Logout(const v1::LogoutRequest& request) {
  return Call(&Channel::accounts, &v1::Accounts::Stub::Logout, request);
}

v1::WhoAmIResponse Client::WhoAmI(const v1::WhoAmIRequest& request) {
  return Call(&Channel::accounts, &v1::Accounts::Stub::WhoAmI, request);
}

v1::ChangePasswordResponse Client::ChangePassword(
    const v1::ChangePasswordRequest& request) {
  return Call(&Channel::accounts, &v1::Accounts::Stub::ChangePassword, request);
}

v1::SendResponse Client::Send(const v1::SendRequest& request) {
  return Call(&Channel::mail, &v1::Mail::Stub::Send, request);
}

v1::ListResponse Client::List(const v1::ListRequest& request) {
  return Call(&Channel::mail, &v1::Mail::Stub::List, request);
}

v1::CountResponse Client::Count(const v1::CountRequest& request) {
  return Call(&Channel::mail, &v1::Mail::Stub::Count, request);
}

v1::GetResponse Client::Get(const v1::GetRequest& request) {
  return Call(&Channel::mail, &v1::Mail::Stub::Get, request);
}

v1::MarkResponse Client::Mark(const v1::MarkRequest& request) {
  return Call(&Channel::mail, &v1::Mail::Stub::Mark, request);
}

v1::DeleteResponse Client::Delete(const v1::DeleteRequest& request) {
  return Call(&Channel::mail, &v1::Mail::Stub::Delete, request);
}

v1::CreateTokenResponse Client::CreateToken(
    const v1::CreateTokenRequest& request) {
  return Call(&Channel::tokens, &v1::Tokens::Stub::CreateToken, request);
}

v1::RotateTokenResponse Client::RotateToken(
    const v1::RotateTokenRequest& request) {
  return Call(&Channel::tokens, &v1::Tokens::Stub::RotateToken, request);
}

v1::ListTokensResponse Client::ListTokens(
    const v1::ListTokensRequest& request) {
  return Call(&Channel::tokens, &v1::Tokens::Stub::ListTokens, request);
}

v1::RevokeTokenResponse Client::RevokeToken(
    const v1::RevokeTokenRequest& request) {
  return Call(&Channel::tokens, &v1::Tokens::Stub::RevokeToken, request);
}

v1::AddUserResponse Client::AddUser(const v1::AddUserRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::AddUser, request);
}

v1::ListUsersResponse Client::ListUsers(const v1::ListUsersRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::ListUsers, request);
}

v1::GetUserResponse Client::GetUser(const v1::GetUserRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::GetUser, request);
}

v1::SetRoleResponse Client::SetRole(const v1::SetRoleRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::SetRole, request);
}

v1::SetEnabledResponse Client::SetEnabled(
    const v1::SetEnabledRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::SetEnabled, request);
}

v1::SetPasswordResponse Client::SetPassword(
    const v1::SetPasswordRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::SetPassword, request);
}

v1::DeleteUserResponse Client::DeleteUser(
    const v1::DeleteUserRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::DeleteUser, request);
}

v1::SetQuotaResponse Client::SetQuota(const v1::SetQuotaRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::SetQuota, request);
}

v1::ListSessionsResponse Client::ListSessions(
    const v1::ListSessionsRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::ListSessions, request);
}

v1::EndSessionsResponse Client::EndSessions(
    const v1::EndSessionsRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::EndSessions, request);
}

v1::CreateInviteResponse Client::CreateInvite(
    const v1::CreateInviteRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::CreateInvite, request);
}

v1::ListInvitesResponse Client::ListInvites(
    const v1::ListInvitesRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::ListInvites, request);
}

v1::RevokeInviteResponse Client::RevokeInvite(
    const v1::RevokeInviteRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::RevokeInvite, request);
}

v1::GetStatsResponse Client::GetStats(const v1::GetStatsRequest& request) {
  return Call(&Channel::admin, &v1::Admin::Stub::GetStats, request);
}

}  // namespace turbo::ctl
