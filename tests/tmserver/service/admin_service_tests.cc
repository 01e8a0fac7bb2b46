// turbomessage.v1.Admin as its clients see it, and who they may be.
#include <google/protobuf/descriptor.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "tests/temp_dir.h"
#include "tests/tmserver/server_testing.h"

namespace turbo::service {
namespace {

namespace v1 = turbomessage::v1;
using server::Client;
using server::kPassword;
using server::TestServer;
using Stub = v1::Admin::Stub;

server::Options WithSocket(const std::string& path,
                           mail::Registration registration) {
  server::Options options = server::TestOptions();
  options.admin_socket = path;
  options.accounts.registration = registration;
  return options;
}

// A server with an administration socket, and ana.
struct Fixture {
  explicit Fixture(mail::Registration registration = mail::Registration::kOpen)
      : server(WithSocket((dir / "admin/socket").string(), registration)) {}

  Client Issue(const std::string& user) {
    v1::IssueTokenRequest request;
    request.set_user(user);
    Client client(server.Connect());
    client.token = local.Admin(&Stub::IssueToken, request)->secret();
    return client;
  }
  // The reason why `client` may not list users.
  std::string Refusal(Client& client) {
    return client.Admin(&Stub::ListUsers, v1::ListUsersRequest()).reason();
  }
  v1::User Get(const std::string& user) {
    v1::GetUserRequest request;
    request.set_user(user);
    return local.Admin(&Stub::GetUser, request)->user();
  }
  server::Outcome<v1::SetEnabledResponse> Enable(const std::string& user,
                                                 bool enabled) {
    v1::SetEnabledRequest request;
    request.set_user(user);
    request.set_enabled(enabled);
    return local.Admin(&Stub::SetEnabled, request);
  }

