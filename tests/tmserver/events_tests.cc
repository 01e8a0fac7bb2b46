#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "tmserver/events.h"

namespace turbo::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The exit status of a process of its own, in which signals may be sent.
int ExitOf(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int Sleep() {
  std::this_thread::sleep_for(seconds(20));
  return 1;
}

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(signals_are_told_apart) {
  const int status = ExitOf([] {
    Events events;
    for (const int signal : {SIGTERM, SIGINT}) {
      kill(getpid(), signal);
      const Events::Event event = events.Wait();
      if (event.kind != Events::Kind::kStop || event.signal != signal) return 1;
    }
    kill(getpid(), SIGHUP);
    return events.Wait().kind == Events::Kind::kReload ? 0 : 2;
  });
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(a_fault_comes_with_its_sentence) {
  const int status = ExitOf([] {
    Events events;
    std::thread([&] { events.Fault("the disk is gone"); }).detach();
    const Events::Event event = events.Wait();
    return event.kind == Events::Kind::kFault &&
                   event.what == "the disk is gone"
               ? 0
               : 1;
  });
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(a_pipe_nobody_reads_is_no_signal) {
  const int status = ExitOf([] {
    const Events events;
    int ends[2];
    if (pipe(ends) != 0) return 1;
    close(ends[0]);
    return write(ends[1], "x", 1) == -1 ? 0 : 2;
  });
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_that_takes_too_long_ends_the_process) {
  const int status = ExitOf([] {
    const Events events;
    const Watchdog watchdog(events, milliseconds(20), 70);
    return Sleep();
  });
  BOOST_TEST(status == 70);
}

BOOST_AUTO_TEST_CASE(another_signal_to_stop_ends_the_process) {
  const int status = ExitOf([] {
    const Events events;
    const Watchdog watchdog(events, seconds(20), 70);
    kill(getpid(), SIGTERM);
    return Sleep();
  });
  BOOST_TEST(status == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_stop_in_time_is_let_be) {
  const int status = ExitOf([] {
    const Events events;
    { const Watchdog watchdog(events, milliseconds(50), 70); }
    std::this_thread::sleep_for(milliseconds(150));
    return 0;
  });
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::server
