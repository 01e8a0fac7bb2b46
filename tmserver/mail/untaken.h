// What is kept for calls that go on: bounded for each user.
#ifndef TMSERVER_MAIL_UNTAKEN_H_
#define TMSERVER_MAIL_UNTAKEN_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "tmserver/mail/error.h"
#include "tmserver/mail/store.h"

namespace turbo::mail {

// Who asks for much and reads nothing makes the server keep the replies, and
// who sends faster than the store writes, the requests. What is kept for a user
// is counted here, in bytes, a reply until the connection has taken it.
// Thread-safe.
class Untaken {
 public:
  // A user may ask for more while less than `most` bytes wait.
  explicit Untaken(size_t most) : most_(most) {}
  Untaken(const Untaken&) = delete;
  Untaken& operator=(const Untaken&) = delete;

  // kRateLimited where as much waits for `user`.
  Result<Nothing> Admit(const std::string& user);

  // Counts `bytes` until the result is let go of, which this outlives.
  std::shared_ptr<void> Hold(const std::string& user, size_t bytes);

 private:
  void Release(const std::string& user, size_t bytes);

  const size_t most_;
  std::mutex mutex_;  // guards the rest
  std::unordered_map<std::string, size_t> bytes_;
};

// The bytes that a message takes in memory, roughly.
size_t MemoryOf(const Message& message);

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_UNTAKEN_H_
