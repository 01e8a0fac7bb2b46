// Passwords: Argon2id through libsodium, on threads of its own, so that logins
// can't starve the mail.
#ifndef TMSERVER_MAIL_PASSWORD_H_
#define TMSERVER_MAIL_PASSWORD_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tmserver/mail/error.h"
#include "tmserver/mail/types.h"

namespace turbo::mail {

// What one hash costs. The defaults are OWASP's least for Argon2id (Password
// Storage Cheat Sheet): 19 MiB and 2 passes, about 20 ms.
struct PasswordCost {
  size_t memory_bytes = size_t{19} << 20;
  unsigned long long passes = 2;
};

// Two threads and a bounded queue, in which places take turns; where it is
// full, the place that fills most of it gives way. Callbacks come from those
// threads or, where nothing is computed, from a caller's; they are all called
// before the destructor returns.
class PasswordHasher {
 public:
  using Hashed = std::function<void(Result<std::string>)>;
  using Verified = std::function<void(Result<bool>)>;

  explicit PasswordHasher(PasswordCost cost = {});
  ~PasswordHasher();
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  // Answers with the string to keep, or kRateLimited where the queue is full.
  void Hash(std::string password, Hashed done, const Origin& origin = {});

  // Whether `password` made `hash`. Without a hash (an unknown user) the answer
  // is no, after the same work.
  void Verify(std::optional<std::string> hash, std::string password,
              Verified done, const Origin& origin = {});

  // Since it began.
  uint64_t computations() const { return computations_; }

 private:
  struct Job {
    std::function<void()> compute;
    std::function<void()> refuse;
  };
  using Queue = std::deque<Job>;

  void Enqueue(const Origin& origin, Job job);
  std::optional<Job> Displaced(const Origin& newcomer);
  void Work();

  const PasswordCost cost_;
  std::string dummy_hash_;
  std::atomic<uint64_t> computations_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Origin, Queue> waiting_;  // none is empty
  std::deque<Origin> turns_;         // each of those once
  size_t count_ = 0;                 // of jobs that wait
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_PASSWORD_H_
