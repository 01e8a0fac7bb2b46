// Calls to the server: only client*.cc and channel.cc see gRPC.
//
// Every call throws Failure: what the server answered, or unavailable,
// deadline_exceeded, protocol_mismatch.
#ifndef TMCTL_NET_CLIENT_H_
#define TMCTL_NET_CLIENT_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tmctl/base/units.h"
#include "tmctl/net/address.h"
#include "tmctl/net/tls.h"
#include "turbomessage/v1/accounts.pb.h"
#include "turbomessage/v1/admin.pb.h"
#include "turbomessage/v1/mail.pb.h"
#include "turbomessage/v1/tokens.pb.h"

namespace grpc {
class ClientContext;
class Status;
}  // namespace grpc

namespace turbo::ctl {

namespace v1 = ::turbomessage::v1;

struct ClientOptions {
  Address server;
  TlsFiles tls;
  bool insecure = false;    // plaintext is allowed beyond this machine
  Milliseconds timeout{0};  // for one operation with its retries; 0: none
  int retries = 0;
  // Told before each new attempt: why, and after how long.
  std::function<void(const std::string&, Milliseconds)> on_retry;
};

// For one thread.
class Client {
 public:
  // Connects with the first call. An empty token: calls that need none.
  // bad_config for plaintext where it isn't allowed, and for TLS with files
  // that can't be used.
  Client(ClientOptions options, std::string token);
  ~Client();

  // The next call begins an operation with a deadline of its own; until then
  // all calls share the first one's.
  void BeginOperation();

  v1::RegisterResponse Register(const v1::RegisterRequest& request);
  v1::LoginResponse Login(const v1::LoginRequest& request);
  v1::LogoutResponse Logout(const v1::LogoutRequest& request);
  v1::WhoAmIResponse WhoAmI(const v1::WhoAmIRequest& request);
  v1::ChangePasswordResponse ChangePassword(
      const v1::ChangePasswordRequest& request);
  v1::SendResponse Send(const v1::SendRequest& request);
  v1::ListResponse List(const v1::ListRequest& request);
  v1::CountResponse Count(const v1::CountRequest& request);
  v1::GetResponse Get(const v1::GetRequest& request);
  v1::MarkResponse Mark(const v1::MarkRequest& request);
  v1::DeleteResponse Delete(const v1::DeleteRequest& request);
  // Follows a tray: hands what comes to `take`, which says whether to go on.
  // Where the connection is lost it goes on after what was taken last, for as
  // long as that takes; only before the first answer as calls do. False where
  // `until` came first.
  using TakeWatched = std::function<bool(const v1::WatchResponse&)>;
  bool Watch(v1::WatchRequest request,
             std::optional<std::chrono::system_clock::time_point> until,
             const TakeWatched& take);

  v1::CreateTokenResponse CreateToken(const v1::CreateTokenRequest& request);
  v1::RotateTokenResponse RotateToken(const v1::RotateTokenRequest& request);
  v1::ListTokensResponse ListTokens(const v1::ListTokensRequest& request);
  v1::RevokeTokenResponse RevokeToken(const v1::RevokeTokenRequest& request);

  v1::AddUserResponse AddUser(const v1::AddUserRequest& request);
  v1::ListUsersResponse ListUsers(const v1::ListUsersRequest& request);
  v1::GetUserResponse GetUser(const v1::GetUserRequest& request);
  v1::SetRoleResponse SetRole(const v1::SetRoleRequest& request);
  v1::SetEnabledResponse SetEnabled(const v1::SetEnabledRequest& request);
  v1::SetPasswordResponse SetPassword(const v1::SetPasswordRequest& request);
  v1::DeleteUserResponse DeleteUser(const v1::DeleteUserRequest& request);
  v1::SetQuotaResponse SetQuota(const v1::SetQuotaRequest& request);
  v1::ListSessionsResponse ListSessions(const v1::ListSessionsRequest& request);
  v1::EndSessionsResponse EndSessions(const v1::EndSessionsRequest& request);
  v1::CreateInviteResponse CreateInvite(const v1::CreateInviteRequest& request);
  v1::ListInvitesResponse ListInvites(const v1::ListInvitesRequest& request);
  v1::RevokeInviteResponse RevokeInvite(const v1::RevokeInviteRequest& request);
  v1::GetStatsResponse GetStats(const v1::GetStatsRequest& request);

  struct Channel;  // see channel.h

 private:
  class WatchOnce;
  friend class SendMany;
  // Before another attempt: makes a new connection, unless the one there is
  // whole. gRPC's own comes back seconds later, and until then fails calls by
  // what it saw before.
  void Reconnect();
  template <class Stub, class Request, class Response>
  Response Call(Stub Channel::*stub,
                grpc::Status (Stub::*method)(grpc::ClientContext*,
                                             const Request&, Response*),
                const Request& request);

  const ClientOptions options_;
  const std::string token_;
  std::unique_ptr<Channel> channel_;
  std::optional<std::chrono::system_clock::time_point> deadline_;
};

}  // namespace turbo::ctl

#endif  // TMCTL_NET_CLIENT_H_
