// turbomessage.v1.Tokens as its clients see it, and what each scope allows.
#include <google/protobuf/descriptor.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "tests/tmserver/server_testing.h"

namespace turbo::service {
namespace {

namespace v1 = turbomessage::v1;
using server::Client;
using server::kPassword;
using server::TestServer;

struct Fixture {
  TestServer server;
  Client ana{server, "ana"};
  Client beto{server, "beto"};

  // A client with a new token of ana's.
  Client With(const std::string& name, v1::Scope scope) {
    Client client(server.Connect());
    client.token = ana.CreateToken(name, scope)->secret();
    return client;
  }
};

v1::CreateTokenRequest Request(const std::string& name, int64_t seconds,
                               int32_t nanos = 0) {
  v1::CreateTokenRequest request;
  request.set_name(name);
  request.set_scope(v1::SCOPE_FULL);
  request.mutable_lifetime()->set_seconds(seconds);
  request.mutable_lifetime()->set_nanos(nanos);
  return request;
}

BOOST_FIXTURE_TEST_SUITE(tokens_service, Fixture)

BOOST_AUTO_TEST_CASE(a_token_is_made_used_listed_and_revoked) {
  const auto made = ana.CreateToken("Cron", v1::SCOPE_READ);
  BOOST_TEST_REQUIRE(made.ok());
  BOOST_TEST(made->token().name() == "cron");
  BOOST_TEST(made->token().scope() == v1::SCOPE_READ);
  BOOST_TEST(made->token().has_expires_at());
  BOOST_TEST(!made->token().has_last_used_at());

  Client cron(server.Connect());
  cron.token = made->secret();
  const auto self = cron.WhoAmI();
  BOOST_TEST(self->session().user() == "ana");
  BOOST_TEST(self->session().auth() == v1::AUTH_TOKEN);
  BOOST_TEST(self->session().scope() == v1::SCOPE_READ);
  BOOST_TEST(self->token_name() == "cron");
  BOOST_TEST(self->session().expires_at().seconds() ==
             made->token().expires_at().seconds());

  // The call didn't wait for its use to be written down.
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(20);
  auto listed = ana.ListTokens();
  while (listed->tokens_size() == 1 && !listed->tokens(0).has_last_used_at() &&
         std::chrono::steady_clock::now() < deadline) {
    listed = ana.ListTokens();
  }
  BOOST_TEST_REQUIRE(listed->tokens_size() == 1);
  BOOST_TEST(listed->tokens(0).name() == "cron");
  BOOST_TEST(listed->tokens(0).has_last_used_at());

  BOOST_TEST(ana.RevokeToken("cron")->token().name() == "cron");
  BOOST_TEST(cron.WhoAmI().reason() == "NOT_LOGGED_IN");
  BOOST_TEST(ana.ListTokens()->tokens_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_token_rotates_itself) {
  Client cron = With("cron", v1::SCOPE_SEND);
  const auto rotated = cron.RotateToken({});
  BOOST_TEST_REQUIRE(rotated.ok());
  Client renewed(server.Connect());
  renewed.token = rotated->secret();
  BOOST_TEST(renewed.WhoAmI()->session().scope() == v1::SCOPE_SEND);
  BOOST_TEST(cron.WhoAmI().ok());

  v1::RotateTokenRequest at_once;
  at_once.mutable_grace();
  BOOST_TEST(renewed.RotateToken(at_once).ok());
  BOOST_TEST(cron.WhoAmI().reason() == "NOT_LOGGED_IN");
  BOOST_TEST(renewed.WhoAmI().reason() == "NOT_LOGGED_IN");
}

BOOST_AUTO_TEST_CASE(a_life_of_nothing_has_no_end) {
  const auto endless = ana.CreateToken(Request("a", 0));
  BOOST_TEST(!endless->token().has_expires_at());
  Client client(server.Connect());
  client.token = endless->secret();
  BOOST_TEST(!client.WhoAmI()->session().has_expires_at());
}

BOOST_AUTO_TEST_CASE(what_can_not_be_is_refused) {
  BOOST_TEST(ana.CreateToken("a", v1::SCOPE_UNSPECIFIED).reason() ==
             "INVALID_ARGUMENT");
  BOOST_TEST(ana.CreateToken("a", static_cast<v1::Scope>(9)).reason() ==
             "INVALID_ARGUMENT");
  for (const int64_t seconds :
       {int64_t{-1}, int64_t{1} << 40, std::numeric_limits<int64_t>::max(),
        std::numeric_limits<int64_t>::min()}) {
    BOOST_TEST(ana.CreateToken(Request("a", seconds)).reason() ==
               "INVALID_ARGUMENT");
  }
  for (const int32_t nanos :
       {-1'000'000, 1'000'000'000, std::numeric_limits<int32_t>::min()}) {
    BOOST_TEST(ana.CreateToken(Request("a", 0, nanos)).reason() ==
               "INVALID_ARGUMENT");
  }
  BOOST_TEST(ana.CreateToken("no spaces", v1::SCOPE_FULL).reason() ==
             "INVALID_ARGUMENT");
  BOOST_TEST(ana.RotateToken({}).reason() == "INVALID_ARGUMENT");
  BOOST_TEST(ana.ListTokens()->tokens_size() == 0);
}

BOOST_AUTO_TEST_CASE(errors_have_their_reasons) {
  BOOST_TEST(ana.CreateToken("cron", v1::SCOPE_SEND).ok());
  const auto again = ana.CreateToken("cron", v1::SCOPE_SEND);
  BOOST_TEST(again.status.error_code() == grpc::StatusCode::ALREADY_EXISTS);
  BOOST_TEST(again.reason() == "TOKEN_EXISTS");
  const auto missing = ana.RevokeToken("nosuch");
  BOOST_TEST(missing.status.error_code() == grpc::StatusCode::NOT_FOUND);
  BOOST_TEST(missing.reason() == "TOKEN_NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(a_shortest_life_is_over_at_once) {
  Client brief(server.Connect());
  brief.token = ana.CreateToken(Request("brief", 0, 1))->secret();
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (brief.WhoAmI().ok() && std::chrono::steady_clock::now() < deadline) {
  }
  const auto refused = brief.WhoAmI();
  BOOST_TEST(refused.status.error_code() == grpc::StatusCode::UNAUTHENTICATED);
  BOOST_TEST(refused.reason() == "TOKEN_EXPIRED");
}

BOOST_AUTO_TEST_CASE(other_users_tokens_are_not_there) {
  BOOST_TEST(ana.CreateToken("cron", v1::SCOPE_SEND).ok());
  v1::RotateTokenRequest rotate;
  rotate.set_name("cron");
  BOOST_TEST(beto.RotateToken(rotate).reason() == "TOKEN_NOT_FOUND");
  BOOST_TEST(beto.RevokeToken("cron").reason() == "TOKEN_NOT_FOUND");
  BOOST_TEST(beto.ListTokens()->tokens_size() == 0);
}

// --- Scopes ---

enum Allowed { kBySend = 1, kByRead = 2, kByFull = 4, kByAll = 7 };

struct Method {
  int allowed;                               // by tokens of these scopes
  std::function<std::string(Client&)> call;  // the reason of its refusal
};

// What is an administrator's: ana is none.
template <class Request, class Response>
Method Forbidden(grpc::Status (v1::Admin::Stub::*method)(grpc::ClientContext*,
                                                         const Request&,
                                                         Response*)) {
  return {0,
          [method](Client& c) { return c.Admin(method, Request()).reason(); }};
}

// Every method of the API that asks who calls.
std::map<std::string, Method> Methods() {
  v1::ListRequest list;
  list.set_box(v1::BOX_INBOX);
  v1::CountRequest count;
  count.set_box(v1::BOX_INBOX);
  return {
      {"Accounts.Logout", {0, [](Client& c) { return c.Logout().reason(); }}},
      {"Accounts.WhoAmI",
       {kByAll, [](Client& c) { return c.WhoAmI().reason(); }}},
      {"Accounts.ChangePassword",
       {kByFull,
        [](Client& c) {
          return c.ChangePassword(kPassword, kPassword).reason();
        }}},
      {"Admin.AddUser", Forbidden(&v1::Admin::Stub::AddUser)},
      {"Admin.ListUsers", Forbidden(&v1::Admin::Stub::ListUsers)},
      {"Admin.GetUser", Forbidden(&v1::Admin::Stub::GetUser)},
      {"Admin.SetRole", Forbidden(&v1::Admin::Stub::SetRole)},
      {"Admin.SetEnabled", Forbidden(&v1::Admin::Stub::SetEnabled)},
      {"Admin.SetPassword", Forbidden(&v1::Admin::Stub::SetPassword)},
      {"Admin.DeleteUser", Forbidden(&v1::Admin::Stub::DeleteUser)},
      {"Admin.SetQuota", Forbidden(&v1::Admin::Stub::SetQuota)},
      {"Admin.ListSessions", Forbidden(&v1::Admin::Stub::ListSessions)},
      {"Admin.EndSessions", Forbidden(&v1::Admin::Stub::EndSessions)},
      {"Admin.CreateInvite", Forbidden(&v1::Admin::Stub::CreateInvite)},
      {"Admin.ListInvites", Forbidden(&v1::Admin::Stub::ListInvites)},
      {"Admin.RevokeInvite", Forbidden(&v1::Admin::Stub::RevokeInvite)},
      {"Admin.GetStats", Forbidden(&v1::Admin::Stub::GetStats)},
      {"Admin.IssueToken", Forbidden(&v1::Admin::Stub::IssueToken)},
      {"Mail.Send",
       {kBySend | kByFull,
        [](Client& c) { return c.Send({"beto"}).reason(); }}},
      {"Mail.SendMany",
       {kBySend | kByFull,
        [](Client& c) {
          server::SendingMany sending(c);
          sending.NoMore();
          return sending.Reason();
        }}},
      {"Mail.SendBatches",
       {kBySend | kByFull,
        [](Client& c) {
          server::SendingBatches sending(c);
          sending.NoMore();
          return sending.Reason();
        }}},
      {"Mail.List",
       {kByRead | kByFull,
        [list](Client& c) { return c.List(list).reason(); }}},
      {"Mail.Watch",
       {kByRead | kByFull,
        [](Client& c) { return server::Watching(c, {}).FirstReason(); }}},
      {"Mail.Count",
       {kByRead | kByFull,
        [count](Client& c) { return c.Count(count).reason(); }}},
      {"Mail.Get",
       {kByRead | kByFull, [](Client& c) { return c.Get(1).reason(); }}},
      {"Mail.Mark",
       {kByRead | kByFull,
        [](Client& c) { return c.Mark({1}, true).reason(); }}},
      {"Mail.Delete",
       {kByFull, [](Client& c) { return c.Delete({99}).reason(); }}},
      {"Tokens.CreateToken",
       {kByFull,
        [](Client& c) {
          return c.CreateToken("made", v1::SCOPE_SEND).reason();
        }}},
      {"Tokens.RotateToken",
       {kByAll, [](Client& c) { return c.RotateToken({}).reason(); }}},
      {"Tokens.ListTokens",
       {kByFull, [](Client& c) { return c.ListTokens().reason(); }}},
      {"Tokens.RevokeToken",
       {kByFull, [](Client& c) { return c.RevokeToken("made").reason(); }}},
  };
}

BOOST_AUTO_TEST_CASE(each_scope_allows_what_it_says_of_every_method) {
  BOOST_TEST(ana.Send({"ana"}).ok());
  const std::map<v1::Scope, int> scopes = {{v1::SCOPE_SEND, kBySend},
                                           {v1::SCOPE_READ, kByRead},
                                           {v1::SCOPE_FULL, kByFull}};
  for (const auto& [scope, bit] : scopes) {
    Client client = With("t" + std::to_string(bit), scope);
    for (const auto& [name, method] : Methods()) {
      const bool allowed = (method.allowed & bit) != 0;
      BOOST_TEST(method.call(client) == (allowed ? "" : "PERMISSION_DENIED"),
                 name << " with " << v1::Scope_Name(scope));
    }
  }
}

BOOST_AUTO_TEST_CASE(no_method_of_the_api_is_forgotten_above) {
  const std::map<std::string, Method> methods = Methods();
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  int found = 0;
  for (const char* name : {"Accounts", "Admin", "Mail", "Tokens"}) {
    const auto* service =
        pool->FindServiceByName(std::string("turbomessage.v1.") + name);
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string method =
          std::string(name) + "." + service->method(i)->name();
      if (method == "Accounts.Register" || method == "Accounts.Login") continue;
      BOOST_TEST(methods.count(method) == 1u, method);
      ++found;
    }
  }
  BOOST_TEST(methods.size() == static_cast<size_t>(found));
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_scope_that_is_missing) {
  Client cron = With("cron", v1::SCOPE_SEND);
  const auto refused = cron.Get(1);
  BOOST_TEST(refused.status.error_code() ==
             grpc::StatusCode::PERMISSION_DENIED);
  BOOST_TEST(refused.status.error_message().find("scope read") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(logins_passwords_and_tokens_leave_each_other_alone) {
  Client cron = With("cron", v1::SCOPE_FULL);
  Client other = With("other", v1::SCOPE_READ);
  BOOST_TEST(cron.Logout().reason() == "PERMISSION_DENIED");
  BOOST_TEST(ana.WhoAmI().ok());
  BOOST_TEST(ana.ChangePassword(kPassword, "battery staple").ok());
  BOOST_TEST(Client(server.Connect()).Login("ana", "battery staple").ok());
  BOOST_TEST(ana.WhoAmI().reason() == "NOT_LOGGED_IN");
  BOOST_TEST(cron.WhoAmI().ok());
  BOOST_TEST(other.WhoAmI().ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
