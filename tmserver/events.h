// What a running server waits for: signals and a fault of its store.
#ifndef TMSERVER_EVENTS_H_
#define TMSERVER_EVENTS_H_

#include <chrono>
#include <mutex>
#include <string>
#include <thread>

#include "tmserver/listen.h"

namespace turbo::server {

// To be made before any thread is: it keeps the signals for itself.
class Events {
 public:
  enum class Kind { kStop, kReload, kFault };
  struct Event {
    Kind kind;
    int signal;        // of kStop
    std::string what;  // of kFault
  };

  // Blocks SIGTERM, SIGINT and SIGHUP and ignores SIGPIPE.
  Events();

  Event Wait();

  // From any thread.
  void Fault(std::string what);

  // What gets readable with a signal.
  int signals() const { return signals_.get(); }

 private:
  Descriptor signals_;
  Descriptor faults_;
  std::mutex mutex_;
  std::string what_;
};

// While it lives, a stop that takes too long, or another signal to stop, ends
// the process.
class Watchdog {
 public:
  // `late` is the exit code of a process that took longer than `patience`.
  Watchdog(const Events& events, std::chrono::milliseconds patience, int late);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  Descriptor done_;
  std::thread thread_;
};

}  // namespace turbo::server

#endif  // TMSERVER_EVENTS_H_
