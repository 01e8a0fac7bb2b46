// Mail.SendBatches alone.
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/tmserver/service/batches_testing.h"

namespace turbo::service {
namespace {

BOOST_FIXTURE_TEST_SUITE(batches_several, Alone)

BOOST_AUTO_TEST_CASE(answers_to_several_requests_leave_together) {
  Batches batches(sessions, mailbox, limits);
  auto go_on = HoldAnswers();
  const auto handler = Begin(batches, Framing::kSeveral);
  Requests(*handler, 250);
  BOOST_TEST(stream.notes().reads == 1);  // more than enough wait
  go_on.set_value();
  stream.Await([](const auto& n) { return n.writes == 1; });
  while (stream.notes().written.size() < 250) {
    const int writes = stream.notes().writes;
    handler->OnWritten();
    stream.Await([=](const auto& n) { return n.writes > writes; });
  }
  BOOST_TEST(stream.notes().writes <= 10);
  for (size_t i = 0; i < 250; ++i) {
    BOOST_TEST(stream.notes().written[i].sent().id() == int64_t(i) + 1);
  }
  handler->OnWritten();
  handler->OnRead(nullptr);
  BOOST_TEST(stream.notes().finished);
}

BOOST_AUTO_TEST_CASE(a_damaged_one_of_several_requests_stops_no_other) {
  Batches batches(sessions, mailbox, limits);
  const auto handler = Begin(batches, Framing::kSeveral);
  // Its fields: a request to ana, one that ends too early, another to ana.
  const std::string requests(
      "\x0a\x05\x0a\x03"
      "ana"
      "\x0a\x01\x0a"
      "\x0a\x05\x0a\x03"
      "ana",
      17);
  const grpc::Slice slice(requests);
  grpc::ByteBuffer bytes(&slice, 1);
  handler->OnRead(&bytes);
  while (stream.notes().written.size() < 3) handler->OnWritten();
  const auto written = stream.notes().written;
  BOOST_TEST(written[0].has_sent());
  BOOST_TEST(written[1].error().code() == grpc::INVALID_ARGUMENT);
  BOOST_TEST(written[2].has_sent());
  handler->OnCancelled();
}

BOOST_AUTO_TEST_CASE(too_many_requests_in_a_message_end_the_call) {
  Batches batches(sessions, mailbox, limits);
  const auto handler = Begin(batches, Framing::kSeveral);
  Requests(*handler, 1001);
  BOOST_TEST((stream.notes().failed == ErrorCode::kInvalidArgument));
  BOOST_TEST(stream.notes().written.empty());
}

BOOST_AUTO_TEST_CASE(messages_without_requests_are_paced) {
  CheckPace({0, 0, 0, 0}, 3);
}

BOOST_AUTO_TEST_CASE(several_requests_are_paced_one_by_one) {
  CheckPace({3}, 2);
}

// Neither one large message nor many calls get more than the rate.
BOOST_AUTO_TEST_CASE(
    what_an_account_may_not_send_yet_does_not_reach_the_store) {
  mail::Sessions slow(store, clock,
                      {.account_rate = {std::chrono::hours(1), 3}});
  Batches batches(slow, mailbox, limits);
  const auto handler = Begin(batches, Framing::kSeveral);
  Requests(*handler, 5);
  while (stream.notes().written.size() < 2) handler->OnWritten();
  NotingStream other;
  const auto second = batches.Open(other, caller, Framing::kSeveral);
  second->OnStart();
  std::this_thread::sleep_for(5 * limits.retry);
  BOOST_TEST(mailbox.Count(caller, mail::Box::kInbox, {}, {})->count == 2);
  BOOST_TEST(stream.notes().reads == 1);
  BOOST_TEST(other.notes().reads == 0);
  handler->OnCancelled();
  second->OnCancelled();
  other.Await([](const auto& n) { return n.finished; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
