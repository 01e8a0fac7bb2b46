#include "tmserver/service/tokens_service.h"

#include <utility>
#include <vector>

#include "tmserver/service/translate.h"
#include "turbomessage/v1/tokens.grpc.pb.h"

namespace turbo::service {

using mail::Result;
using mail::Right;

namespace {

// Answers with the secret and the token.
template <class Response>
mail::Done<mail::IssuedToken> WithSecret(Reply<Response> reply) {
  return [reply = std::move(reply)](Result<mail::IssuedToken> issued) {
    reply(std::move(issued).map([](mail::IssuedToken token) {
      Response response;
      response.set_secret(std::move(token.secret));
      *response.mutable_token() = ToProto(token.token);
      return response;
    }));
  };
}

}  // namespace

TokensService::TokensService(mail::Sessions& sessions, mail::Tokens& tokens)
    : Service(v1::Tokens::service_full_name(), sessions),
      tokens_(tokens),
      running_(sessions) {
  Add("CreateToken", Right::kFull, &TokensService::CreateToken,
      {"token_create"});
  // The rules say whom a token may rotate: itself.
  Add("RotateToken", Right::kNone, &TokensService::RotateToken,
      {"token_rotate"});
  Add("ListTokens", Right::kFull, &TokensService::ListTokens);
  Add("RevokeToken", Right::kFull, &TokensService::RevokeToken,
      {"token_revoke"});
}

void TokensService::CreateToken(v1::CreateTokenRequest request,
                                const Caller& caller,
                                Reply<v1::CreateTokenResponse> reply) {
  const Result<mail::Scope> scope = FromProto(request.scope());
  if (!scope) return reply(tl::unexpected(scope.error()));
  const auto life = FromProto(request.has_lifetime(), request.lifetime());
  if (!life) return reply(tl::unexpected(life.error()));
  tokens_.Create(caller, request.name(), *scope, *life,
                 WithSecret(std::move(reply)));
}

void TokensService::RotateToken(v1::RotateTokenRequest request,
                                const Caller& caller,
                                Reply<v1::RotateTokenResponse> reply) {
  const auto grace = FromProto(request.has_grace(), request.grace());
  if (!grace) return reply(tl::unexpected(grace.error()));
  tokens_.Rotate(caller, request.name(), *grace,
                 [this, done = WithSecret(std::move(reply))](
                     Result<mail::IssuedToken> issued) {
                   running_.NoteEnding();
                   done(std::move(issued));
                 });
}

void TokensService::ListTokens(v1::ListTokensRequest, const Caller& caller,
                               Reply<v1::ListTokensResponse> reply) {
  reply(tokens_.List(caller).map(
      [](const std::vector<mail::AccessToken>& tokens) {
        v1::ListTokensResponse response;
        for (const auto& token : tokens) {
          *response.add_tokens() = ToProto(token);
        }
        return response;
      }));
}

void TokensService::RevokeToken(v1::RevokeTokenRequest request,
                                const Caller& caller,
                                Reply<v1::RevokeTokenResponse> reply) {
  tokens_.Revoke(caller, request.name(),
                 [this, reply = std::move(reply)](
                     const Result<mail::AccessToken>& revoked) {
                   running_.NoteEnding();
                   reply(revoked.map([](const mail::AccessToken& token) {
                     v1::RevokeTokenResponse response;
                     *response.mutable_token() = ToProto(token);
                     return response;
                   }));
                 });
}

}  // namespace turbo::service
