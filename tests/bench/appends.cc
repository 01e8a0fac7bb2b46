// appends FILE SECONDS [PAUSE]: 4 KiB at the end of a new file and a sync,
// again and again: what durability costs on this disk; with PAUSE, in
// microseconds, asleep before each: what it costs who comes alone. Prints one
// JSON object.
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <iostream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "tests/bench/histogram.h"

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void Measure(const std::string& path, double seconds,
             std::chrono::microseconds pause) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                        S_IRUSR | S_IWUSR);
  if (file < 0) Fail("can't make " + path);
  const std::string block(4096, 'x');
  turbo::bench::Histogram latencies;
  const auto begun = Clock::now();
  const auto end = begun + std::chrono::duration<double>(seconds);
  auto now = begun;
  while (now < end) {
    if (pause.count() > 0) {
      std::this_thread::sleep_for(pause);
      now = Clock::now();
    }
    if (write(file, block.data(), block.size()) !=
            static_cast<ssize_t>(block.size()) ||
        fdatasync(file) != 0) {
      Fail("can't write " + path);
    }
    const auto before = std::exchange(now, Clock::now());
    latencies.Add(now - before);
  }
  close(file);
  std::cout << turbo::bench::ReportOf(
                   latencies,
                   std::chrono::duration<double>(now - begun).count())
            << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::cerr << "usage: appends FILE SECONDS [PAUSE]\n";
    return EX_USAGE;
  }
  try {
    Measure(argv[1], std::stod(argv[2]),
            std::chrono::microseconds(argc == 4 ? std::stol(argv[3]) : 0));
  } catch (const std::exception& e) {
    std::cerr << "appends: " << e.what() << '\n';
    return EX_IOERR;
  }
  return EX_OK;
}
