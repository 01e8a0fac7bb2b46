// Mail.Watch, through the server and alone with a stream of the test's own.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <mutex>
#include <thread>

#include "tests/tmserver/server_testing.h"
#include "tests/tmserver/service/lone_caller.h"
#include "tmserver/service/bytes.h"
#include "tmserver/service/watches.h"

namespace turbo::service {
namespace {

using server::Client;
using server::TestServer;
using server::Watching;
namespace v1 = turbomessage::v1;

server::Options Roomy() {
  server::Options options = server::TestOptions();
  options.mail.tray_capacity = 0;
  return options;
}

v1::WatchRequest FromOldest() {
  v1::WatchRequest request;
  request.set_cursor("");
  return request;
}

v1::WatchRequest AfterId(int64_t id) {
  v1::WatchRequest request;
  request.set_after_id(id);
  return request;
}

struct Fixture {
  TestServer server{Roomy()};
  Client ana{server, "ana"};
  Client beto{server, "beto"};
};

BOOST_FIXTURE_TEST_SUITE(watches, Fixture)

BOOST_AUTO_TEST_CASE(a_watch_without_a_start_begins_now) {
  BOOST_TEST(ana.Send({"beto"}, "before").ok());
  Watching watching(beto, {});
  BOOST_TEST(watching.NextId() == 0);
  BOOST_TEST(ana.Send({"beto"}, "after").ok());
  const auto next = watching.Next();
  BOOST_TEST_REQUIRE(next.has_value());
  BOOST_TEST(next->message().id() == 2);
  BOOST_TEST(next->message().body() == "body of after");
  BOOST_TEST(next->message().cursor() == beto.Get(2)->message().cursor());
}

BOOST_AUTO_TEST_CASE(what_is_there_comes_in_order_and_then_the_cursor) {
  for (int i = 0; i < 40; ++i) BOOST_TEST(ana.Send({"beto"}).ok());
  Watching all(beto, FromOldest());
  for (int64_t id = 1; id <= 40; ++id) BOOST_TEST(all.NextId() == id);
  const auto caught_up = all.Next();
  BOOST_TEST_REQUIRE(caught_up.has_value());
  BOOST_TEST(caught_up->message().id() == 0);
  BOOST_TEST(caught_up->cursor() == beto.Get(40)->message().cursor());
  BOOST_TEST(Watching(beto, AfterId(39)).NextId() == 40);
  v1::WatchRequest after;
  after.set_cursor(caught_up->cursor());
  BOOST_TEST(Watching(beto, after).NextId() == 0);
}

BOOST_AUTO_TEST_CASE(what_a_filter_leaves_out_moves_the_cursor) {
  v1::WatchRequest request = FromOldest();
  request.mutable_filter()->set_subject("wanted");
  BOOST_TEST(ana.Send({"beto"}, "wanted").ok());
  BOOST_TEST(ana.Send({"beto"}, "other").ok());
  Watching watching(beto, request);
  BOOST_TEST(watching.NextId() == 1);
  BOOST_TEST(watching.Next()->cursor() == beto.Get(2)->message().cursor());
  BOOST_TEST(ana.Send({"beto"}, "other").ok());
  BOOST_TEST(ana.Send({"beto"}, "wanted").ok());
  BOOST_TEST(watching.NextId() == 4);
}

BOOST_AUTO_TEST_CASE(a_sender_watches_the_outbox) {
  v1::WatchRequest request;
  request.set_box(v1::BOX_OUTBOX);
  Watching watching(ana, request);
  BOOST_TEST(watching.NextId() == 0);
  BOOST_TEST(ana.Send({"beto"}).ok());
  BOOST_TEST(watching.NextId() == 1);
}

BOOST_AUTO_TEST_CASE(a_start_that_is_none_is_refused) {
  BOOST_TEST(ana.Send({"beto"}).ok());
  BOOST_TEST(Watching(beto, AfterId(2)).FirstReason() == "CURSOR_INVALID");
  BOOST_TEST(Watching(beto, AfterId(-1)).FirstReason() == "CURSOR_INVALID");
  v1::WatchRequest foreign;
  foreign.set_cursor("?");
  BOOST_TEST(Watching(beto, foreign).FirstReason() == "CURSOR_INVALID");
  v1::ListRequest list;
  list.set_box(v1::BOX_INBOX);
  foreign.set_cursor(ana.List(list)->cursor());
  BOOST_TEST(Watching(beto, foreign).FirstReason() == "CURSOR_INVALID");
  v1::WatchRequest nowhere;
  nowhere.set_box(static_cast<v1::Box>(9));
  BOOST_TEST(Watching(beto, nowhere).FirstReason() == "INVALID_ARGUMENT");
}

BOOST_AUTO_TEST_CASE(nothing_is_missed_or_doubled_while_others_send) {
  constexpr int kEach = 200;
  std::vector<std::thread> senders;
  for (int i = 0; i < 3; ++i) {
    senders.emplace_back([this] {
      Client sender(server.Connect());
      sender.token = ana.token;
      for (int n = 0; n < kEach; ++n) sender.Send({"beto"});
    });
  }
  Watching watching(beto, FromOldest());
  for (int64_t wanted = 1; wanted <= 3 * kEach;) {
    const int64_t id = watching.NextId();
    if (id == 0) continue;
    BOOST_TEST_REQUIRE(id == wanted);
    ++wanted;
  }
  for (std::thread& sender : senders) sender.join();
}

// Also what comes before the next pulse.
BOOST_AUTO_TEST_CASE(who_holds_a_token_that_ended_is_sent_nothing_more) {
  Client thief(server.Connect());
  thief.token = beto.CreateToken("stolen", v1::SCOPE_READ)->secret();
  Watching stolen(thief, {});
  BOOST_TEST(stolen.NextId() == 0);
  BOOST_TEST(beto.RevokeToken("stolen").ok());
  BOOST_TEST(ana.Send({"beto"}, "secret").ok());
  BOOST_TEST(stolen.FirstReason() == "NOT_LOGGED_IN");

  Watching earlier(beto, {});
  BOOST_TEST(earlier.NextId() == 0);
  BOOST_TEST(beto.Login("beto").ok());
  BOOST_TEST(ana.Send({"beto"}, "another").ok());
  BOOST_TEST(earlier.FirstReason() == "NOT_LOGGED_IN");
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_lets_its_watchers_go) {
  Watching watching(beto, {});
  BOOST_TEST(watching.NextId() == 0);
  const auto begun = std::chrono::steady_clock::now();
  server.server.Drain(std::chrono::seconds(15));
  BOOST_TEST(watching.Reason() == "UNAVAILABLE");
  const auto spent = std::chrono::steady_clock::now() - begun;
  BOOST_TEST((spent < std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_SUITE_END()

// --- Alone ---

// What a watcher would get, read only when the test says so.
class FakeStream final : public Stream {
 public:
  void Read() override {}
  void Write(const google::protobuf::MessageLite& message, Next) override {
    has_written_ = true;
    written_.set_value(static_cast<const v1::WatchResponse&>(message));
  }
  void Cancel() override {
    if (!is_cancelled_.exchange(true)) cancelled_.set_value();
  }
  void Finish(const grpc::Status&) override {
    finished_.set_value(mail::ErrorCode::kInternal);
  }
  void Fail(const mail::Error& error) override {
    finished_.set_value(error.code);
  }

  // Each fails the test where it doesn't come.
  v1::WatchResponse Written() {
    auto next = written_.get_future();
    BOOST_REQUIRE(IsReady(next));
    written_ = {};
    return next.get();
  }
  bool HasWritten() const { return has_written_; }
  mail::ErrorCode Finished() {
    auto end = finished_.get_future();
    BOOST_REQUIRE(IsReady(end));
    return end.get();
  }
  void AwaitCancel() {
    auto cancelled = cancelled_.get_future();
    BOOST_REQUIRE(IsReady(cancelled));
  }

 private:
  template <class Future>
  static bool IsReady(Future& future) {
    return future.wait_for(std::chrono::seconds(20)) ==
           std::future_status::ready;
  }

  std::promise<v1::WatchResponse> written_;
  std::atomic<bool> has_written_ = false;
  std::atomic<bool> is_cancelled_ = false;
  std::promise<void> cancelled_;
  std::promise<mail::ErrorCode> finished_;
};

struct Alone : LoneCaller<FakeStream> {
  // A watch of the inbox from now on, whose first answer is on its way.
  std::unique_ptr<StreamHandler> Watch() { return WatchBy(watches); }
  std::unique_ptr<StreamHandler> WatchBy(Watches& server) {
    auto handler = server.Open(stream, caller);
    handler->OnStart();
    v1::WatchRequest request;
    request.set_box(v1::BOX_INBOX);
    auto bytes = Serialize(request).value();
    handler->OnRead(&bytes);
    return handler;
  }

  mail::Mailbox mailbox{store, clock, {}};
  WatchTimes times{std::chrono::milliseconds(20),
                   std::chrono::milliseconds(40)};
  Watches watches{sessions, mailbox, times};
};

BOOST_FIXTURE_TEST_SUITE(watches_alone, Alone)

BOOST_AUTO_TEST_CASE(an_idle_watcher_hears_its_cursor_again_and_again) {
  const auto handler = Watch();
  const std::string cursor = stream.Written().cursor();
  BOOST_TEST(!cursor.empty());
  for (int i = 0; i < 3; ++i) {
    handler->OnWritten();
    BOOST_TEST(stream.Written().cursor() == cursor);
  }
  handler->OnCancelled();
  stream.Finished();
}

BOOST_AUTO_TEST_CASE(a_watcher_whose_login_ends_is_told) {
  const auto handler = Watch();
  stream.Written();
  mail::Await<mail::Nothing>(
      [&](auto done) { store.EndSession(caller.token_hash, std::move(done)); });
  handler->OnWritten();
  BOOST_TEST((stream.Finished() == mail::ErrorCode::kNotLoggedIn));
}

BOOST_AUTO_TEST_CASE(a_watcher_that_does_not_read_is_cut_off) {
  const auto handler = Watch();
  stream.Written();
  stream.AwaitCancel();
  handler->OnCancelled();
  stream.Finished();
}

BOOST_AUTO_TEST_CASE(a_watch_that_never_says_what_it_wants_ends) {
  const auto handler = watches.Open(stream, caller);
  handler->OnStart();
  BOOST_TEST((stream.Finished() == mail::ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_watcher_waits_while_the_user_s_others_take_nothing) {
  mail::Sessions tight(store, clock, {.untaken = 1});
  Watches server(tight, mailbox,
                 {times.pulse, std::chrono::milliseconds(60'000)});
  mail::Draft draft;
  draft.to = {"ana"};
  draft.body = "x";
  mail::Await<mail::Sent>([&](auto done) {
    mailbox.Send(caller, draft, {}, std::move(done));
  }).value();
  const auto begin = [&](FakeStream& to) {
    auto handler = server.Open(to, caller);
    handler->OnStart();
    v1::WatchRequest request;
    request.set_box(v1::BOX_INBOX);
    request.set_after_id(0);
    auto bytes = Serialize(request).value();
    handler->OnRead(&bytes);
    return handler;
  };
  const auto first = begin(stream);
  BOOST_TEST(stream.Written().message().body() == "x");
  FakeStream other;
  const auto second = begin(other);
  std::this_thread::sleep_for(5 * times.pulse);
  BOOST_TEST(!other.HasWritten());
  first->OnWritten();
  BOOST_TEST(other.Written().message().body() == "x");
  first->OnCancelled();
  second->OnCancelled();
  other.Finished();
}

BOOST_AUTO_TEST_CASE(a_stop_waits_for_the_write_under_way) {
  Watches patient(sessions, mailbox, {});
  const auto handler = WatchBy(patient);
  stream.Written();
  patient.Stop();
  handler->OnWritten();
  BOOST_TEST((stream.Finished() == mail::ErrorCode::kUnavailable));
}

BOOST_AUTO_TEST_CASE(a_stop_cuts_off_who_does_not_read) {
  Watches patient(sessions, mailbox,
                  {times.pulse, std::chrono::milliseconds(60'000)});
  const auto handler = WatchBy(patient);
  stream.Written();
  patient.Stop();
  stream.AwaitCancel();
  handler->OnCancelled();
  stream.Finished();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
