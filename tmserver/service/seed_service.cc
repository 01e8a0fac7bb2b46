#include "tmserver/service/seed_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "tmserver/log.h"
#include "tmserver/mail/address.h"
#include "tmserver/service/seed_translate.h"
#include "tmserver/service/seed_tray.h"
#include "turbomessage.grpc.pb.h"

namespace turbo::service {
namespace {

using mail::ErrorCode;
using mail::Result;
using mail::Right;

constexpr size_t kPage = 1000;

bool Names(const std::string& name, const std::string& user) {
  const Result<std::string> folded = mail::FoldName(name);
  return folded && *folded == user;
}

// The token's user, who must be the one that the request names.
template <class Request>
Result<mail::Caller> CallerOf(const Request& request,
                              mail::Sessions& sessions) {
  Result<mail::Caller> caller = sessions.Authenticate(request.token());
  if (caller && !Names(request.usuario(), caller->user)) {
    return mail::Fail(ErrorCode::kNotLoggedIn, "the token is another user's");
  }
  return caller;
}

seed::Bandeja NoTray(const mail::Error&) { return {}; }

mail::Done<mail::Login> WithToken(Reply<seed::Status> reply) {
  return [reply = std::move(reply)](Result<mail::Login> login) {
    reply(std::move(login).map(
        [](mail::Login begun) { return Succeeded(std::move(begun.token)); }));
  };
}

// Of a Mark or Remove of the one message `id`.
mail::Done<mail::Changed> WithMissing(mail::MessageId id, std::string details,
                                      Reply<seed::Status> reply) {
  return [=, reply = std::move(reply)](const Result<mail::Changed>& changed) {
    if (!changed) return reply(tl::unexpected(changed.error()));
    if (!changed->missing.empty()) {
      return reply(mail::Fail(ErrorCode::kMessageNotFound,
                              "there is no such message", {}, {id}));
    }
    reply(Succeeded(details));
  };
}

}  // namespace

SeedService::SeedService(mail::Sessions& sessions, mail::Accounts& accounts,
                         mail::Mailbox& mailbox)
    : Service(seed::ServidorTurboMessage::service_full_name(), sessions),
      accounts_(accounts),
      mailbox_(mailbox) {
  AddOpen("registrar_usuario", &SeedService::Register, Refused);
  AddOpen("login", &SeedService::Login, Refused);
  Add("enviar_mensaje", Right::kSend, &SeedService::Send, CallerOf, Refused);
  Add("get_bandeja", Right::kRead, &SeedService::List, CallerOf, NoTray);
  Add("borrar_mensaje", Right::kFull, &SeedService::Delete, CallerOf, Refused);
  Add("marcar_leido", Right::kRead, &SeedService::Mark, CallerOf, Refused);
}

void SeedService::Register(seed::LoginRequest request,
                           Reply<seed::Status> reply) {
  accounts_.Register(request.usuario(), std::move(*request.mutable_passwd()),
                     WithToken(std::move(reply)));
}

void SeedService::Login(seed::LoginRequest request, Reply<seed::Status> reply) {
  accounts_.LogIn(request.usuario(), std::move(*request.mutable_passwd()),
                  WithToken(std::move(reply)));
}

void SeedService::Send(seed::EnviarMensajeRequest request, const Caller& caller,
                       Reply<seed::Status> reply) {
  if (!Names(request.correo().desde(), caller.user)) {
    return reply(mail::Fail(ErrorCode::kInvalidArgument,
                            "«desde» debe ser el usuario de la sesión"));
  }
  mailbox_.Send(caller, DraftOf(request.correo()), {},
                [reply = std::move(reply)](const Result<mail::Sent>& sent) {
                  reply(sent.map([](const mail::Sent& s) {
                    return Succeeded(std::to_string(s.id));
                  }));
                });
}

void SeedService::List(seed::GetBandejaRequest request, const Caller& caller,
                       Reply<seed::Bandeja> reply) {
  mail::ListQuery query;
  query.box = BoxOf(request.bandeja());
  query.order = mail::Order::kOldestFirst;
  query.limit = kPage;
  query.with_body = true;
  SeedTray tray;
  do {
    const Result<mail::Page> page = mailbox_.List(caller, query);
    if (!page) return reply(tl::unexpected(page.error()));
    const auto left_out = std::find_if_not(
        page->messages.begin(), page->messages.end(),
        [&](const mail::Message& message) { return tray.Add(message); });
    if (left_out != page->messages.end()) {
      log::Write(log::Level::kWarn, "seed_tray_incomplete",
                 {{"user", caller.user}, {"left_out_from", left_out->id}});
      break;
    }
    query.position = page->next;
  } while (query.position);
  reply(std::move(tray).Finish());
}

void SeedService::Delete(seed::MensajeActionRequest request,
                         const Caller& caller, Reply<seed::Status> reply) {
  mailbox_.Remove(
      caller, BoxOf(request.bandeja()), {request.correo_id()},
      WithMissing(request.correo_id(), "Correo borrado.", std::move(reply)));
}

void SeedService::Mark(seed::MensajeActionRequest request, const Caller& caller,
                       Reply<seed::Status> reply) {
  mailbox_.Mark(caller, {request.correo_id()}, true,
                WithMissing(request.correo_id(), "Correo marcado como leído.",
                            std::move(reply)));
}

}  // namespace turbo::service
