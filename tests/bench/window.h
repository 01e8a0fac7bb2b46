// Writes to a store, a bounded number of them at any time.
#ifndef TESTS_BENCH_WINDOW_H_
#define TESTS_BENCH_WINDOW_H_

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "tmserver/mail/store.h"

namespace turbo::bench {

class Window {
 public:
  explicit Window(size_t size) : size_(size) {}

  // Waits for room; the result says how to let go of it. `then` is called with
  // a good answer, from a thread of the store.
  template <class T, class Then>
  mail::Done<T> Enter(Then then) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return running_ < size_; });
      Check();
      ++running_;
    }
    return [this, then = std::move(then)](const mail::Result<T>& result) {
      if (result) then(*result);
      const std::lock_guard lock(mutex_);
      if (!result) failure_ = result.error().message;
      --running_;
      changed_.notify_one();
    };
  }

  // Waits for all. Throws std::runtime_error where one failed, as Enter does.
  void Drain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return running_ == 0; });
    Check();
  }

 private:
  void Check() const {
    if (!failure_.empty()) throw std::runtime_error(failure_);
  }

  const size_t size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t running_ = 0;
  std::string failure_;
};

}  // namespace turbo::bench

#endif  // TESTS_BENCH_WINDOW_H_
