#include <set>
#include <string>
#include <vector>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/sending/mail_sending.h"

namespace turbo::ctl {
namespace {

using Names = std::vector<std::string>;
namespace v1 = turbomessage::v1;

// A server that knows some users, some of them with a full inbox.
struct Fixture {
  SendFunction Server() {
    return [this](const v1::SendRequest& request) {
      const std::string& user = request.to(0);
      BOOST_TEST(request.to_size() == 1);
      BOOST_TEST(request.request_id() == "mail/" + user);
      tried.push_back(user);
      if (full.contains(user)) throw Failure("inbox_full", user);
      if (!users.contains(user)) throw Failure("recipient_not_found", user);
      v1::SendResponse response;
      response.set_id(static_cast<int64_t>(tried.size()));
      return response;
    };
  }
  int64_t Send(const std::string& address, const std::string& map) {
    tried.clear();
    v1::SendRequest request;
    request.add_to(address);
    request.set_request_id(MailKey("mail", address));
    return SendToAddress(Aliases(Json::parse(map), "web1"), request, Server())
        .id();
  }
  std::string FailureFor(const std::string& address, const std::string& map) {
    return CodeOf([&] { Send(address, map); });
  }

  std::set<std::string> users{"ana", "beto", "carla"};
  std::set<std::string> full;
  Names tried;
};

BOOST_FIXTURE_TEST_SUITE(mail_sending, Fixture)

BOOST_AUTO_TEST_CASE(each_user_gets_a_message_of_their_own) {
  BOOST_TEST(Send("root", R"({"root": ["ana", "beto"]})") == 2);
  CheckSame(tried, {"ana", "beto"});
}

BOOST_AUTO_TEST_CASE(a_failure_stops_nobody_else) {
  full = {"ana"};
  BOOST_TEST(FailureFor("root", R"({"root": ["ana", "beto"]})") ==
             "inbox_full");
  CheckSame(tried, {"ana", "beto"});
}

BOOST_AUTO_TEST_CASE(of_several_failures_one_that_may_pass_counts) {
  full = {"ana"};
  for (const std::string order : {R"(["no1", "ana"])", R"(["ana", "no1"])"}) {
    BOOST_TEST(FailureFor("root", "{\"root\": " + order + "}") == "inbox_full");
  }
}

BOOST_AUTO_TEST_CASE(an_address_that_is_nobodys_is_not_sent) {
  BOOST_TEST(FailureFor("x@elsewhere", "{}") == "recipient_not_found");
  BOOST_TEST(FailureFor("two words", "{}") == "recipient_not_found");
  BOOST_TEST(FailureFor("/dev/null", R"({"@": "|sh"})") ==
             "recipient_not_found");
  BOOST_TEST(tried.empty());
}

BOOST_AUTO_TEST_CASE(what_would_reach_nobody_goes_to_catch_all) {
  const std::string map = R"({"@": ["ana", "beto"], "ops": "gone"})";
  for (const std::string address : {"www-data", "_apt", "x@elsewhere", "ops"}) {
    BOOST_TEST(Send(address, map) > 0);
    CheckSame(Names(tried.end() - 2, tried.end()), {"ana", "beto"});
  }
  BOOST_TEST(Send("carla", map) == 1);
  full = {"carla"};
  BOOST_TEST(FailureFor("carla", map) == "inbox_full");
  CheckSame(tried, {"carla"});
}

BOOST_AUTO_TEST_CASE(catch_all_is_asked_once) {
  BOOST_TEST(FailureFor("x@y", R"({"@": "gone"})") == "recipient_not_found");
  CheckSame(tried, {"gone", "gone"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
