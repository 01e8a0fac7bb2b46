// Mail.SendMany and SendBatches through the server.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "tests/tmserver/server_testing.h"

namespace turbo::service {
namespace {

using server::Client;
using server::SendingMany;
using server::TestServer;
namespace v1 = turbomessage::v1;
using std::chrono::seconds;
using std::chrono::steady_clock;

server::Options Roomy() {
  server::Options options = server::TestOptions();
  options.mail.tray_capacity = 0;
  return options;
}

struct Fixture {
  int64_t InboxOf(Client& client) {
    v1::CountRequest request;
    request.set_box(v1::BOX_INBOX);
    return client.Count(request)->count();
  }

  TestServer server{Roomy()};
  Client ana{server, "ana"};
  Client beto{server, "beto"};
};

BOOST_FIXTURE_TEST_SUITE(batches, Fixture)

BOOST_AUTO_TEST_CASE(each_request_is_answered_as_send_would) {
  SendingMany sending(ana);
  v1::SendRequest request;
  request.add_to("BETO");
  request.add_to("ana");
  request.set_subject("subject");
  request.set_body("body");
  BOOST_TEST(sending.Write(request));
  const auto next = sending.Next();
  BOOST_TEST_REQUIRE(next.has_value());
  BOOST_TEST(next->sent().id() == 1);
  BOOST_TEST(next->sent().to(0) == "beto");
  BOOST_TEST(next->sent().to(1) == "ana");
  BOOST_TEST(next->sent().has_sent_at());
  BOOST_TEST(beto.Get(1)->message().body() == "body");
  sending.NoMore();
  BOOST_TEST(sending.Reason() == "");
}

BOOST_AUTO_TEST_CASE(a_call_without_requests_ends_well) {
  SendingMany sending(ana);
  sending.NoMore();
  BOOST_TEST(sending.Reason() == "");
}

BOOST_AUTO_TEST_CASE(one_that_is_refused_stops_no_other) {
  SendingMany sending(ana);
  for (const char* to : {"beto", "nobody", "beto", "no name", "beto"}) {
    BOOST_TEST(sending.Write(to));
  }
  BOOST_TEST(sending.Write("beto", "\n"));
  sending.NoMore();
  BOOST_TEST(sending.NextId() == 1);
  const auto refused = sending.Next();
  BOOST_TEST_REQUIRE(refused->has_error());
  google::rpc::ErrorInfo info;
  refused->error().details(0).UnpackTo(&info);
  BOOST_TEST(refused->error().code() == grpc::StatusCode::NOT_FOUND);
  BOOST_TEST(info.domain() == "turbomessage");
  BOOST_TEST(info.reason() == "RECIPIENT_NOT_FOUND");
  BOOST_TEST(info.metadata().at("users") == "nobody");
  BOOST_TEST(sending.NextId() == 2);
  BOOST_TEST(sending.NextReason() == "INVALID_ARGUMENT");
  BOOST_TEST(sending.NextId() == 3);
  BOOST_TEST(sending.NextReason() == "INVALID_ARGUMENT");
  BOOST_TEST(sending.Reason() == "");
}

BOOST_AUTO_TEST_CASE(a_known_request_id_is_a_duplicate_across_calls) {
  for (const bool again : {false, true}) {
    SendingMany sending(ana);
    BOOST_TEST(sending.Write("beto", "key"));
    const auto next = sending.Next();
    BOOST_TEST(next->sent().id() == 1);
    BOOST_TEST(next->sent().duplicate() == again);
  }
  BOOST_TEST(InboxOf(beto) == 1);
}

BOOST_AUTO_TEST_CASE(ten_thousand_are_answered_in_order) {
  constexpr int64_t kCount = 10'000;
  SendingMany sending(ana);
  std::thread writer([&] {
    for (int i = 0; i < kCount; ++i) sending.Write("beto");
    sending.NoMore();
  });
  int64_t in_order = 0;
  while (in_order < kCount && sending.NextId() == in_order + 1) ++in_order;
  writer.join();
  BOOST_TEST(in_order == kCount);
  BOOST_TEST(sending.Reason() == "");
  BOOST_TEST(InboxOf(beto) == kCount);
}

// 25 messages of 400 requests, each with one that is refused.
BOOST_AUTO_TEST_CASE(batches_are_answered_in_order) {
  constexpr int kBatches = 25;
  constexpr int kRequests = 400;
  v1::SendBatchesRequest batch;
  for (int i = 0; i < kRequests; ++i) {
    batch.add_requests()->add_to(i == 7 ? "nobody" : "beto");
    batch.mutable_requests(i)->set_no_copy(true);
  }
  server::SendingBatches sending(ana);
  std::thread writer([&] {
    for (int i = 0; i < kBatches; ++i) sending.Write(batch);
    sending.NoMore();
  });
  int64_t id = 0;
  int in_order = 0;
  while (const auto answer = sending.Next()) {
    const bool is_refused = in_order % kRequests == 7;
    if (is_refused != answer->has_error()) break;
    if (!is_refused && answer->sent().id() != ++id) break;
    ++in_order;
  }
  writer.join();
  BOOST_TEST(in_order == kBatches * kRequests);
  BOOST_TEST(sending.Reason() == "");
  BOOST_TEST(InboxOf(beto) == kBatches * (kRequests - 1));
}

BOOST_AUTO_TEST_CASE(what_a_call_that_broke_off_had_sent_is_whole_or_absent) {
  {
    SendingMany sending(ana);
    for (int i = 0; i < 500; ++i) sending.Write("beto", std::to_string(i));
    BOOST_TEST(sending.NextId() == 1);
  }
  SendingMany again(ana);
  std::thread writer([&] {
    for (int i = 0; i < 500; ++i) again.Write("beto", std::to_string(i));
    again.NoMore();
  });
  for (int64_t id = 1; id <= 500; ++id) BOOST_TEST(again.NextId() == id);
  writer.join();
  BOOST_TEST(again.Reason() == "");
  BOOST_TEST(InboxOf(beto) == 500);
}

BOOST_AUTO_TEST_CASE(
    a_server_that_stops_answers_what_it_has_and_ends_the_call) {
  SendingMany idle(ana);
  BOOST_TEST(idle.Write("beto"));
  BOOST_TEST(idle.NextId() == 1);
  const auto begun = steady_clock::now();
  server.server.Drain(seconds(15));
  BOOST_TEST((steady_clock::now() - begun < seconds(10)));
  BOOST_TEST(idle.Reason() == "UNAVAILABLE");
}

BOOST_AUTO_TEST_CASE(a_caller_that_never_reads_can_not_hold_a_stopping_server) {
  SendingMany sending(ana);
  std::thread writer([&] {
    while (sending.Write("beto")) {
    }
  });
  while (InboxOf(beto) < 1000) {
  }
  BOOST_TEST(ana.Send({"beto"}).ok());
  const auto begun = steady_clock::now();
  server.server.Drain(seconds(15));
  BOOST_TEST((steady_clock::now() - begun < seconds(10)));
  writer.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
