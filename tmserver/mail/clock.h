// Time as the mail knows it.
#ifndef TMSERVER_MAIL_CLOCK_H_
#define TMSERVER_MAIL_CLOCK_H_

#include <chrono>

namespace turbo::mail {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;  // UTC

// Where the rules read the time. Called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time Now() const override {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
  }
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_CLOCK_H_
