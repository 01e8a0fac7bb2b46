#include "tmserver/service/admin_service.h"

#include <utility>
#include <vector>

#include "tmserver/service/translate.h"
#include "turbomessage/v1/admin.grpc.pb.h"

namespace turbo::service {

using mail::Result;
using mail::Right;

namespace {

v1::User ToProto(const mail::Account& account) {
  v1::User user;
  user.set_name(account.user);
  user.set_role(account.role == mail::Role::kAdmin ? v1::ROLE_ADMIN
                                                   : v1::ROLE_USER);
  user.set_disabled(account.disabled);
  user.set_has_password(!account.password_hash.empty());
  if (account.tray_capacity) {
    user.set_quota(static_cast<int64_t>(*account.tray_capacity));
  }
  if (account.created_at) {
    *user.mutable_created_at() = service::ToProto(*account.created_at);
  }
  return user;
}

v1::LoginSession ToProto(const mail::Session& session) {
  v1::LoginSession login;
  login.set_user(session.user);
  *login.mutable_created_at() = service::ToProto(session.created_at);
  *login.mutable_used_at() = service::ToProto(session.used_at);
  return login;
}

v1::Invite ToProto(const mail::Invite& invite) {
  v1::Invite result;
  result.set_id(invite.id);
  result.set_uses(static_cast<int32_t>(invite.uses));
  result.set_created_by(invite.created_by);
  *result.mutable_created_at() = service::ToProto(invite.created_at);
  *result.mutable_expires_at() = service::ToProto(invite.expires_at);
  return result;
}

Result<mail::Role> FromProto(v1::Role role) {
  if (role == v1::ROLE_USER) return mail::Role::kUser;
  if (role == v1::ROLE_ADMIN) return mail::Role::kAdmin;
  return mail::Fail(mail::ErrorCode::kInvalidArgument,
                    "the role must be user or admin");
}

// Answers with the account as it is now.
template <class Response>
mail::Done<mail::Account> WithUser(Reply<Response> reply) {
  return [reply = std::move(reply)](const Result<mail::Account>& account) {
    reply(account.map([](const mail::Account& changed) {
      Response response;
      *response.mutable_user() = ToProto(changed);
      return response;
    }));
  };
}

}  // namespace

AdminService::AdminService(mail::Sessions& sessions, mail::Admin& admin,
                           Facts facts)
    : Service(v1::Admin::service_full_name(), sessions, Socket::kServed),
      admin_(admin),
      facts_(std::move(facts)) {
  Add("AddUser", Right::kAdmin, &AdminService::AddUser, {"user_add"});
  Add("ListUsers", Right::kAdmin, &AdminService::ListUsers);
  Add("GetUser", Right::kAdmin, &AdminService::GetUser);
  Add("SetRole", Right::kAdmin, &AdminService::SetRole, {"user_role"});
  Add("SetEnabled", Right::kAdmin, &AdminService::SetEnabled, {"user_enabled"});
  Add("SetPassword", Right::kAdmin, &AdminService::SetPassword,
      {"user_password"});
  Add("DeleteUser", Right::kAdmin, &AdminService::DeleteUser, {"user_delete"});
  Add("SetQuota", Right::kAdmin, &AdminService::SetQuota, {"user_quota"});
  Add("ListSessions", Right::kAdmin, &AdminService::ListSessions);
  Add("EndSessions", Right::kAdmin, &AdminService::EndSessions,
      {"sessions_end"});
  Add("CreateInvite", Right::kAdmin, &AdminService::CreateInvite,
      {"invite_create"});
  Add("ListInvites", Right::kAdmin, &AdminService::ListInvites);
  Add("RevokeInvite", Right::kAdmin, &AdminService::RevokeInvite,
      {"invite_revoke"});
  Add("GetStats", Right::kAdmin, &AdminService::GetStats);
  Add("IssueToken", Right::kLocal, &AdminService::IssueToken, {"admin_token"});
}

void AdminService::AddUser(v1::AddUserRequest request, const Caller&,
                           Reply<v1::AddUserResponse> reply) {
  const bool unset = request.role() == v1::ROLE_UNSPECIFIED;
  const auto role = FromProto(unset ? v1::ROLE_USER : request.role());
  if (!role) return reply(tl::unexpected(role.error()));
  admin_.AddUser(request.user(), std::move(*request.mutable_password()), *role,
                 WithUser(std::move(reply)));
}

void AdminService::ListUsers(v1::ListUsersRequest request, const Caller&,
                             Reply<v1::ListUsersResponse> reply) {
  const auto limit = LimitOf(request.page_size());
  if (!limit) return reply(tl::unexpected(limit.error()));
  reply(admin_.ListUsers(request.page_token(), *limit)
            .map([](const mail::Part<mail::Account>& part) {
              v1::ListUsersResponse response;
              for (const auto& account : part.items) {
                *response.add_users() = ToProto(account);
              }
              response.set_next_page_token(part.next);
              return response;
            }));
}

void AdminService::GetUser(v1::GetUserRequest request, const Caller&,
                           Reply<v1::GetUserResponse> reply) {
  WithUser(std::move(reply))(admin_.GetUser(request.user()));
}

void AdminService::SetRole(v1::SetRoleRequest request, const Caller&,
                           Reply<v1::SetRoleResponse> reply) {
  const auto role = FromProto(request.role());
  if (!role) return reply(tl::unexpected(role.error()));
  admin_.SetRole(request.user(), *role, WithUser(std::move(reply)));
}

void AdminService::SetEnabled(v1::SetEnabledRequest request, const Caller&,
                              Reply<v1::SetEnabledResponse> reply) {
  admin_.SetEnabled(request.user(), request.enabled(),
                    WithUser(std::move(reply)));
}

void AdminService::SetPassword(v1::SetPasswordRequest request, const Caller&,
                               Reply<v1::SetPasswordResponse> reply) {
  admin_.SetPassword(request.user(), std::move(*request.mutable_password()),
                     WithUser(std::move(reply)));
}

void AdminService::DeleteUser(v1::DeleteUserRequest request, const Caller&,
                              Reply<v1::DeleteUserResponse> reply) {
  admin_.DeleteUser(
      request.user(), request.free_name(),
      [reply = std::move(reply)](const Result<mail::Nothing>& result) {
        reply(
            result.map([](mail::Nothing) { return v1::DeleteUserResponse(); }));
      });
}

void AdminService::SetQuota(v1::SetQuotaRequest request, const Caller&,
                            Reply<v1::SetQuotaResponse> reply) {
  std::optional<int64_t> quota;
  if (request.has_quota()) quota = request.quota();
  admin_.SetQuota(request.user(), quota, WithUser(std::move(reply)));
}

void AdminService::ListSessions(v1::ListSessionsRequest request, const Caller&,
                                Reply<v1::ListSessionsResponse> reply) {
  const auto limit = LimitOf(request.page_size());
  if (!limit) return reply(tl::unexpected(limit.error()));
  reply(admin_.ListSessions(request.page_token(), *limit)
            .map([](const mail::Part<mail::Session>& part) {
              v1::ListSessionsResponse response;
              for (const auto& session : part.items) {
                *response.add_sessions() = ToProto(session);
              }
              response.set_next_page_token(part.next);
              return response;
            }));
}

void AdminService::EndSessions(v1::EndSessionsRequest request, const Caller&,
                               Reply<v1::EndSessionsResponse> reply) {
  admin_.EndSessions(
      request.user(), request.tokens(),
      [reply = std::move(reply)](const Result<mail::Ended>& result) {
        reply(result.map([](const mail::Ended& ended) {
          v1::EndSessionsResponse response;
          response.set_login(ended.login);
          response.set_tokens(static_cast<int32_t>(ended.tokens));
          return response;
        }));
      });
}

void AdminService::CreateInvite(v1::CreateInviteRequest request,
                                const Caller& caller,
                                Reply<v1::CreateInviteResponse> reply) {
  const auto life = FromProto(request.has_lifetime(), request.lifetime());
  if (!life) return reply(tl::unexpected(life.error()));
  const int32_t uses = request.uses() == 0 ? 1 : request.uses();
  admin_.CreateInvite(
      caller, uses, *life,
      [reply = std::move(reply)](const Result<mail::IssuedInvite>& issued) {
        reply(issued.map([](const mail::IssuedInvite& made) {
          v1::CreateInviteResponse response;
          response.set_code(made.code);
          *response.mutable_invite() = ToProto(made.invite);
          return response;
        }));
      });
}

void AdminService::ListInvites(v1::ListInvitesRequest, const Caller&,
                               Reply<v1::ListInvitesResponse> reply) {
  reply(admin_.ListInvites().map([](const std::vector<mail::Invite>& invites) {
    v1::ListInvitesResponse response;
    for (const auto& invite : invites) {
      *response.add_invites() = ToProto(invite);
    }
    return response;
  }));
}

void AdminService::RevokeInvite(v1::RevokeInviteRequest request, const Caller&,
                                Reply<v1::RevokeInviteResponse> reply) {
  admin_.RevokeInvite(request.id(), [reply = std::move(reply)](
                                        const Result<mail::Invite>& revoked) {
    reply(revoked.map([](const mail::Invite& invite) {
      v1::RevokeInviteResponse response;
      *response.mutable_invite() = ToProto(invite);
      return response;
    }));
  });
}

void AdminService::GetStats(v1::GetStatsRequest, const Caller&,
                            Reply<v1::GetStatsResponse> reply) {
  reply(admin_.GetTotals().map([this](const mail::Totals& totals) {
    v1::GetStatsResponse response;
    response.set_version(facts_.version);
    *response.mutable_started_at() = service::ToProto(facts_.started_at);
    response.set_users(totals.users);
    response.set_sessions(totals.sessions);
    response.set_messages(totals.newest);
    response.set_register_entries(totals.register_entries);
    response.set_store_bytes(totals.bytes);
    return response;
  }));
}

void AdminService::IssueToken(v1::IssueTokenRequest request, const Caller&,
                              Reply<v1::IssueTokenResponse> reply) {
  const auto life = FromProto(request.has_lifetime(), request.lifetime());
  if (!life) return reply(tl::unexpected(life.error()));
  admin_.IssueToken(
      request.user(), *life,
      [reply = std::move(reply)](const Result<mail::IssuedToken>& issued) {
        reply(issued.map([](const mail::IssuedToken& made) {
          v1::IssueTokenResponse response;
          response.set_secret(made.secret);
          response.set_name(made.token.name);
          return response;
        }));
      });
}

}  // namespace turbo::service
