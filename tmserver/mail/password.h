// Passwords: Argon2id through libsodium, on threads of its own, so that logins
// can't starve the mail.
#ifndef TMSERVER_MAIL_PASSWORD_H_
#define TMSERVER_MAIL_PASSWORD_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tmserver/mail/error.h"

namespace turbo::mail {

// What one hash costs. The defaults are OWASP's least for Argon2id (Password
// Storage Cheat Sheet): 19 MiB and 2 passes, about 20 ms.
struct PasswordCost {
  size_t memory_bytes = size_t{19} << 20;
  unsigned long long passes = 2;
};

// Two threads and a bounded queue. Callbacks come from those threads; they are
// all called before the destructor returns.
class PasswordHasher {
 public:
  using Hashed = std::function<void(Result<std::string>)>;
  using Verified = std::function<void(Result<bool>)>;

  explicit PasswordHasher(PasswordCost cost = {});
  ~PasswordHasher();
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  // Answers with the string to keep, or kRateLimited where the queue is full.
  void Hash(std::string password, Hashed done);

  // Whether `password` made `hash`. Without a hash (an unknown user) the answer
  // is no, after the same work.
  void Verify(std::optional<std::string> hash, std::string password,
              Verified done);

 private:
  bool Enqueue(std::function<void()> job);
  void Work();

  const PasswordCost cost_;
  std::string dummy_hash_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_PASSWORD_H_
