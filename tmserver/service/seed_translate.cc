#include "tmserver/service/seed_translate.h"

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "tmserver/service/seed_content.h"

namespace turbo::service {
namespace {

using mail::ErrorCode;

// An error in Spanish. Where a sentence alone doesn't tell which rule was
// broken, the server's own words follow.
struct Row {
  const char* sentence;
  bool with_own_words = false;
};

Row RowOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return {"La petición no es válida", true};
    case ErrorCode::kWeakPassword:
      return {"La contraseña es demasiado corta", true};
    case ErrorCode::kMessageTooLarge:
      return {"El correo es demasiado grande", true};
    case ErrorCode::kUserExists:
      return {"Ya existe ese usuario"};
    case ErrorCode::kTokenExists:
      return {"Ya existe un token con ese nombre"};
    case ErrorCode::kRequestIdReused:
      return {"La clave del envío ya se usó para otro correo"};
    case ErrorCode::kCursorInvalid:
      return {"La posición no es de esta bandeja"};
    case ErrorCode::kMessageNotFound:
      return {"No existe ese correo en la bandeja"};
    case ErrorCode::kTokenNotFound:
      return {"No existe un token con ese nombre"};
    case ErrorCode::kInviteNotFound:
      return {"No existe esa invitación"};
    case ErrorCode::kUserNotFound:
      return {"No existe ese usuario"};
    case ErrorCode::kRecipientNotFound:
      return {"No existe el destinatario"};
    case ErrorCode::kRegistrationClosed:
      return {
          "El servidor no admite registros: pide una cuenta a su "
          "administrador"};
    case ErrorCode::kInternal:
      return {"El servidor falló y no guardó nada: avisa a su administrador"};
    case ErrorCode::kUnavailable:
      return {
          "El servidor no puede responder ahora; tal vez guardó lo pedido: "
          "mira la bandeja antes de repetir"};
    case ErrorCode::kInboxFull:
      return {
          "La bandeja de entrada del destinatario está llena: intenta cuando "
          "haya borrado algún correo"};
    case ErrorCode::kOutboxFull:
      return {"Tu bandeja de salida está llena: borra algún correo de ella"};
    case ErrorCode::kRateLimited:
      return {
          "Hay demasiadas peticiones o contraseñas equivocadas: intenta más "
          "tarde"};
    case ErrorCode::kStoreFull:
      return {
          "El servidor no tiene espacio en disco: avisa a su administrador"};
    case ErrorCode::kNotLoggedIn:
      return {"No hay una sesión con ese usuario y token: inicia sesión"};
    case ErrorCode::kSessionExpired:
      return {"La sesión expiró: inicia sesión otra vez"};
    case ErrorCode::kTokenExpired:
      return {"El token de acceso expiró: pide otro"};
    case ErrorCode::kBadCredentials:
      return {"El usuario o la contraseña no es correcta"};
    case ErrorCode::kPermissionDenied:
      return {"El token de acceso no permite eso", true};
    case ErrorCode::kAccountDisabled:
      return {"La cuenta está deshabilitada: pregunta a su administrador"};
  }
  return {"El servidor falló"};
}

std::string Joined(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) {
    if (!list.empty()) list += ", ";
    list += word;
  }
  return list;
}

// What the sentence is about.
std::string DetailOf(const mail::Error& error) {
  if (RowOf(error.code).with_own_words) return error.message;
  if (error.retry_after) {
    return "en " +
           std::to_string(
               std::chrono::ceil<std::chrono::seconds>(*error.retry_after)
                   .count()) +
           " s";
  }
  if (!error.users.empty()) return Joined(error.users);
  std::vector<std::string> ids;
  for (const int64_t id : error.ids) ids.push_back(std::to_string(id));
  return Joined(ids);
}

seed::Status StatusOf(bool success, std::string details) {
  seed::Status status;
  status.set_success(success);
  status.set_detalles(std::move(details));
  return status;
}

}  // namespace

mail::Box BoxOf(const std::string& tray) {
  return tray == "salida" ? mail::Box::kOutbox : mail::Box::kInbox;
}

mail::Draft DraftOf(const seed::Correo& correo) {
  SubjectAndBody content = SplitContent(correo.contenido());
  mail::Draft draft;
  draft.to = {correo.a()};
  draft.subject = std::move(content.subject);
  draft.body = std::move(content.body);
  return draft;
}

seed::Correo ToCorreo(const mail::Message& message) {
  std::vector<std::string> recipients;
  for (const mail::Recipient& recipient : message.recipients) {
    recipients.push_back(recipient.user);
  }
  seed::Correo correo;
  correo.set_id(static_cast<int32_t>(message.id));
  correo.set_desde(message.from);
  correo.set_a(Joined(recipients));
  correo.set_leido(message.read_at.has_value());
  correo.set_contenido(JoinContent(message.subject, message.body));
  return correo;
}

seed::Status Succeeded(std::string details) {
  return StatusOf(true, std::move(details));
}

seed::Status Refused(const mail::Error& error) {
  std::string sentence = RowOf(error.code).sentence;
  const std::string detail = DetailOf(error);
  if (!detail.empty()) sentence.append(" (").append(detail).append(")");
  return StatusOf(false, sentence + ".");
}

}  // namespace turbo::service
