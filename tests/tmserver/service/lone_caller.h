// What tests of a stream's handler share: one user, logged in, a stream of the
// test's own, and a store.
#ifndef TESTS_TMSERVER_SERVICE_LONE_CALLER_H_
#define TESTS_TMSERVER_SERVICE_LONE_CALLER_H_

#include <boost/test/unit_test.hpp>
#include <utility>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/store/memory_store.h"

namespace turbo::service {

// It is ana. The store's last answers may still go to `stream`, which outlives
// it.
template <class TestStream>
struct LoneCaller {
  LoneCaller() {
    const auto id = mail::Await<mail::UserId>([&](auto done) {
      store.CreateAccount({"ana", "", mail::HashToken("token"), clock.Now()},
                          std::move(done));
    });
    BOOST_REQUIRE(id.has_value());
    caller = sessions.Authenticate("token").value();
  }

  mail::FakeClock clock;
  TestStream stream;
  store::MemoryStore store;
  mail::Sessions sessions{store, clock, {}};
  mail::Caller caller;
};

}  // namespace turbo::service

#endif  // TESTS_TMSERVER_SERVICE_LONE_CALLER_H_
