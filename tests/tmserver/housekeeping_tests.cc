#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include "tmserver/housekeeping.h"
#include "tmserver/store/open.h"

namespace turbo::server {
namespace {

using std::chrono::days;

class LaterClock final : public mail::Clock {
 public:
  explicit LaterClock(days later) : later_(later) {}
  mail::Time Now() const override { return mail::SystemClock().Now() + later_; }

 private:
  const days later_;
};

struct Fixture {
  // Answers what the write answered.
  template <class T, class Write>
  mail::Result<T> Await(Write write) {
    std::promise<mail::Result<T>> answer;
    write([&](mail::Result<T> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  Fixture() {
    const mail::Time now = mail::SystemClock().Now();
    user = *Await<mail::UserId>([&](auto done) {
      store->CreateAccount({"ana", "hash", "token", now}, std::move(done));
    });
    mail::Delivery delivery;
    delivery.sender = user;
    delivery.from = "ana";
    delivery.draft.to = {"ana"};
    delivery.request_id = "key";
    delivery.now = now;
    Await<mail::Sent>(
        [&](auto done) { store->Deliver(delivery, std::move(done)); });
    Await<mail::Changed>([&](auto done) {
      store->Remove({user, mail::Box::kInbox, {1}, now}, std::move(done));
    });
    Await<mail::Changed>([&](auto done) {
      store->Remove({user, mail::Box::kOutbox, {1}, now}, std::move(done));
    });
  }

  bool RemembersRequest() {
    return store->FindRequest({user, "key", "", true})->has_value();
  }
  bool RemembersSend() { return !store->ReadRegister(0, 10)->empty(); }

  // Whether it holds within some seconds.
  template <class Condition>
  bool Soon(Condition condition) {
    for (int i = 0; i < 1000 && !condition(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
  }

  std::unique_ptr<mail::Store> store =
      store::Open("memory:", [](const std::string&) {});
  mail::UserId user = 0;
};

BOOST_FIXTURE_TEST_SUITE(housekeeping, Fixture)

BOOST_AUTO_TEST_CASE(a_request_id_is_forgotten_before_its_send) {
  const LaterClock clock(days(8));
  const Housekeeping housekeeping(*store, clock, days(365));
  BOOST_TEST(Soon([&] { return !RemembersRequest(); }));
  BOOST_TEST(RemembersSend());
}

BOOST_AUTO_TEST_CASE(the_register_is_kept_as_long_as_asked_for) {
  const LaterClock clock(days(366));
  const Housekeeping housekeeping(*store, clock, days(365));
  BOOST_TEST(Soon([&] { return !RemembersSend(); }));
}

BOOST_AUTO_TEST_CASE(what_is_young_stays) {
  const mail::SystemClock clock;
  { const Housekeeping housekeeping(*store, clock, days(0)); }
  const LaterClock later(days(6));
  { const Housekeeping housekeeping(*store, later, days(0)); }
  BOOST_TEST(RemembersRequest());
  BOOST_TEST(RemembersSend());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::server
