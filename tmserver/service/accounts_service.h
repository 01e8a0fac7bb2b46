// turbomessage.v1.Accounts over the rules of mail/.
#ifndef TMSERVER_SERVICE_ACCOUNTS_SERVICE_H_
#define TMSERVER_SERVICE_ACCOUNTS_SERVICE_H_

#include "tmserver/mail/accounts.h"
#include "tmserver/service/call.h"
#include "turbomessage/v1/accounts.pb.h"

namespace turbo::service {

namespace v1 = turbomessage::v1;

class AccountsService final : public Service {
 public:
  // What callers are told of the server.
  struct Facts {
    const mail::Clock& clock;
    size_t tray_capacity;  // the default; 0: no limit
  };

  // All outlive it.
  AccountsService(mail::Sessions& sessions, mail::Accounts& accounts,
                  Facts facts);

 private:
  using Caller = mail::Caller;

  void Register(v1::RegisterRequest request, const mail::Origin& origin,
                Reply<v1::RegisterResponse> reply);
  void Login(v1::LoginRequest request, const mail::Origin& origin,
             Reply<v1::LoginResponse> reply);
  void Logout(v1::LogoutRequest request, const Caller& caller,
              Reply<v1::LogoutResponse> reply);
  void WhoAmI(v1::WhoAmIRequest request, const Caller& caller,
              Reply<v1::WhoAmIResponse> reply);
  void ChangePassword(v1::ChangePasswordRequest request, const Caller& caller,
                      Reply<v1::ChangePasswordResponse> reply);

  mail::Accounts& accounts_;
  const Facts facts_;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_ACCOUNTS_SERVICE_H_
