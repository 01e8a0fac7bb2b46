#include "tmserver/events.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "tmserver/log.h"

namespace turbo::server {
namespace {

Descriptor Checked(int fd) {
  if (fd < 0) throw std::system_error(errno, std::generic_category());
  return Descriptor(fd);
}

sigset_t OurSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

Descriptor BlockSignals() {
  const sigset_t set = OurSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return Checked(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

Descriptor NewEvent() { return Checked(eventfd(0, EFD_CLOEXEC)); }

void Raise(const Descriptor& event) {
  const uint64_t one = 1;
  while (write(event.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
  }
}

// The signal that has come, or 0.
int TakeSignal(int fd) {
  signalfd_siginfo info = {};
  const ssize_t size = read(fd, &info, sizeof(info));
  return size == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
}

// Waits until one of both is readable; whether one is.
bool Poll(pollfd (&fds)[2], int timeout_ms) {
  int count = 0;
  do {
    count = poll(fds, 2, timeout_ms);
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

void Watch(int signals, int done, int patience_ms, int late) {
  while (true) {
    pollfd fds[2] = {{signals, POLLIN, 0}, {done, POLLIN, 0}};
    if (!Poll(fds, patience_ms)) {
      log::Write(log::Level::kError, "stop_too_slow");
      _exit(late);
    }
    if (fds[1].revents) return;
    const int signal = TakeSignal(signals);
    if (signal == SIGTERM || signal == SIGINT) _exit(128 + signal);
  }
}

}  // namespace

Events::Events() : signals_(BlockSignals()), faults_(NewEvent()) {}

Events::Event Events::Wait() {
  while (true) {
    pollfd fds[2] = {{signals_.get(), POLLIN, 0}, {faults_.get(), POLLIN, 0}};
    Poll(fds, -1);
    if (fds[1].revents) {
      const std::lock_guard lock(mutex_);
      return {Kind::kFault, 0, what_};
    }
    const int signal = TakeSignal(signals_.get());
    if (signal == SIGHUP) return {Kind::kReload, 0, ""};
    if (signal != 0) return {Kind::kStop, signal, ""};
  }
}

void Events::Fault(std::string what) {
  {
    const std::lock_guard lock(mutex_);
    what_ = std::move(what);
  }
  Raise(faults_);
}

Watchdog::Watchdog(const Events& events, std::chrono::milliseconds patience,
                   int late)
    : done_(NewEvent()),
      thread_(Watch, events.signals(), done_.get(),
              static_cast<int>(patience.count()), late) {}

Watchdog::~Watchdog() {
  Raise(done_);
  thread_.join();
}

}  // namespace turbo::server
