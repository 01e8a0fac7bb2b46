#include <boost/test/unit_test.hpp>
#include <ctime>
#include <string>
#include <thread>

#include "tests/tmserver/server_testing.h"
#include "tmserver/service/accounts_service.h"

namespace turbo::service {
namespace {

using server::Client;
using server::kPassword;
using server::TestOptions;
using server::TestServer;

struct Fixture {
  TestServer server;
  Client ana{server, "ana"};
};

BOOST_FIXTURE_TEST_SUITE(accounts_service, Fixture)

BOOST_AUTO_TEST_CASE(registering_logs_in) {
  Client beto(server.Connect());
  const auto outcome = beto.Register("Beto");
  BOOST_TEST_REQUIRE(outcome.ok());
  BOOST_TEST(outcome->session().user() == "beto");
  BOOST_TEST(outcome->session().auth() == v1::AUTH_LOGIN);
  BOOST_TEST(outcome->session().scope() == v1::SCOPE_FULL);
  beto.token = outcome->token();
  const auto self = beto.WhoAmI();
  BOOST_TEST(self->session().user() == "beto");
  BOOST_TEST(self->session().has_expires_at());
}

BOOST_AUTO_TEST_CASE(callers_are_told_the_server_s_time_and_capacity) {
  server::Options options = TestOptions();
  options.mail.tray_capacity = 7;
  TestServer seven(options);
  Client beto(seven, "beto");
  const int64_t before = time(nullptr);
  const auto self = beto.WhoAmI();
  BOOST_TEST(self->server_time().seconds() >= before);
  BOOST_TEST(self->server_time().seconds() <= time(nullptr));
  BOOST_TEST(self->tray_capacity() == 7);
  BOOST_TEST(self->token_name().empty());
}

BOOST_AUTO_TEST_CASE(a_login_replaces_the_one_before) {
  Client second(server.Connect());
  const auto login = second.Login("ANA");
  BOOST_TEST_REQUIRE(login.ok());
  second.token = login->token();
  BOOST_TEST(second.WhoAmI()->session().user() == "ana");
  const auto first = ana.WhoAmI();
  BOOST_TEST(first.status.error_code() == grpc::StatusCode::UNAUTHENTICATED);
  BOOST_TEST(first.reason() == "NOT_LOGGED_IN");
}

BOOST_AUTO_TEST_CASE(a_logout_ends_the_token) {
  BOOST_TEST(ana.Logout().ok());
  BOOST_TEST(ana.WhoAmI().reason() == "NOT_LOGGED_IN");
}

BOOST_AUTO_TEST_CASE(a_new_password_counts_and_the_login_goes_on) {
  BOOST_TEST(ana.ChangePassword("wrong horse", "battery staple").reason() ==
             "BAD_CREDENTIALS");
  BOOST_TEST(ana.ChangePassword(kPassword, "short").reason() ==
             "WEAK_PASSWORD");
  const auto changed = ana.ChangePassword(kPassword, "battery staple");
  BOOST_TEST(changed->session().user() == "ana");
  BOOST_TEST(ana.WhoAmI().ok());
  Client later(server.Connect());
  BOOST_TEST(later.Login("ana").reason() == "BAD_CREDENTIALS");
  BOOST_TEST(later.Login("ana", "battery staple").ok());
}

BOOST_AUTO_TEST_CASE(wrong_credentials_don_t_say_what_is_wrong) {
  Client stranger(server.Connect());
  const auto wrong = stranger.Login("ana", "wrong horse");
  const auto unknown = stranger.Login("nobody");
  BOOST_TEST(wrong.reason() == "BAD_CREDENTIALS");
  BOOST_TEST(unknown.reason() == "BAD_CREDENTIALS");
  BOOST_TEST(wrong.status.error_message() == unknown.status.error_message());
}

BOOST_AUTO_TEST_CASE(accounts_that_can_not_be_are_refused) {
  Client stranger(server.Connect());
  BOOST_TEST(stranger.Register("ana").reason() == "USER_EXISTS");
  BOOST_TEST(stranger.Register("no spaces").reason() == "INVALID_ARGUMENT");
  BOOST_TEST(stranger.Register("beto", "short").reason() == "WEAK_PASSWORD");
}

BOOST_AUTO_TEST_CASE(a_closed_server_takes_nobody_new) {
  server::Options options = TestOptions();
  options.accounts.registration = mail::Registration::kClosed;
  TestServer closed(options);
  const auto outcome = Client(closed.Connect()).Register("beto");
  BOOST_TEST(outcome.status.error_code() ==
             grpc::StatusCode::FAILED_PRECONDITION);
  BOOST_TEST(outcome.reason() == "REGISTRATION_CLOSED");
}

BOOST_AUTO_TEST_CASE(a_login_that_was_not_used_has_expired) {
  server::Options options = TestOptions();
  options.sessions.idle = std::chrono::milliseconds(1);
  options.sessions.absolute = std::chrono::milliseconds(1);
  TestServer hasty(options);
  Client beto(hasty, "beto");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  BOOST_TEST(beto.WhoAmI().reason() == "SESSION_EXPIRED");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
