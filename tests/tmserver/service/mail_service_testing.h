// What the tests of turbomessage.v1.Mail share.
#ifndef TESTS_TMSERVER_SERVICE_MAIL_SERVICE_TESTING_H_
#define TESTS_TMSERVER_SERVICE_MAIL_SERVICE_TESTING_H_

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/tmserver/server_testing.h"
#include "tmserver/service/mail_service.h"
#include "tmserver/service/translate.h"

namespace turbo::service {

using server::Client;
using server::TestOptions;
using server::TestServer;
using Ids = std::vector<int64_t>;

// A server with two users.
struct MailServiceFixture {
  static server::Options Roomy() {
    server::Options options = TestOptions();
    options.mail.tray_capacity = 100;
    return options;
  }

  TestServer server{Roomy()};
  Client ana{server, "ana"};
  Client beto{server, "beto"};

  void SendToBeto(int count) {
    for (int i = 1; i <= count; ++i) {
      BOOST_TEST_REQUIRE(ana.Send({"beto"}, "s" + std::to_string(i)).ok());
    }
  }
};

inline v1::ListRequest Inbox(int page_size = 0) {
  v1::ListRequest request;
  request.set_box(v1::BOX_INBOX);
  request.set_page_size(page_size);
  return request;
}

inline Ids IdsIn(const v1::ListResponse& response) {
  Ids ids;
  for (const v1::Message& message : response.messages()) {
    ids.push_back(message.id());
  }
  return ids;
}

}  // namespace turbo::service

#endif  // TESTS_TMSERVER_SERVICE_MAIL_SERVICE_TESTING_H_
