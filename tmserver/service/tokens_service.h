// turbomessage.v1.Tokens over the rules of mail/.
#ifndef TMSERVER_SERVICE_TOKENS_SERVICE_H_
#define TMSERVER_SERVICE_TOKENS_SERVICE_H_

#include "tmserver/mail/tokens.h"
#include "tmserver/service/call.h"
#include "turbomessage/v1/tokens.pb.h"

namespace turbo::service {

namespace v1 = turbomessage::v1;

class TokensService final : public Service {
 public:
  // Both outlive it.
  TokensService(mail::Sessions& sessions, mail::Tokens& tokens);

 private:
  using Caller = mail::Caller;

  void CreateToken(v1::CreateTokenRequest request, const Caller& caller,
                   Reply<v1::CreateTokenResponse> reply);
  void RotateToken(v1::RotateTokenRequest request, const Caller& caller,
                   Reply<v1::RotateTokenResponse> reply);
  void ListTokens(v1::ListTokensRequest request, const Caller& caller,
                  Reply<v1::ListTokensResponse> reply);
  void RevokeToken(v1::RevokeTokenRequest request, const Caller& caller,
                   Reply<v1::RevokeTokenResponse> reply);

  mail::Tokens& tokens_;
  mail::Sessions& running_;  // what goes on by tokens that end is told
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_TOKENS_SERVICE_H_
