#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "tmserver/service/seed_translate.h"

namespace turbo::service {
namespace {

using mail::ErrorCode;

mail::Message Example() {
  mail::Message message;
  message.id = 7;
  message.from = "ana";
  message.recipients = {{"beto", {}}, {"carla", {}}};
  message.subject = "asunto";
  message.body = "cuerpo";
  return message;
}

BOOST_AUTO_TEST_SUITE(seed_translate)

BOOST_AUTO_TEST_CASE(all_but_salida_is_the_inbox) {
  BOOST_TEST((BoxOf("salida") == mail::Box::kOutbox));
  for (const char* tray : {"entrada", "", "Salida", "salida "}) {
    BOOST_TEST((BoxOf(tray) == mail::Box::kInbox), tray);
  }
}

BOOST_AUTO_TEST_CASE(a_draft_has_the_one_recipient_and_a_copy) {
  seed::Correo correo;
  correo.set_a("beto");
  correo.set_contenido("asunto-----cuerpo");
  const mail::Draft draft = DraftOf(correo);
  BOOST_TEST((draft.to == std::vector<std::string>{"beto"}));
  BOOST_TEST(draft.subject == "asunto");
  BOOST_TEST(draft.body == "cuerpo");
  BOOST_TEST(draft.keep_copy);
}

BOOST_AUTO_TEST_CASE(every_field_of_a_mail_is_set) {
  const seed::Correo correo = ToCorreo(Example());
  BOOST_TEST(correo.id() == 7);
  BOOST_TEST(correo.desde() == "ana");
  BOOST_TEST(correo.a() == "beto, carla");
  BOOST_TEST(correo.has_leido());
  BOOST_TEST(!correo.leido());
  BOOST_TEST(correo.contenido() == "asunto-----cuerpo");
}

BOOST_AUTO_TEST_CASE(a_mark_shows) {
  mail::Message message = Example();
  message.read_at = mail::Time();
  BOOST_TEST(ToCorreo(message).leido());
}

BOOST_AUTO_TEST_CASE(every_error_has_a_sentence_of_its_own) {
  std::set<std::string> sentences;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kAccountDisabled); ++i) {
    const seed::Status status =
        Refused({static_cast<ErrorCode>(i), "", {}, {}});
    BOOST_TEST(status.has_success());
    BOOST_TEST(!status.success());
    BOOST_TEST(status.detalles().size() > 20);
    BOOST_TEST(status.detalles().back() == '.');
    BOOST_TEST(sentences.insert(status.detalles()).second, status.detalles());
  }
}

BOOST_AUTO_TEST_CASE(an_error_names_what_it_is_about) {
  BOOST_TEST(Refused({ErrorCode::kRecipientNotFound, "no", {"x", "y"}, {}})
                 .detalles() == "No existe el destinatario (x, y).");
  BOOST_TEST(Refused({ErrorCode::kMessageNotFound, "no", {}, {7}}).detalles() ==
             "No existe ese correo en la bandeja (7).");
  BOOST_TEST(Refused({ErrorCode::kWeakPassword, "at least 8 bytes", {}, {}})
                 .detalles() ==
             "La contraseña es demasiado corta (at least 8 bytes).");
}

BOOST_AUTO_TEST_CASE(an_error_that_passes_says_when) {
  mail::Error error{ErrorCode::kRateLimited, "no", {}, {}};
  error.retry_after = std::chrono::milliseconds(7001);
  BOOST_TEST(Refused(error).detalles() ==
             "Hay demasiadas peticiones o contraseñas equivocadas: intenta más "
             "tarde (en 8 s).");
}

BOOST_AUTO_TEST_CASE(a_success_says_so) {
  const seed::Status status = Succeeded("7");
  BOOST_TEST(status.success());
  BOOST_TEST(status.detalles() == "7");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
