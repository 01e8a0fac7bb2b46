#include "tests/bench/fill.h"

#include <sysexits.h>

#include <cstdlib>
#include <future>
#include <iostream>
#include <utility>

#include "tests/bench/window.h"
#include "tmserver/mail/clock.h"
#include "tmserver/mail/password.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/store/open.h"

namespace turbo::bench {
namespace {

constexpr size_t kAtOnce = 4096;
constexpr char kPassword[] = "correct horse";

// All have the same password, since a hash takes 20 ms.
std::string HashOfPassword() {
  std::promise<mail::Result<std::string>> hash;
  mail::PasswordHasher().Hash(
      kPassword, [&](auto result) { hash.set_value(std::move(result)); });
  return hash.get_future().get().value();
}

}  // namespace

std::unique_ptr<mail::Store> OpenToFill(const std::string& url) {
  return store::Open(url, [](const std::string& what) {
    std::cerr << "the store has a fault: " << what << '\n';
    std::_Exit(EX_IOERR);
  });
}

std::vector<mail::UserId> AddUsers(mail::Store& store, size_t users,
                                   std::ostream& tokens) {
  const std::string hash = HashOfPassword();
  const mail::Time now = mail::SystemClock().Now();
  std::vector<mail::UserId> ids(users);
  Window window(kAtOnce);
  for (size_t i = 0; i < users; ++i) {
    const std::string token = mail::NewToken();
    tokens << NameOf(i) << ' ' << token << '\n';
    auto done = window.Enter<mail::UserId>(
        [&id = ids[i]](mail::UserId made) { id = made; });
    store.CreateAccount({NameOf(i), hash, mail::HashToken(token), now},
                        std::move(done));
  }
  window.Drain();
  return ids;
}

// All of one length: none is the beginning of another.
std::string NameOf(size_t user) {
  const std::string number = std::to_string(user);
  return "u" + std::string(number.size() < 6 ? 6 - number.size() : 0, '0') +
         number;
}

mail::Delivery Between(const std::vector<mail::UserId>& users, size_t from,
                       size_t to, size_t body) {
  mail::Delivery op;
  op.sender = users[from];
  op.from = NameOf(from);
  op.draft.to = {NameOf(to)};
  op.draft.subject = "mail";
  op.draft.body = std::string(body, 'x');
  op.now = mail::SystemClock().Now();
  return op;
}

}  // namespace turbo::bench
