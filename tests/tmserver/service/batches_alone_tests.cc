// Mail.SendMany alone.
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "tests/tmserver/service/batches_testing.h"

namespace turbo::service {
namespace {

BOOST_FIXTURE_TEST_SUITE(batches_alone, Alone)

BOOST_AUTO_TEST_CASE(a_caller_that_does_not_read_is_not_read_from) {
  Batches batches(sessions, mailbox, limits);
  const auto handler = Begin(batches);
  // One is being written, four wait: no more is read until that is written.
  for (int i = 0; i < 5; ++i) Request(*handler);
  BOOST_TEST(stream.notes().written.size() == 1u);
  BOOST_TEST(stream.notes().reads == 5);
  handler->OnWritten();
  stream.Await([](const auto& n) { return n.reads == 6; });
  handler->OnCancelled();
  stream.Await([](const auto& n) { return n.finished; });
}

BOOST_AUTO_TEST_CASE(who_sends_too_fast_is_read_more_slowly_and_not_refused) {
  // Two at once, the first of them for the call itself.
  mail::Sessions slow(store, clock,
                      {.account_rate = {std::chrono::milliseconds(300), 2}});
  Batches batches(slow, mailbox, limits);
  const auto begun = std::chrono::steady_clock::now();
  const auto handler = Begin(batches);
  Request(*handler);
  handler->OnWritten();
  Request(*handler);
  BOOST_TEST(stream.notes().reads == 2);
  stream.Await([](const auto& n) { return n.reads == 3; });
  BOOST_TEST((std::chrono::steady_clock::now() - begun >=
              std::chrono::milliseconds(300)));
  for (const auto& answer : stream.notes().written) {
    BOOST_TEST(answer.has_sent());
  }
  handler->OnCancelled();
}

BOOST_AUTO_TEST_CASE(who_is_kept_too_much_for_waits) {
  mail::Sessions tight(store, clock, {.untaken = 100});
  auto kept = tight.untaken().Hold("ana", 100);
  Batches batches(tight, mailbox, limits);
  const auto handler = Begin(batches);
  std::this_thread::sleep_for(5 * limits.retry);
  BOOST_TEST(stream.notes().reads == 0);
  kept.reset();
  stream.Await([](const auto& n) { return n.reads == 1; });
  // What came meanwhile waits, too.
  kept = tight.untaken().Hold("ana", 100);
  Request(*handler);
  std::this_thread::sleep_for(5 * limits.retry);
  BOOST_TEST(stream.notes().reads == 1);
  kept.reset();
  stream.AwaitWritten(1);
  handler->OnCancelled();
  stream.Await([](const auto& n) { return n.finished; });
}

BOOST_AUTO_TEST_CASE(what_waits_in_a_call_that_ends_is_not_sent) {
  mail::Sessions tight(store, clock, {.untaken = 100});
  Batches batches(tight, mailbox, limits);
  const auto handler = Begin(batches);
  stream.Await([](const auto& n) { return n.reads == 1; });
  auto kept = tight.untaken().Hold("ana", 100);
  Request(*handler);
  batches.Stop();
  BOOST_TEST((stream.notes().failed == ErrorCode::kUnavailable));
  kept.reset();
  std::this_thread::sleep_for(5 * limits.retry);
  BOOST_TEST(stream.notes().written.empty());
}

BOOST_AUTO_TEST_CASE(large_requests_wait_for_the_store) {
  Batches batches(sessions, mailbox, limits);
  auto go_on = HoldAnswers();
  const auto handler = Begin(batches);
  Request(*handler, 6000);
  BOOST_TEST(stream.notes().reads == 2);
  Request(*handler, 6000);
  BOOST_TEST(stream.notes().reads == 2);
  go_on.set_value();
  stream.Await([](const auto& n) { return n.reads == 3; });
  stream.AwaitWritten(1);
  handler->OnWritten();
  stream.AwaitWritten(2);
  handler->OnCancelled();
}

BOOST_AUTO_TEST_CASE(a_call_that_broke_off_ends_when_the_store_has_answered) {
  Batches batches(sessions, mailbox, limits);
  auto go_on = HoldAnswers();
  auto handler = Begin(batches);
  Request(*handler);
  handler->OnCancelled();
  handler->OnRead(nullptr);
  BOOST_TEST(!stream.notes().finished);
  go_on.set_value();
  stream.Await([](const auto& n) { return n.finished; });
  handler.reset();
  BOOST_TEST(stream.notes().written.empty());
}

BOOST_AUTO_TEST_CASE(the_end_of_the_requests_waits_for_the_answers) {
  Batches batches(sessions, mailbox, limits);
  auto go_on = HoldAnswers();
  const auto handler = Begin(batches);
  Request(*handler);
  handler->OnRead(nullptr);
  BOOST_TEST(!stream.notes().finished);
  go_on.set_value();
  stream.AwaitWritten(1);
  BOOST_TEST(!stream.notes().finished);
  handler->OnWritten();
  BOOST_TEST(stream.notes().finished);
}

BOOST_AUTO_TEST_CASE(what_came_is_answered_before_a_stop_ends_the_call) {
  limits.patience = std::chrono::hours(1);
  Batches batches(sessions, mailbox, limits);
  auto go_on = HoldAnswers();
  const auto handler = Begin(batches);
  Request(*handler);
  batches.Stop();
  Request(*handler);  // too late
  go_on.set_value();
  stream.AwaitWritten(1);
  handler->OnWritten();
  BOOST_TEST((stream.notes().failed == ErrorCode::kUnavailable));
  BOOST_TEST(stream.notes().written.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_stop_breaks_off_who_does_not_read) {
  Batches batches(sessions, mailbox, limits);
  const auto handler = Begin(batches);
  Request(*handler);
  stream.AwaitWritten(1);
  batches.Stop();
  stream.Await([](const auto& n) { return n.cancelled; });
  handler->OnCancelled();
  BOOST_TEST((stream.notes().failed == ErrorCode::kUnavailable));
}

BOOST_AUTO_TEST_CASE(a_call_after_the_stop_ends_at_once) {
  Batches batches(sessions, mailbox, limits);
  batches.Stop();
  const auto handler = Begin(batches);
  BOOST_TEST((stream.notes().failed == ErrorCode::kUnavailable));
  BOOST_TEST(stream.notes().reads == 0);
}

BOOST_AUTO_TEST_CASE(a_token_that_ends_stops_the_call_after_the_answers) {
  limits.pulse = {};
  Batches batches(sessions, mailbox, limits);
  const auto handler = Begin(batches);
  Request(*handler);
  stream.AwaitWritten(1);
  mail::Await<mail::Nothing>(
      [&](auto done) { store.EndSession(caller.token_hash, std::move(done)); });
  Request(*handler);
  BOOST_TEST(!stream.notes().failed);
  handler->OnWritten();
  BOOST_TEST((stream.notes().failed == ErrorCode::kNotLoggedIn));
  BOOST_TEST(stream.notes().written.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_that_sends_nothing_ends) {
  limits.pulse = limits.idle = std::chrono::milliseconds(20);
  Batches batches(sessions, mailbox, limits);
  const auto handler = Begin(batches);
  stream.Await([](const auto& n) { return n.failed.has_value(); });
  BOOST_TEST((stream.notes().failed == ErrorCode::kUnavailable));
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_the_store_is_not_idle) {
  limits.pulse = limits.idle = std::chrono::milliseconds(20);
  Batches batches(sessions, mailbox, limits);
  auto go_on = HoldAnswers();
  const auto handler = Begin(batches);
  Request(*handler);
  std::this_thread::sleep_for(5 * limits.idle);
  BOOST_TEST(!stream.notes().failed);
  go_on.set_value();
  stream.AwaitWritten(1);
  handler->OnWritten();
  stream.Await([](const auto& n) { return n.failed.has_value(); });
}

BOOST_AUTO_TEST_CASE(a_call_whose_answers_nobody_reads_is_broken_off) {
  limits.pulse = limits.idle = std::chrono::milliseconds(20);
  Batches batches(sessions, mailbox, limits);
  const auto handler = Begin(batches);
  Request(*handler);
  stream.AwaitWritten(1);
  stream.Await([](const auto& n) { return n.cancelled; });
  handler->OnCancelled();
  stream.Await([](const auto& n) { return n.finished; });
}

BOOST_AUTO_TEST_CASE(a_token_that_ends_stops_a_call_that_sends_nothing) {
  limits.pulse = std::chrono::milliseconds(20);
  limits.idle = std::chrono::hours(1);
  Batches batches(sessions, mailbox, limits);
  const auto handler = Begin(batches);
  mail::Await<mail::Nothing>(
      [&](auto done) { store.EndSession(caller.token_hash, std::move(done)); });
  stream.Await([](const auto& n) { return n.failed.has_value(); });
  BOOST_TEST((stream.notes().failed == ErrorCode::kNotLoggedIn));
}

BOOST_AUTO_TEST_CASE(a_request_that_can_not_be_read_fails_alone) {
  Batches batches(sessions, mailbox, limits);
  const auto handler = Begin(batches);
  const grpc::Slice slice("\x12\x02\xff\xff");  // a subject that is not UTF-8
  grpc::ByteBuffer bytes(&slice, 1);
  ++given;
  handler->OnRead(&bytes);
  stream.AwaitWritten(1);
  BOOST_TEST(stream.notes().written[0].has_error());
  handler->OnWritten();
  Request(*handler);
  stream.AwaitWritten(2);
  BOOST_TEST(stream.notes().written[1].sent().id() == 1);
  handler->OnWritten();
  handler->OnRead(nullptr);
  BOOST_TEST(stream.notes().finished);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
