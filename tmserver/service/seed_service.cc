#include "tmserver/service/seed_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

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
Result<mail::Caller> CallerOf(const Request& request, mail::Sessions& sessions,
                              const mail::Origin& origin) {
  Result<mail::Caller> caller = sessions.Authenticate(request.token(), origin);
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

// Gathers a tray, a page at a time.
class Listing : public std::enable_shared_from_this<Listing> {
 public:
  Listing(mail::Mailbox& mailbox, mail::Untaken& untaken, mail::Caller caller,
          mail::Box box, Reply<seed::Bandeja> reply)
      : mailbox_(mailbox),
        untaken_(untaken),
        caller_(std::move(caller)),
        reply_(std::move(reply)) {
    query_.box = box;
    query_.order = mail::Order::kOldestFirst;
    query_.limit = kPage;
    query_.with_body = true;
  }

  void Step() {
    const Result<mail::Page> page = mailbox_.List(caller_, query_);
    if (!page) return reply_(tl::unexpected(page.error()));
    query_.position = page->next;
    if (Add(page->messages) && query_.position) {
      return RunSoon([self = shared_from_this()] { self->Step(); });
    }
    reply_(std::move(tray_).Finish());
  }

 private:
  // False where no more messages can be added.
  bool Add(const std::vector<mail::Message>& messages) {
    for (const mail::Message& message : messages) {
      held_.push_back(untaken_.Hold(caller_.user, mail::MemoryOf(message)));
      if (tray_.Add(message)) continue;
      log::Write(log::Level::kWarn, "seed_tray_incomplete",
                 {{"user", caller_.user}, {"left_out_from", message.id}});
      return false;
    }
    return true;
  }

  mail::Mailbox& mailbox_;
  mail::Untaken& untaken_;
  const mail::Caller caller_;
  const Reply<seed::Bandeja> reply_;
  mail::ListQuery query_;
  SeedTray tray_;
  std::vector<std::shared_ptr<void>> held_;  // what is in it
};

}  // namespace

SeedService::SeedService(mail::Sessions& sessions, mail::Accounts& accounts,
                         mail::Mailbox& mailbox)
    : Service(seed::ServidorTurboMessage::service_full_name(), sessions),
      accounts_(accounts),
      mailbox_(mailbox),
      untaken_(sessions.untaken()) {
  AddOpen("registrar_usuario", &SeedService::Register, {"register"}, Refused);
  AddOpen("login", &SeedService::Login, {"login"}, Refused);
  Add("enviar_mensaje", Right::kSend, &SeedService::Send, CallerOf, Refused);
  Add("get_bandeja", Right::kRead, &SeedService::List, CallerOf, NoTray);
  Add("borrar_mensaje", Right::kFull, &SeedService::Delete, CallerOf, Refused);
  Add("marcar_leido", Right::kRead, &SeedService::Mark, CallerOf, Refused);
}

void SeedService::Register(seed::LoginRequest request,
                           const mail::Origin& origin,
                           Reply<seed::Status> reply) {
  accounts_.Register(request.usuario(), std::move(*request.mutable_passwd()),
                     "", origin, WithToken(std::move(reply)));
}

void SeedService::Login(seed::LoginRequest request, const mail::Origin& origin,
                        Reply<seed::Status> reply) {
  accounts_.LogIn(request.usuario(), std::move(*request.mutable_passwd()),
                  origin, WithToken(std::move(reply)));
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
  std::make_shared<Listing>(mailbox_, untaken_, caller,
                            BoxOf(request.bandeja()), std::move(reply))
      ->Step();
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
