#include "tmserver/service/accounts_service.h"

#include <utility>

#include "tmserver/service/translate.h"
#include "turbomessage/v1/accounts.grpc.pb.h"

namespace turbo::service {

using mail::Right;

namespace {

// Answers with the login's token and session.
template <class Response>
mail::Done<mail::Login> WithLogin(Reply<Response> reply) {
  return [reply = std::move(reply)](mail::Result<mail::Login> login) {
    reply(std::move(login).map([](mail::Login begun) {
      Response response;
      response.set_token(std::move(begun.token));
      *response.mutable_session() = ToProto(begun.caller);
      return response;
    }));
  };
}

}  // namespace

AccountsService::AccountsService(mail::Sessions& sessions,
                                 mail::Accounts& accounts, Facts facts)
    : Service(v1::Accounts::service_full_name(), sessions),
      accounts_(accounts),
      facts_(facts) {
  AddOpen("Register", &AccountsService::Register, {"register"});
  AddOpen("Login", &AccountsService::Login, {"login"});
  Add("Logout", Right::kLogin, &AccountsService::Logout, {"logout"});
  Add("WhoAmI", Right::kNone, &AccountsService::WhoAmI);
  Add("ChangePassword", Right::kFull, &AccountsService::ChangePassword,
      {"password_change"});
}

void AccountsService::Register(v1::RegisterRequest request,
                               const mail::Origin& origin,
                               Reply<v1::RegisterResponse> reply) {
  accounts_.Register(request.user(), std::move(*request.mutable_password()),
                     request.invite(), origin, WithLogin(std::move(reply)));
}

void AccountsService::Login(v1::LoginRequest request,
                            const mail::Origin& origin,
                            Reply<v1::LoginResponse> reply) {
  accounts_.LogIn(request.user(), std::move(*request.mutable_password()),
                  origin, WithLogin(std::move(reply)));
}

void AccountsService::Logout(v1::LogoutRequest, const Caller& caller,
                             Reply<v1::LogoutResponse> reply) {
  accounts_.LogOut(
      caller, [reply = std::move(reply)](mail::Result<mail::Nothing> result) {
        reply(result.map([](mail::Nothing) { return v1::LogoutResponse(); }));
      });
}

void AccountsService::WhoAmI(v1::WhoAmIRequest, const Caller& caller,
                             Reply<v1::WhoAmIResponse> reply) {
  const auto capacity = accounts_.TrayCapacityOf(caller, facts_.tray_capacity);
  if (!capacity) return reply(tl::unexpected(capacity.error()));
  v1::WhoAmIResponse response;
  *response.mutable_session() = ToProto(caller);
  response.set_token_name(caller.token_name);
  *response.mutable_server_time() = ToProto(facts_.clock.Now());
  response.set_tray_capacity(static_cast<int64_t>(*capacity));
  reply(std::move(response));
}

void AccountsService::ChangePassword(v1::ChangePasswordRequest request,
                                     const Caller& caller,
                                     Reply<v1::ChangePasswordResponse> reply) {
  v1::ChangePasswordResponse response;
  *response.mutable_session() = ToProto(caller);
  accounts_.ChangePassword(
      caller, std::move(*request.mutable_old_password()),
      std::move(*request.mutable_new_password()),
      [reply = std::move(reply),
       response = std::move(response)](mail::Result<mail::Nothing> result) {
        reply(result.map([&](mail::Nothing) { return response; }));
      });
}

}  // namespace turbo::service
