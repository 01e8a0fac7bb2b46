// A mailbox over the store in memory, with users.
#ifndef TESTS_TMSERVER_MAIL_MAILBOX_TESTING_H_
#define TESTS_TMSERVER_MAIL_MAILBOX_TESTING_H_

#include <string>
#include <utility>
#include <vector>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/mailbox.h"
#include "tmserver/store/memory_store.h"

namespace turbo::mail {

using Names = std::vector<std::string>;
using Ids = std::vector<MessageId>;

// A mailbox and the users ana, beto and caro.
struct Mail {
  Mail() : ana(Add("ana")), beto(Add("beto")), caro(Add("caro")) {}

  Caller Add(const std::string& user) {
    const auto id = Await<UserId>([&](auto done) {
      store.CreateAccount({user, "hash", user, clock.Now()}, std::move(done));
    });
    return {id.value(), user, user, {}};
  }

  static Draft To(Names names) {
    Draft draft;
    draft.to = std::move(names);
    draft.subject = "subject";
    draft.body = "body";
    return draft;
  }

  Result<Sent> SendBy(Mailbox& by, Draft draft, SendOptions options = {}) {
    return Await<Sent>([&](auto done) {
      by.Send(ana, std::move(draft), std::move(options), std::move(done));
    });
  }
  Result<Sent> Send(Draft draft, SendOptions options = {}) {
    return SendBy(mailbox, std::move(draft), std::move(options));
  }
  // Under a request id.
  Result<Sent> SendAs(const std::string& id, Draft draft, bool once = false) {
    return Send(std::move(draft), {id, once, false});
  }
  ErrorCode Refusal(Draft draft) { return CodeOf(Send(std::move(draft))); }

  Result<Changed> Mark(const Caller& caller, Ids ids) {
    return Await<Changed>([&](auto done) {
      mailbox.Mark(caller, std::move(ids), true, std::move(done));
    });
  }
  // From either tray.
  Result<Message> Get(const Caller& caller, MessageId id) {
    return mailbox.Get(caller, std::nullopt, id, "");
  }
  Result<Changed> Remove(const Caller& caller, Box box, Ids ids) {
    return Await<Changed>([&](auto done) {
      mailbox.Remove(caller, box, std::move(ids), std::move(done));
    });
  }

  FakeClock clock;
  store::MemoryStore store;
  Mailbox mailbox{store, clock, {}};
  Caller ana, beto, caro;
};

template <class T>
void CheckSame(const std::vector<T>& actual, const std::vector<T>& expected) {
  BOOST_TEST(actual == expected, boost::test_tools::per_element());
}

}  // namespace turbo::mail

#endif  // TESTS_TMSERVER_MAIL_MAILBOX_TESTING_H_
