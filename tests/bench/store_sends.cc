// store_sends STORE_URL OUTSTANDING SECONDS [USERS]: sends through the store
// alone, as many at any time: what group commit does for them. They follow
// others that were not timed, so that a new store has what it put off to do, as
// one that runs. Prints one JSON object.
#include <sysexits.h>

#include <chrono>
#include <iostream>
#include <mutex>
#include <random>
#include <sstream>
#include <string>

#include "tests/bench/fill.h"
#include "tests/bench/histogram.h"
#include "tests/bench/window.h"

namespace {

using namespace turbo::bench;  // NOLINT: this is all of the program
namespace mail = turbo::mail;
using Clock = std::chrono::steady_clock;

constexpr size_t kBody = 200;
// More than wait before the first are written down (most_waiting,
// store/open.h).
constexpr size_t kBefore = 70'000;
constexpr size_t kAtOnce = 4096;

void Measure(const std::string& url, size_t outstanding, double seconds,
             size_t count) {
  const auto store = OpenToFill(url);
  std::ostringstream tokens;
  const auto users = AddUsers(*store, count, tokens);
  std::mt19937_64 random(1);
  std::uniform_int_distribution<size_t> anybody(0, users.size() - 1);
  const auto next = [&] {
    return Between(users, anybody(random), anybody(random), kBody);
  };
  Window before(kAtOnce);
  for (size_t i = 0; i < kBefore; ++i) {
    store->Deliver(next(), before.Enter<mail::Sent>([](const mail::Sent&) {}));
  }
  before.Drain();

  std::mutex mutex;
  Histogram latencies;
  Window window(outstanding);
  const auto begun = Clock::now();
  const auto end = begun + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    mail::Delivery op = next();
    auto done = window.Enter<mail::Sent>(
        [&mutex, &latencies, sent = Clock::now()](const mail::Sent&) {
          const std::lock_guard lock(mutex);
          latencies.Add(Clock::now() - sent);
        });
    store->Deliver(std::move(op), std::move(done));
  }
  window.Drain();
  nlohmann::ordered_json report{{"outstanding", outstanding}};
  report.update(ReportOf(
      latencies, std::chrono::duration<double>(Clock::now() - begun).count()));
  std::cout << report << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::cerr << "usage: store_sends STORE_URL OUTSTANDING SECONDS [USERS]\n";
    return EX_USAGE;
  }
  try {
    Measure(argv[1], std::stoul(argv[2]), std::stod(argv[3]),
            argc == 5 ? std::stoul(argv[4]) : 10000);
  } catch (const std::exception& e) {
    std::cerr << "store_sends: " << e.what() << '\n';
    return EX_UNAVAILABLE;
  }
  return EX_OK;
}
