// The seed's contract as its clients see it, beside turbomessage.v1 on the same
// server.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "tests/tmserver/server_testing.h"
#include "tmserver/service/seed_service.h"
#include "turbomessage.grpc.pb.h"

namespace turbo::service {
namespace {

namespace v1 = turbomessage::v1;
using server::Client;
using server::kPassword;
using server::TestOptions;
using server::TestServer;
using Stub = seed::ServidorTurboMessage::Stub;

// One user of the seed's contract. A status other than OK fails the test.
class SeedClient {
 public:
  SeedClient(const TestServer& server, std::string user)
      : user_(std::move(user)), stub_(server.Connect()) {
    token = LogIn(&Stub::registrar_usuario).detalles();
  }

  template <class Method>
  seed::Status LogIn(Method method, const char* password = kPassword) {
    seed::LoginRequest request;
    request.set_usuario(user_);
    request.set_passwd(password);
    return Call<seed::Status>(method, request);
  }
  seed::Status Send(const std::string& to, const std::string& content) {
    return Send(user_, to, content);
  }
  seed::Status Send(const std::string& from, const std::string& to,
                    const std::string& content) {
    auto request = Mine<seed::EnviarMensajeRequest>();
    request.mutable_correo()->set_desde(from);
    request.mutable_correo()->set_a(to);
    request.mutable_correo()->set_contenido(content);
    return Call<seed::Status>(&Stub::enviar_mensaje, request);
  }
  seed::Bandeja List(const char* tray = "entrada") {
    auto request = Mine<seed::GetBandejaRequest>();
    request.set_bandeja(tray);
    return Call<seed::Bandeja>(&Stub::get_bandeja, request);
  }
  template <class Method>
  seed::Status Act(Method method, int id, const char* tray = "entrada") {
    auto request = Mine<seed::MensajeActionRequest>();
    request.set_correo_id(id);
    request.set_bandeja(tray);
    return Call<seed::Status>(method, request);
  }

  std::string token;

 private:
  template <class Request>
  Request Mine() const {
    Request request;
    request.set_usuario(user_);
    request.set_token(token);
    return request;
  }
  template <class Response, class Method, class Request>
  Response Call(Method method, const Request& request) {
    grpc::ClientContext context;
    server::SetUp(context, "");
    Response response;
    const grpc::Status status = (stub_.*method)(&context, request, &response);
    BOOST_TEST(status.ok(), status.error_message());
    return response;
  }

