// What the load generator can ask a server for.
#ifndef TESTS_BENCH_WORKLOADS_H_
#define TESTS_BENCH_WORKLOADS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/closed_loop.h"

namespace turbo::bench {

struct User {
  std::string name;
  std::string token;           // of a login
  std::vector<int64_t> inbox;  // some of what is in it
};

// The first `limit` users of a file that `loader` wrote. Throws
// std::runtime_error.
std::vector<User> ReadUsers(const std::string& path, size_t limit);

// What every workload is made of; outlives it.
struct Material {
  std::vector<User> users;
  size_t body = 200;         // bytes in each message or value
  bool request_ids = false;  // sends have one
  bool anew = false;         // no list is asked for twice
};

// Fills User::inbox with a page of each one's tray.
void ListInboxes(const Load& load, Material& material);

// What `load` can do.
struct Mode {
  std::string_view name;
  std::string_view help;
  bool users;  // needs some
  bool mail;   // and mail in their inboxes
  // For so many slots.
  std::unique_ptr<Workload> (*make)(Material& material, size_t slots);
};
std::span<const Mode> MailModes();
Mode SeedMode();

}  // namespace turbo::bench

#endif  // TESTS_BENCH_WORKLOADS_H_
