#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "tests/tmserver/server_testing.h"
#include "tmserver/service/call_queue.h"

namespace turbo::service {
namespace {

using server::Client;
using server::TestOptions;
using server::TestServer;

// After which a call beside another is forgotten, and more.
constexpr std::chrono::milliseconds kQuiet{150};
constexpr std::chrono::seconds kPatience{30};

server::Options Roomy() {
  server::Options options = TestOptions();
  options.mail.tray_capacity = 0;
  return options;
}

// Stalls once, under the first call that waits for it after Stall.
class Disk {
 public:
  // What the store asks before a write.
  bool MayWait() {
    may_wait_ = CallQueue::MayWait();
    if (may_wait_ && stalls_.exchange(false)) {
      stalled_.set_value();
      released_.get_future().wait();
      return true;
    }
    return may_wait_;
  }
  bool last_might_wait() const { return may_wait_; }

  void Stall() { stalls_ = true; }
  bool will_stall() const { return stalls_; }
  bool AwaitStall() {
    return stalled_.get_future().wait_for(kPatience) ==
           std::future_status::ready;
  }
  void Release() { released_.set_value(); }

 private:
  std::atomic<bool> may_wait_ = false;
  std::atomic<bool> stalls_ = false;
  std::promise<void> stalled_;
  std::promise<void> released_;
};

struct Fixture {
  Disk disk;
  TestServer server{Roomy(), [this] { return disk.MayWait(); }};
  Client ana{server, "ana"};
  Client beto{server, "beto"};

  // Sends until one has met the stall, since the end of the call before may
  // come late. Whether all succeeded.
  std::future<bool> SendIntoStall() {
    disk.Stall();
    auto all_sent = std::async(std::launch::async, [this] {
      bool sent = ana.Send({"beto"}).ok();
      while (sent && disk.will_stall()) {
        std::this_thread::sleep_for(kQuiet);
        sent = ana.Send({"beto"}).ok();
      }
      return sent;
    });
    BOOST_REQUIRE(disk.AwaitStall());
    return all_sent;
  }
};

BOOST_FIXTURE_TEST_SUITE(call_queue, Fixture)

BOOST_AUTO_TEST_CASE(others_are_served_while_a_call_waits_for_long) {
  auto sent = SendIntoStall();
  BOOST_TEST(beto.WhoAmI().ok());
  BOOST_TEST(beto.Send({"ana"}).ok());
  disk.Release();
  BOOST_TEST(sent.get());
  BOOST_TEST(ana.Send({"beto"}).ok());
}

BOOST_AUTO_TEST_CASE(a_call_beside_another_does_not_wait) {
  auto sent = SendIntoStall();
  BOOST_TEST(disk.last_might_wait());
  BOOST_TEST(ana.Send({"beto"}).ok());  // by the same connection and queue
  BOOST_TEST(!disk.last_might_wait());
  disk.Release();
  BOOST_TEST(sent.get());
}

BOOST_AUTO_TEST_CASE(only_a_handler_may_wait) {
  BOOST_TEST(!CallQueue::MayWait());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
