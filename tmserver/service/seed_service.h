// turbomessage.ServidorTurboMessage, the seed's contract, over the rules of
// mail/. Tokens are in its requests, failures in its responses.
#ifndef TMSERVER_SERVICE_SEED_SERVICE_H_
#define TMSERVER_SERVICE_SEED_SERVICE_H_

#include "tmserver/mail/accounts.h"
#include "tmserver/mail/mailbox.h"
#include "tmserver/service/call.h"
#include "turbomessage.pb.h"

namespace turbo::service {

namespace seed = turbomessage;

class SeedService final : public Service {
 public:
  // All outlive it.
  SeedService(mail::Sessions& sessions, mail::Accounts& accounts,
              mail::Mailbox& mailbox);

 private:
  using Caller = mail::Caller;

  void Register(seed::LoginRequest request, const mail::Origin& origin,
                Reply<seed::Status> reply);
  void Login(seed::LoginRequest request, const mail::Origin& origin,
             Reply<seed::Status> reply);
  void Send(seed::EnviarMensajeRequest request, const Caller& caller,
            Reply<seed::Status> reply);
  void List(seed::GetBandejaRequest request, const Caller& caller,
            Reply<seed::Bandeja> reply);
  void Delete(seed::MensajeActionRequest request, const Caller& caller,
              Reply<seed::Status> reply);
  void Mark(seed::MensajeActionRequest request, const Caller& caller,
            Reply<seed::Status> reply);

  mail::Accounts& accounts_;
  mail::Mailbox& mailbox_;
  mail::Untaken& untaken_;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_SEED_SERVICE_H_
