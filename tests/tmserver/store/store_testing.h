// Stores for tests, and short ways to ask them.
#ifndef TESTS_TMSERVER_STORE_STORE_TESTING_H_
#define TESTS_TMSERVER_STORE_STORE_TESTING_H_

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/temp_dir.h"
#include "tmserver/mail/store.h"
#include "tmserver/store/open.h"

namespace turbo::store {

inline mail::Time At(int64_t milliseconds) {
  return mail::Time(mail::Duration(milliseconds));
}

// Starts a write by `start(done)`; its answer comes as a future.
template <class T, class Start>
std::future<mail::Result<T>> Begin(Start start) {
  auto answer = std::make_shared<std::promise<mail::Result<T>>>();
  auto future = answer->get_future();
  start([answer](mail::Result<T> result) {
    answer->set_value(std::move(result));
  });
  return future;
}

// What a store is asked in tests, each write waited for.
class Desk {
 public:
  explicit Desk(mail::Store& store) : store_(store) {}

  // Also the password's hash is `user`'s name, and the token's.
  mail::Result<mail::UserId> Register(const std::string& user, int64_t at = 1) {
    return Await<mail::UserId>([&](auto done) {
      store_.CreateAccount({user, user, user, At(at)}, std::move(done));
    });
  }
  mail::UserId Add(const std::string& user) { return Register(user).value(); }

  mail::Result<mail::UserId> Create(mail::NewAccount op) {
    return Await<mail::UserId>([&](auto done) {
      store_.CreateAccount(std::move(op), std::move(done));
    });
  }
  mail::Result<mail::Account> Change(mail::AccountChange op) {
    return Await<mail::Account>([&](auto done) {
      store_.ChangeAccount(std::move(op), std::move(done));
    });
  }
  mail::Result<mail::Nothing> Delete(const std::string& user,
                                     bool free_name = false) {
    return Await<mail::Nothing>([&](auto done) {
      store_.DeleteAccount({user, free_name, At(1)}, std::move(done));
    });
  }
  mail::Result<mail::Ended> EndAll(const std::string& user, bool tokens) {
    return Await<mail::Ended>(
        [&](auto done) { store_.EndSessions(user, tokens, std::move(done)); });
  }
  mail::Result<mail::Invite> Invite(mail::NewInvite op) {
    return Await<mail::Invite>([&](auto done) {
      store_.CreateInvite(std::move(op), std::move(done));
    });
  }
  mail::Result<mail::Invite> RevokeInvite(int64_t id, int64_t at) {
    return Await<mail::Invite>(
        [&](auto done) { store_.RevokeInvite(id, At(at), std::move(done)); });
  }
  mail::Result<mail::Nothing> Open(mail::NewSession op) {
    return Await<mail::Nothing>(
        [&](auto done) { store_.OpenSession(std::move(op), std::move(done)); });
  }
  mail::Result<mail::Nothing> Renew(const std::string& token, int64_t at) {
    return Await<mail::Nothing>([&](auto done) {
      store_.RenewSession(token, At(at), std::move(done));
    });
  }
  mail::Result<mail::Nothing> End(const std::string& token) {
    return Await<mail::Nothing>(
        [&](auto done) { store_.EndSession(token, std::move(done)); });
  }
  mail::Result<mail::Nothing> ChangePassword(mail::PasswordChange op) {
    return Await<mail::Nothing>([&](auto done) {
      store_.ChangePassword(std::move(op), std::move(done));
    });
  }
  mail::Result<mail::AccessToken> Make(mail::NewAccessToken op) {
    return Await<mail::AccessToken>([&](auto done) {
      store_.CreateAccessToken(std::move(op), std::move(done));
    });
  }
  mail::Result<mail::AccessToken> Rotate(mail::TokenRotation op) {
    return Await<mail::AccessToken>([&](auto done) {
      store_.RotateAccessToken(std::move(op), std::move(done));
    });
  }
  mail::Result<mail::AccessToken> Revoke(mail::UserId user,
                                         const std::string& name) {
    return Await<mail::AccessToken>([&](auto done) {
      store_.RevokeAccessToken(user, name, std::move(done));
    });
  }
  mail::Result<mail::Nothing> Use(const std::string& secret, int64_t at) {
    return Await<mail::Nothing>([&](auto done) {
      store_.UseAccessToken(secret, At(at), std::move(done));
    });
  }
  mail::Result<mail::Sent> Send(mail::Delivery op) {
    return Await<mail::Sent>(
        [&](auto done) { store_.Deliver(std::move(op), std::move(done)); });
  }
  mail::Result<mail::Changed> Mark(mail::MarkRead op) {
    return Await<mail::Changed>(
        [&](auto done) { store_.Mark(std::move(op), std::move(done)); });
  }
  mail::Result<mail::Changed> Remove(mail::UserId user, mail::Box box,
                                     std::vector<mail::MessageId> ids,
                                     int64_t at = 1) {
    return Await<mail::Changed>([&](auto done) {
      store_.Remove({user, box, std::move(ids), At(at)}, std::move(done));
    });
  }
  int64_t Count(mail::UserId user, mail::Box box,
                const mail::Filter& filter = {}, int64_t at = 1) {
    mail::CountQuery query{user, box, At(at), filter};
    int64_t count = 0;
    do {
      const mail::Counted part = store_.Count(query).value();
      count += part.count;
      query.position = part.next;
    } while (query.position);
    return count;
  }
  std::optional<mail::Message> Get(mail::UserId user, mail::Box box,
                                   mail::MessageId id, int64_t at = 1,
                                   const std::string& attachment = "") {
    return store_.Get({user, box, At(at), id, attachment}).value();
  }
  mail::Result<size_t> Purge(size_t limit = 1000) {
    return Await<size_t>(
        [&](auto done) { store_.Purge(limit, std::move(done)); });
  }
  mail::Result<size_t> Expire(int64_t at, size_t limit = 1000) {
    return Await<size_t>(
        [&](auto done) { store_.Expire(At(at), limit, std::move(done)); });
  }
  mail::Result<size_t> Forget(int64_t requests, int64_t entries,
                              size_t limit = 1000) {
    return Await<size_t>([&](auto done) {
      store_.Forget(At(requests), At(entries), limit, std::move(done));
    });
  }

 private:
  template <class T, class Start>
  mail::Result<T> Await(Start start) {
    return Begin<T>(start).get();
  }

  mail::Store& store_;
};

// Fails the test where a store says that it can't go on.
inline void NoFault(const std::string& reason) {
  throw std::logic_error("the store has a fault: " + reason);
}

}  // namespace turbo::store

#endif  // TESTS_TMSERVER_STORE_STORE_TESTING_H_
