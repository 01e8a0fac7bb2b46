// What the load generator can ask a server for.
#ifndef TESTS_BENCH_WORKLOADS_H_
#define TESTS_BENCH_WORKLOADS_H_

#include <cstdint>
#include <memory>
#include <string>
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
};

// Fills User::inbox with a page of each one's tray.
void ListInboxes(const Load& load, Material& material);

// Workloads, each for so many slots.
std::unique_ptr<Workload> MakeSend(Material& material, size_t slots);
std::unique_ptr<Workload> MakeEach(Material& material, size_t slots);
std::unique_ptr<Workload> MakeList(Material& material, size_t slots);
std::unique_ptr<Workload> MakeRead(Material& material, size_t slots);
std::unique_ptr<Workload> MakeMixed(Material& material, size_t slots);
std::unique_ptr<Workload> MakeSeed(Material& material, size_t slots);
std::unique_ptr<Workload> MakePut(Material& material, size_t slots);

}  // namespace turbo::bench

#endif  // TESTS_BENCH_WORKLOADS_H_
