// Between the messages of the seed's contract and the mail's own types.
#ifndef TMSERVER_SERVICE_SEED_TRANSLATE_H_
#define TMSERVER_SERVICE_SEED_TRANSLATE_H_

#include <string>

#include "tmserver/mail/error.h"
#include "tmserver/mail/types.h"
#include "turbomessage.pb.h"

namespace turbo::service {

namespace seed = turbomessage;

// --- From the wire. ---

mail::Box BoxOf(const std::string& tray);

// To the one recipient.
mail::Draft DraftOf(const seed::Correo& correo);

// --- To the wire. ---

// The message has its body, and an id that int32 can hold.
seed::Correo ToCorreo(const mail::Message& message);

seed::Status Succeeded(std::string details);

// The error in Spanish.
seed::Status Refused(const mail::Error& error);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_SEED_TRANSLATE_H_
