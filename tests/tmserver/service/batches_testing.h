// What tests of batches alone share: a stream of the test's own, and a store
// that answers when the test says so.
#ifndef TESTS_TMSERVER_SERVICE_BATCHES_TESTING_H_
#define TESTS_TMSERVER_SERVICE_BATCHES_TESTING_H_

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tests/tmserver/service/lone_caller.h"
#include "tmserver/service/batches.h"
#include "tmserver/service/bytes.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::service {

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

struct Alone : LoneCaller<NotingStream> {
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

  mail::Mailbox mailbox{store, clock, {0, 1 << 20}};
  int given = 0;
  BatchLimits limits{4,
                     10'000,
                     std::chrono::hours(1),
                     {},
                     std::chrono::hours(1),
                     std::chrono::milliseconds(10)};
};

}  // namespace turbo::service

#endif  // TESTS_TMSERVER_SERVICE_BATCHES_TESTING_H_
