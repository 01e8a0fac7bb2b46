// Who watches a tray: the calls of turbomessage.v1.Mail.Watch.
#ifndef TMSERVER_SERVICE_WATCHES_H_
#define TMSERVER_SERVICE_WATCHES_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tmserver/mail/mailbox.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/service/stream.h"

namespace turbo::service {

struct WatchTimes {
  // An idle watcher is told its cursor, and its token is looked at again.
  std::chrono::milliseconds pulse{15'000};
  // One that doesn't read is cut off; its cursor tells it where to go on. So is
  // one that never said what it wants to watch.
  std::chrono::milliseconds stall{60'000};
};

// Every watcher reads from the store, from its own position on, whenever
// something was announced; only what is being written is kept in memory, a page
// at most. One thread serves them all.
class Watches {
 public:
  // Both outlive it.
  Watches(mail::Sessions& sessions, mail::Mailbox& mailbox,
          WatchTimes times = {});
  // All calls are over by then.
  ~Watches();
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  // What serves a new call.
  std::unique_ptr<StreamHandler> Open(Stream& stream,
                                      const mail::Caller& caller);

  // Ends all calls, those to come included, with kUnavailable.
  void Stop();

 private:
  class Watch;
  class Handler;
  using Task = std::function<void()>;
  using Clock = std::chrono::steady_clock;

  // Has the thread run `task`. From any thread.
  void Post(Task task);
  void Run();
  void Tick();

  mail::Sessions& sessions_;
  mail::Mailbox& mailbox_;
  const WatchTimes times_;

  // The thread's own.
  std::set<std::shared_ptr<Watch>> watches_;
  bool stopped_ = false;

  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::vector<Task> tasks_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_WATCHES_H_
