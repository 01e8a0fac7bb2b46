// loader STORE_URL TOKENS: fills a new store, and leaves a file with names and
// tokens of its users for `load`.
#include <sys/stat.h>
#include <sysexits.h>

#include <cxxopts.hpp>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/fill.h"
#include "tests/bench/window.h"

namespace {

namespace mail = turbo::mail;
using turbo::bench::Between;
using turbo::bench::Window;

constexpr size_t kAtOnce = 4096;

struct Sizes {
  size_t users;
  size_t messages;
  size_t big_tray;  // those of the messages that the first user gets
  size_t body;
};

// To each user in turn, from anybody; the big tray's in between, every fifth of
// them from its own user, so that there is something to filter by.
void AddMessages(mail::Store& store, const std::vector<mail::UserId>& users,
                 const Sizes& sizes) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<size_t> anybody(0, users.size() - 1);
  Window window(kAtOnce);
  size_t others = 0;
  size_t big = 0;
  for (size_t i = 0; i < sizes.messages; ++i) {
    const bool to_big = big * sizes.messages < i * sizes.big_tray;
    const size_t to = to_big ? 0 : others++ % users.size();
    const bool from_self = to_big && big++ % 5 == 0;
    const size_t from = from_self ? 0 : anybody(random);
    auto done = window.Enter<mail::Sent>([](const mail::Sent&) {});
    store.Deliver(Between(users, from, to, sizes.body), std::move(done));
  }
  window.Drain();
}

void Fill(const std::string& url, const std::string& tokens,
          const Sizes& sizes) {
  umask(S_IRWXG | S_IRWXO);
  const auto store = turbo::bench::OpenToFill(url);
  std::ofstream file(tokens, std::ios::trunc);
  const auto users = turbo::bench::AddUsers(*store, sizes.users, file);
  if (!file.flush()) throw std::runtime_error("can't write " + tokens);
  AddMessages(*store, users, sizes);
}

cxxopts::Options Parser() {
  cxxopts::Options parser("loader", "Fills a new store.");
  const auto number = [](const char* standard) {
    return cxxopts::value<size_t>()->default_value(standard);
  };
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = parser.add_options();
  add("store", "its URL", text());
  add("tokens", "file for the users and their tokens", text());
  add("users", "how many", number("10000"));
  add("messages", "to each user in turn", number("0"));
  add("big-tray", "of them to the first user", number("0"));
  add("body", "bytes in each", number("200"));
  add("help", "this");
  parser.parse_positional({"store", "tokens"});
  parser.positional_help("STORE_URL TOKENS");
  return parser;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    cxxopts::Options parser = Parser();
    const auto options = parser.parse(argc, argv);
    const bool help = options.count("help") > 0;
    if (options.count("store") == 0 || options.count("tokens") == 0) {
      (help ? std::cout : std::cerr) << parser.help();
      return help ? EX_OK : EX_USAGE;
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
