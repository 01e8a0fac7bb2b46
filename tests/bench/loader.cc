// loader STORE_URL TOKENS [--users N] [--messages N] [--big-tray N]: fills a
// new store through the server's own code, and writes a line with name and
// token of each user, who is logged in, for load.
#include <sys/stat.h>
#include <sysexits.h>

#include <cxxopts.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/window.h"
#include "tmserver/mail/clock.h"
#include "tmserver/mail/password.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/store/open.h"

namespace {

namespace mail = turbo::mail;
using turbo::bench::Window;

constexpr size_t kAtOnce = 4096;
constexpr char kPassword[] = "correct horse";

struct Sizes {
  size_t users;
  size_t messages;
  size_t big_tray;  // those of the messages that the first user gets
  size_t body;
};

// All of one length: none is the beginning of another.
std::string NameOf(size_t user) {
  const std::string number = std::to_string(user);
  return "u" + std::string(number.size() < 6 ? 6 - number.size() : 0, '0') +
         number;
}

// All have the same password, since a hash takes 20 ms.
std::string HashOfPassword() {
  std::promise<mail::Result<std::string>> hash;
  mail::PasswordHasher().Hash(
      kPassword, [&](auto result) { hash.set_value(std::move(result)); });
  return hash.get_future().get().value();
}

// Answers the keys of the users.
std::vector<mail::UserId> AddUsers(mail::Store& store, const Sizes& sizes,
                                   std::ostream& tokens) {
  const std::string hash = HashOfPassword();
  const mail::Time now = mail::SystemClock().Now();
  std::vector<mail::UserId> ids(sizes.users);
  Window window(kAtOnce);
  for (size_t i = 0; i < sizes.users; ++i) {
    const std::string token = mail::NewToken();
    tokens << NameOf(i) << ' ' << token << '\n';
    store.CreateAccount({NameOf(i), hash, mail::HashToken(token), now},
                        window.Enter<mail::UserId>(
                            [&id = ids[i]](mail::UserId made) { id = made; }));
  }
  window.Drain();
  return ids;
}

// To each user in turn, from anybody; the big tray's in between.
void AddMessages(mail::Store& store, const std::vector<mail::UserId>& ids,
                 const Sizes& sizes) {
  const mail::SystemClock clock;
  const std::string body(sizes.body, 'x');
  std::mt19937_64 random(1);
  std::uniform_int_distribution<size_t> anybody(0, ids.size() - 1);
  Window window(kAtOnce);
  size_t others = 0;
  size_t big = 0;
  for (size_t i = 0; i < sizes.messages; ++i) {
    const bool to_big = big * sizes.messages < i * sizes.big_tray;
    const size_t to = to_big ? 0 : others++ % ids.size();
    big += to_big ? 1 : 0;
    const size_t from = anybody(random);
    mail::Delivery op;
    op.sender = ids[from];
    op.from = NameOf(from);
    op.draft.to = {NameOf(to)};
    op.draft.subject = "message " + std::to_string(i + 1);
    op.draft.body = body;
    op.now = clock.Now();
    store.Deliver(std::move(op), window.Enter<mail::Sent>([](const auto&) {}));
  }
  window.Drain();
}

void Fill(const std::string& url, const std::string& tokens,
          const Sizes& sizes) {
  umask(S_IRWXG | S_IRWXO);
  const auto store = turbo::store::Open(url, [](const std::string& what) {
    std::cerr << "loader: the store has a fault: " << what << '\n';
    std::_Exit(EX_IOERR);
  });
  std::ofstream file(tokens, std::ios::trunc);
  const auto ids = AddUsers(*store, sizes, file);
  if (!file.flush()) throw std::runtime_error("can't write " + tokens);
  AddMessages(*store, ids, sizes);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    cxxopts::Options parser("loader", "Fills a new store.");
    parser.add_options()                                     //
        ("store", "its URL", cxxopts::value<std::string>())  //
        ("tokens", "file for the users and their tokens",
         cxxopts::value<std::string>())                                  //
        ("users", "", cxxopts::value<size_t>()->default_value("10000"))  //
        ("messages", "to each user in turn",
         cxxopts::value<size_t>()->default_value("0"))  //
        ("big-tray", "of them to the first user",
         cxxopts::value<size_t>()->default_value("0"))  //
        ("body", "bytes in each",
         cxxopts::value<size_t>()->default_value("200"))  //
        ("help", "this");
    parser.parse_positional({"store", "tokens"});
    parser.positional_help("STORE_URL TOKENS");
    const auto options = parser.parse(argc, argv);
    if (options.count("store") == 0 || options.count("tokens") == 0) {
      (options.count("help") > 0 ? std::cout : std::cerr) << parser.help();
      return options.count("help") > 0 ? EX_OK : EX_USAGE;
    }
    Fill(options["store"].as<std::string>(),
         options["tokens"].as<std::string>(),
         {options["users"].as<size_t>(), options["messages"].as<size_t>(),
          options["big-tray"].as<size_t>(), options["body"].as<size_t>()});
  } catch (const std::exception& e) {
    std::cerr << "loader: " << e.what() << '\n';
    return EX_UNAVAILABLE;
  }
  return EX_OK;
}
