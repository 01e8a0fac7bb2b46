// Mail.SendMany and SendBatches alone, with a stream of the test's own and a
// store that answers when the test says so.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/service/batches.h"
#include "tmserver/service/bytes.h"
#include "tmserver/store/memory_store.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::service {
namespace {

namespace v1 = turbomessage::v1;
using mail::ErrorCode;

// Notes what is asked of it.
class NotingStream final : public Stream {
 public:
  struct Notes {
    int reads = 0;
    int writes = 0;
    std::vector<v1::SendManyResponse> written;
    bool cancelled = false;
    bool finished = false;
    std::optional<ErrorCode> failed = std::nullopt;
  };

  void Read() override {
    Note([](Notes& n) { ++n.reads; });
  }
  void Write(const google::protobuf::MessageLite& message, Next) override {
    Note([&](Notes& n) {
      const auto* several =
          dynamic_cast<const v1::SendBatchesResponse*>(&message);
      ++n.writes;
      if (several == nullptr) {
        n.written.push_back(static_cast<const v1::SendManyResponse&>(message));
      } else {
        n.written.insert(n.written.end(), several->answers().begin(),
                         several->answers().end());
      }
    });
  }
  void Cancel() override {
    Note([](Notes& n) { n.cancelled = true; });
  }
  void Finish(const grpc::Status&) override {
    Note([](Notes& n) { n.finished = true; });
  }
  void Fail(const mail::Error& error) override {
    Note([&](Notes& n) { n.failed = error.code; });
  }

  Notes notes() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  // The test fails where it doesn't become so.
  void Await(const std::function<bool(const Notes&)>& so) {
    std::unique_lock lock(mutex_);
    BOOST_REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20),
                                    [&] { return so(notes_); }));
  }
  void AwaitWritten(size_t count) {
    Await([=](const Notes& n) { return n.written.size() == count; });
  }

 private:
  template <class Change>
  void Note(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change(notes_);
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Notes notes_;
};

struct Alone {
  Alone() {
    const auto id = mail::Await<mail::UserId>([&](auto done) {
      store.CreateAccount({"ana", "", mail::HashToken("token"), clock.Now()},
                          std::move(done));
    });
    BOOST_REQUIRE(id.has_value());
    caller = sessions.Authenticate("token").value();
  }

  std::unique_ptr<StreamHandler> Begin(Batches& batches,
                                       Framing framing = Framing::kOne) {
    auto handler = batches.Open(stream, caller, framing);
    handler->OnStart();
    return handler;
  }

  // Once the call has asked for it.
  void Request(StreamHandler& handler, size_t body = 0) {
    stream.Await([n = ++given](const auto& notes) { return notes.reads >= n; });
    v1::SendRequest request;
    request.add_to("ana");
    request.set_body(std::string(body, 'x'));
    auto bytes = Serialize(request).value();
    handler.OnRead(&bytes);
  }

  // `count` of them in one message.
  void Requests(StreamHandler& handler, int count) {
    stream.Await([n = ++given](const auto& notes) { return notes.reads >= n; });
    v1::SendBatchesRequest requests;
    for (int i = 0; i < count; ++i) requests.add_requests()->add_to("ana");
    auto bytes = Serialize(requests).value();
    handler.OnRead(&bytes);
  }

  // Messages of so many requests are read, but for each that comes too soon
  // after 50 ms.
  void CheckPace(const std::vector<int>& messages, int too_soon) {
    mail::Sessions slow(store, clock,
                        {.account_rate = {std::chrono::milliseconds(50), 2}});
    Batches batches(slow, mailbox, limits);
    const auto begun = std::chrono::steady_clock::now();
    const auto handler = Begin(batches, Framing::kSeveral);
    for (const int count : messages) Requests(*handler, count);
    const int reads = static_cast<int>(messages.size()) + 1;
    stream.Await([=](const auto& n) { return n.reads == reads; });
    BOOST_TEST((std::chrono::steady_clock::now() - begun >=
                too_soon * std::chrono::milliseconds(50)));
    handler->OnCancelled();
  }

  // From now on the store answers nothing until the result is set.
  std::promise<void> HoldAnswers() {
    std::promise<void> go_on;
    store.Expire(
        clock.Now(), 0,
        [held = go_on.get_future().share()](const auto&) { held.wait(); });
    return go_on;
  }

  mail::FakeClock clock;
  NotingStream stream;
  store::MemoryStore store;
  mail::Sessions sessions{store, clock, {}};
  mail::Mailbox mailbox{store, clock, {0, 1 << 20}};
  mail::Caller caller;
  int given = 0;
  BatchLimits limits{4, 1000, std::chrono::hours(1), {}, std::chrono::hours(1)};
};

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

BOOST_AUTO_TEST_CASE(large_requests_wait_for_the_store) {
  Batches batches(sessions, mailbox, limits);
  auto go_on = HoldAnswers();
  const auto handler = Begin(batches);
  Request(*handler, 600);
  BOOST_TEST(stream.notes().reads == 2);
  Request(*handler, 600);
  BOOST_TEST(stream.notes().reads == 2);
  go_on.set_value();
  stream.Await([](const auto& n) { return n.reads == 3; });
  stream.AwaitWritten(1);
  handler->OnWritten();
  stream.AwaitWritten(2);
  handler->OnCancelled();
}

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
