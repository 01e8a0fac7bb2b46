// What a store forgets with time.
#ifndef TMSERVER_HOUSEKEEPING_H_
#define TMSERVER_HOUSEKEEPING_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "tmserver/mail/clock.h"
#include "tmserver/mail/store.h"

namespace turbo::server {

// Request ids are remembered this long.
inline constexpr std::chrono::days kRequestDays{7};

// A thread that, at once and every few minutes, has the store take out what has
// expired and forget old request ids and entries of the register. In between it
// purges the store of what deleted users had, a bit at a time.
class Housekeeping {
 public:
  // `store` and `clock` outlive it.
  Housekeeping(mail::Store& store, const mail::Clock& clock,
               std::chrono::days register_days);
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  void Run();
  using Write = std::function<void(mail::Done<size_t>)>;
  // All three: whether there may be more to clear.
  bool Purge();
  bool Expire();
  bool Forget();
  // `what` names it in the log.
  bool Clear(const char* what, const Write& write);
  // Until it is time again; both: whether to go on.
  bool Rest();
  bool Pause(std::chrono::milliseconds pause);

  mail::Store& store_;
  const mail::Clock& clock_;
  const std::chrono::days register_days_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace turbo::server

#endif  // TMSERVER_HOUSEKEEPING_H_
