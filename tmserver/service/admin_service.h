// turbomessage.v1.Admin over the rules of mail/.
#ifndef TMSERVER_SERVICE_ADMIN_SERVICE_H_
#define TMSERVER_SERVICE_ADMIN_SERVICE_H_

#include <string>

#include "tmserver/mail/admin.h"
#include "tmserver/service/call.h"
#include "turbomessage/v1/admin.pb.h"

namespace turbo::service {

namespace v1 = turbomessage::v1;

class AdminService final : public Service {
 public:
  // What administrators are told of the server.
  struct Facts {
    std::string version;
    mail::Time started_at;
  };

  // `sessions` and `admin` outlive it.
  AdminService(mail::Sessions& sessions, mail::Admin& admin, Facts facts);

 private:
  using Caller = mail::Caller;

  void AddUser(v1::AddUserRequest request, const Caller& caller,
               Reply<v1::AddUserResponse> reply);
  void ListUsers(v1::ListUsersRequest request, const Caller& caller,
                 Reply<v1::ListUsersResponse> reply);
  void GetUser(v1::GetUserRequest request, const Caller& caller,
               Reply<v1::GetUserResponse> reply);
  void SetRole(v1::SetRoleRequest request, const Caller& caller,
               Reply<v1::SetRoleResponse> reply);
  void SetEnabled(v1::SetEnabledRequest request, const Caller& caller,
                  Reply<v1::SetEnabledResponse> reply);
  void SetPassword(v1::SetPasswordRequest request, const Caller& caller,
                   Reply<v1::SetPasswordResponse> reply);
  void DeleteUser(v1::DeleteUserRequest request, const Caller& caller,
                  Reply<v1::DeleteUserResponse> reply);
  void SetQuota(v1::SetQuotaRequest request, const Caller& caller,
                Reply<v1::SetQuotaResponse> reply);
  void ListSessions(v1::ListSessionsRequest request, const Caller& caller,
                    Reply<v1::ListSessionsResponse> reply);
  void EndSessions(v1::EndSessionsRequest request, const Caller& caller,
                   Reply<v1::EndSessionsResponse> reply);
  void CreateInvite(v1::CreateInviteRequest request, const Caller& caller,
                    Reply<v1::CreateInviteResponse> reply);
  void ListInvites(v1::ListInvitesRequest request, const Caller& caller,
                   Reply<v1::ListInvitesResponse> reply);
  void RevokeInvite(v1::RevokeInviteRequest request, const Caller& caller,
                    Reply<v1::RevokeInviteResponse> reply);
  void GetStats(v1::GetStatsRequest request, const Caller& caller,
                Reply<v1::GetStatsResponse> reply);
  void IssueToken(v1::IssueTokenRequest request, const Caller& caller,
                  Reply<v1::IssueTokenResponse> reply);

  mail::Admin& admin_;
  const Facts facts_;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_ADMIN_SERVICE_H_