  TempDir dir;
  TestServer server;
  Client local{server.ConnectAsAdmin()};
};

BOOST_FIXTURE_TEST_SUITE(admin_service, Fixture)

BOOST_AUTO_TEST_CASE(the_socket_asks_for_no_token) {
  BOOST_TEST(Refusal(local).empty());
  v1::AddUserRequest add;
  add.set_user("Dora");
  add.set_password(kPassword);
  add.set_role(v1::ROLE_ADMIN);
  const auto made = local.Admin(&Stub::AddUser, add);
  BOOST_TEST_REQUIRE(made.ok());
  BOOST_TEST(made->user().name() == "dora");
  BOOST_TEST(made->user().role() == v1::ROLE_ADMIN);
  BOOST_TEST(made->user().has_password());
  BOOST_TEST(made->user().has_created_at());
  BOOST_TEST(!made->user().has_quota());
  Client dora(server.Connect());
  dora.token = dora.Login("dora")->token();
  BOOST_TEST(Refusal(dora).empty());
}

BOOST_AUTO_TEST_CASE(the_socket_serves_nothing_else) {
  Client ana(server, "ana");
  local.token = ana.token;
  BOOST_TEST(local.Register("dora").reason() == "PERMISSION_DENIED");
  BOOST_TEST(local.Login("ana").reason() == "PERMISSION_DENIED");
  BOOST_TEST(local.WhoAmI().reason() == "PERMISSION_DENIED");
  BOOST_TEST(local.Send({"ana"}).reason() == "PERMISSION_DENIED");
  BOOST_TEST(server::Watching(local, {}).FirstReason() == "PERMISSION_DENIED");
  BOOST_TEST(ana.WhoAmI().ok());
}

BOOST_AUTO_TEST_CASE(the_socket_is_its_owners_alone) {
  struct stat info = {};
  BOOST_TEST_REQUIRE(stat((dir / "admin").c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 07777) == 0700u);
  BOOST_TEST_REQUIRE(stat((dir / "admin/socket").c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0077) == 0u);
  BOOST_TEST(server.addresses.endpoints().size() <= 2u);
}

BOOST_AUTO_TEST_CASE(a_place_that_will_not_do_is_refused) {
  const auto refusal = [](const std::string& path) {
    server::Claim claim(server::TestOptions());
    try {
      claim.AddAdmin(path);
    } catch (const server::ListenError& e) {
      return e.exit_code();
    }
    return 0;
  };
  BOOST_TEST(refusal((dir / "admin/socket").string()) == EX_UNAVAILABLE);
  BOOST_TEST(refusal((dir / "no/where/socket").string()) == EX_UNAVAILABLE);
  BOOST_TEST(refusal((dir / std::string(120, 'x')).string()) == EX_CONFIG);
  std::filesystem::create_directory(dir / "open");
  chmod((dir / "open").c_str(), 0755);
  BOOST_TEST(refusal((dir / "open/socket").string()) == EX_CONFIG);
  chmod((dir / "open").c_str(), 0700);
  BOOST_TEST(refusal((dir / "open/socket").string()) == 0);
}

BOOST_AUTO_TEST_CASE(administrators_by_login_and_by_full_tokens_are_served) {
  Client root = Issue("root");
  BOOST_TEST(Refusal(root).empty());
  for (const v1::Scope scope : {v1::SCOPE_SEND, v1::SCOPE_READ}) {
    Client narrow(server.Connect());
    narrow.token =
        root.CreateToken("t" + std::to_string(scope), scope)->secret();
    BOOST_TEST(Refusal(narrow) == "PERMISSION_DENIED");
  }
  Client ana(server, "ana");
  BOOST_TEST(Refusal(ana) == "PERMISSION_DENIED");
  Client nobody(server.Connect());
  BOOST_TEST(Refusal(nobody) == "NOT_LOGGED_IN");

  v1::SetRoleRequest role;
  role.set_user("ana");
  role.set_role(v1::ROLE_ADMIN);
  BOOST_TEST(root.Admin(&Stub::SetRole, role).ok());
  BOOST_TEST(Refusal(ana).empty());
  v1::IssueTokenRequest issue;
  issue.set_user("ana");
  BOOST_TEST(root.Admin(&Stub::IssueToken, issue).reason() ==
             "PERMISSION_DENIED");
}

BOOST_AUTO_TEST_CASE(users_are_listed_in_pages) {
  for (const char* name : {"ana", "beto", "caro"}) Client(server, name);
  v1::ListUsersRequest request;
  request.set_page_size(2);
  const auto first = local.Admin(&Stub::ListUsers, request);
  BOOST_TEST_REQUIRE(first->users_size() == 2);
  BOOST_TEST(first->users(0).name() == "ana");
  request.set_page_token(first->next_page_token());
  const auto second = local.Admin(&Stub::ListUsers, request);
  BOOST_TEST_REQUIRE(second->users_size() == 1);
  BOOST_TEST(second->users(0).name() == "caro");
  BOOST_TEST(second->next_page_token().empty());
  request.set_page_size(-1);
  BOOST_TEST(local.Admin(&Stub::ListUsers, request).reason() ==
             "INVALID_ARGUMENT");
}

BOOST_AUTO_TEST_CASE(errors_have_their_reasons) {
  v1::GetUserRequest request;
  request.set_user("nobody");
  const auto missing = local.Admin(&Stub::GetUser, request);
  BOOST_TEST(missing.status.error_code() == grpc::StatusCode::NOT_FOUND);
  BOOST_TEST(missing.reason() == "USER_NOT_FOUND");
  BOOST_TEST(missing.info().metadata().at("users") == "nobody");
  BOOST_TEST(
      local.Admin(&Stub::RevokeInvite, v1::RevokeInviteRequest()).reason() ==
      "INVITE_NOT_FOUND");
  v1::SetRoleRequest role;
  role.set_user("nobody");
  BOOST_TEST(local.Admin(&Stub::SetRole, role).reason() == "INVALID_ARGUMENT");
}

BOOST_AUTO_TEST_CASE(disabling_ends_running_calls) {
  Client ana(server, "ana");
  v1::WatchRequest watch;
  server::Watching watching(ana, watch);
  BOOST_TEST(watching.Next().has_value());
  BOOST_TEST(Enable("ana", false).ok());
  BOOST_TEST(Get("ana").disabled());
  BOOST_TEST(ana.WhoAmI().reason() == "ACCOUNT_DISABLED");
  const auto refused = ana.Login("ana");
  BOOST_TEST(refused.status.error_code() ==
             grpc::StatusCode::PERMISSION_DENIED);
  BOOST_TEST(refused.reason() == "ACCOUNT_DISABLED");
  BOOST_TEST(ana.Login("ana", "wrong").reason() == "BAD_CREDENTIALS");
  BOOST_TEST(watching.Reason() == "ACCOUNT_DISABLED");
  BOOST_TEST(Client(server, "beto").Send({"ana"}).ok());
}

BOOST_AUTO_TEST_CASE(a_quota_is_the_users_own) {
  Client ana(server, "ana");
  v1::SetQuotaRequest request;
  request.set_user("ana");
  request.set_quota(1);
  BOOST_TEST(local.Admin(&Stub::SetQuota, request)->user().quota() == 1);
  BOOST_TEST(ana.WhoAmI()->tray_capacity() == 1);
  BOOST_TEST(ana.Send({"ana"}).ok());
  BOOST_TEST(ana.Send({"ana"}).reason() == "OUTBOX_FULL");
  request.clear_quota();
  BOOST_TEST(!local.Admin(&Stub::SetQuota, request)->user().has_quota());
  BOOST_TEST(ana.WhoAmI()->tray_capacity() == 5);
  BOOST_TEST(ana.Send({"ana"}).ok());
}

BOOST_AUTO_TEST_CASE(stats_say_how_much_there_is) {
  Client ana(server, "ana");
  ana.Send({"ana"});
  const auto stats = local.Admin(&Stub::GetStats, v1::GetStatsRequest());
  BOOST_TEST(stats->version() == TURBOMESSAGE_VERSION);
  BOOST_TEST(stats->has_started_at());
  BOOST_TEST(stats->users() == 1);
  BOOST_TEST(stats->sessions() == 1);
  BOOST_TEST(stats->messages() == 1);
  BOOST_TEST(stats->register_entries() == 1);
}

BOOST_AUTO_TEST_CASE(logins_are_listed_and_ended) {
  Client ana(server, "ana");
  const auto token = ana.CreateToken("cron", v1::SCOPE_SEND);
  Client cron(server.Connect());
  cron.token = token->secret();
  const auto listed =
      local.Admin(&Stub::ListSessions, v1::ListSessionsRequest());
  BOOST_TEST_REQUIRE(listed->sessions_size() == 1);
  BOOST_TEST(listed->sessions(0).user() == "ana");
  v1::EndSessionsRequest end;
  end.set_user("ana");
  BOOST_TEST(local.Admin(&Stub::EndSessions, end)->login());
  BOOST_TEST(ana.WhoAmI().reason() == "NOT_LOGGED_IN");
  BOOST_TEST(cron.WhoAmI().ok());
  end.set_tokens(true);
  BOOST_TEST(local.Admin(&Stub::EndSessions, end)->tokens() == 1);
  BOOST_TEST(cron.WhoAmI().reason() == "NOT_LOGGED_IN");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(an_invitation_opens_a_server_that_asks_for_one) {
  Fixture fixture(mail::Registration::kInvite);
  BOOST_TEST(fixture.local.token.empty());
  Client ana(fixture.server.Connect());
  BOOST_TEST(ana.Register("ana").reason() == "REGISTRATION_CLOSED");
  const auto made =
      fixture.local.Admin(&Stub::CreateInvite, v1::CreateInviteRequest());
  BOOST_TEST(made->invite().uses() == 1);
  BOOST_TEST(made->invite().created_by() == "(local)");
  BOOST_TEST(ana.Register("ana", kPassword, made->code()).ok());
  BOOST_TEST(ana.Register("beto", kPassword, made->code()).reason() ==
             "REGISTRATION_CLOSED");
  BOOST_TEST(fixture.local.Admin(&Stub::ListInvites, v1::ListInvitesRequest())
                 ->invites_size() == 0);
}

}  // namespace
}  // namespace turbo::service