  const std::string user_;
  Stub stub_;
};

bool Begins(const seed::Status& status, const char* text) {
  return !status.success() && status.detalles().rfind(text, 0) == 0;
}

struct Fixture {
  TestServer server;
  SeedClient ana{server, "ana"};
  SeedClient beto{server, "Beto"};
};

BOOST_FIXTURE_TEST_SUITE(seed_service, Fixture)

BOOST_AUTO_TEST_CASE(a_mail_arrives_and_the_sender_sees_it_read) {
  const seed::Status sent = ana.Send("beto", "hola-----qué tal");
  BOOST_TEST(sent.success());
  BOOST_TEST(sent.detalles() == "1");
  const seed::Bandeja inbox = beto.List();
  BOOST_TEST_REQUIRE(inbox.correos_size() == 1);
  BOOST_TEST(inbox.correos(0).desde() == "ana");
  BOOST_TEST(inbox.correos(0).a() == "beto");
  BOOST_TEST(inbox.correos(0).contenido() == "hola-----qué tal");
  BOOST_TEST(!ana.List("salida").correos(0).leido());
  BOOST_TEST(beto.Act(&Stub::marcar_leido, 1).success());
  BOOST_TEST(beto.List().correos(0).leido());
  BOOST_TEST(ana.List("salida").correos(0).leido());
  BOOST_TEST(beto.Act(&Stub::borrar_mensaje, 1).success());
  BOOST_TEST(beto.List().correos_size() == 0);
  BOOST_TEST(ana.List("salida").correos_size() == 1);
}

BOOST_AUTO_TEST_CASE(both_contracts_share_users_logins_and_mail) {
  Client same(server.Connect());
  same.token = ana.token;
  BOOST_TEST(same.WhoAmI()->session().user() == "ana");
  BOOST_TEST_REQUIRE(same.Send({"beto"}, "uno").ok());
  BOOST_TEST(beto.List().correos(0).contenido() == "uno-----body of uno");
  // A login through one ends that of the other.
  ana.token = same.Login("ana")->token();
  BOOST_TEST(same.WhoAmI().reason() == "NOT_LOGGED_IN");
  BOOST_TEST(ana.List("salida").correos_size() == 1);
}

BOOST_AUTO_TEST_CASE(a_session_is_its_users_alone) {
  ana.Send("beto", "x");
  beto.token.swap(ana.token);
  BOOST_TEST(beto.List().correos_size() == 0);
  BOOST_TEST(Begins(beto.Act(&Stub::marcar_leido, 1), "No hay una sesión"));
  BOOST_TEST(Begins(beto.Act(&Stub::borrar_mensaje, 1), "No hay una sesión"));
  BOOST_TEST(Begins(beto.Send("ana", "x"), "No hay una sesión"));
}

BOOST_AUTO_TEST_CASE(an_access_token_may_do_here_what_it_may_elsewhere) {
  ana.Send("ana", "x");
  Client owner(server.Connect());
  owner.token = ana.token;
  const char* denied = "El token de acceso no permite eso";
  ana.token = owner.CreateToken("sender", v1::SCOPE_SEND)->secret();
  BOOST_TEST(ana.Send("beto", "x").success());
  BOOST_TEST(ana.List().correos_size() == 0);
  BOOST_TEST(Begins(ana.Act(&Stub::marcar_leido, 1), denied));
  BOOST_TEST(Begins(ana.Act(&Stub::borrar_mensaje, 1), denied));
  ana.token = owner.CreateToken("reader", v1::SCOPE_READ)->secret();
  BOOST_TEST(Begins(ana.Send("beto", "x"), denied));
  BOOST_TEST(ana.List().correos_size() == 1);
  BOOST_TEST(ana.Act(&Stub::marcar_leido, 1).success());
  BOOST_TEST(Begins(ana.Act(&Stub::borrar_mensaje, 1), denied));
  ana.token = owner.CreateToken("all", v1::SCOPE_FULL)->secret();
  BOOST_TEST(ana.Act(&Stub::borrar_mensaje, 1).success());
}

BOOST_AUTO_TEST_CASE(a_sender_writes_under_the_own_name) {
  BOOST_TEST(ana.Send("ANA", "beto", "x").success());
  for (const char* from : {"beto", "", "an", "ana "}) {
    BOOST_TEST(Begins(ana.Send(from, "beto", "x"), "La petición no es válida"));
  }
  BOOST_TEST(beto.List().correos_size() == 1);
}

BOOST_AUTO_TEST_CASE(a_list_longer_than_a_page_is_whole_and_oldest_first) {
  server::Options options = TestOptions();
  options.mail.tray_capacity = 0;
  const TestServer roomy(options);
  SeedClient carla(roomy, "carla");
  const std::string body(900'000, 'x');
  for (int i = 1; i <= 6; ++i) {
    BOOST_TEST_REQUIRE(carla.Send("carla", "s-----" + body).success());
  }
  for (int i = 7; i <= 1100; ++i) {
    BOOST_TEST_REQUIRE(carla.Send("carla", "s-----b").success());
  }
  for (const char* tray : {"entrada", "salida"}) {
    const seed::Bandeja whole = carla.List(tray);
    BOOST_TEST_REQUIRE(whole.correos_size() == 1100);
    for (int i = 0; i < 1100; ++i) {
      BOOST_TEST_REQUIRE(whole.correos(i).id() == i + 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(failures_are_sentences_and_block_nothing) {
  BOOST_TEST(Begins(ana.LogIn(&Stub::registrar_usuario), "Ya existe"));
  BOOST_TEST(Begins(ana.LogIn(&Stub::login, "wrong horse"), "El usuario o la"));
  BOOST_TEST(
      Begins(ana.Send("nadie", "x"), "No existe el destinatario (nadie)"));
  BOOST_TEST(Begins(ana.Act(&Stub::marcar_leido, -1), "No existe ese correo"));
  BOOST_TEST(Begins(ana.Act(&Stub::borrar_mensaje, 0, "salida"),
                    "No existe ese correo"));
  BOOST_TEST(ana.LogIn(&Stub::login).success());
  SeedClient carla(server, "carla");
  BOOST_TEST(carla.LogIn(&Stub::login).success());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
