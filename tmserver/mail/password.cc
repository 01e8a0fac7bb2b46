#include "tmserver/mail/password.h"

#include <sodium.h>

#include <stdexcept>
#include <utility>

namespace turbo::mail {
namespace {

// Two computations at once keep two cores from being taken over; more waiting
// logins than this would not be answered before their callers give up.
constexpr size_t kThreads = 2;
constexpr size_t kMaxWaiting = 256;

// libsodium's answer, or an empty string where memory is short.
std::string HashNow(const std::string& password, const PasswordCost& cost) {
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(hash, password.data(), password.size(), cost.passes,
                            cost.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return {};
  }
  return hash;
}

tl::unexpected<Error> Busy() {
  return Fail(ErrorCode::kRateLimited,
              "too many logins at once: try again in a few seconds");
}

}  // namespace

PasswordHasher::PasswordHasher(PasswordCost cost) : cost_(cost) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium can't start");
  dummy_hash_ = HashNow("nobody's password", cost_);
  for (size_t i = 0; i < kThreads; ++i)
    threads_.emplace_back([this] { Work(); });
}

PasswordHasher::~PasswordHasher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void PasswordHasher::Hash(std::string password, Hashed done) {
  auto job = [this, password = std::move(password), done]() mutable {
    const std::string hash = HashNow(password, cost_);
    sodium_memzero(password.data(), password.size());
    if (hash.empty()) {
      done(Busy());
    } else {
      done(hash);
    }
  };
  if (!Enqueue(std::move(job))) done(Busy());
}

void PasswordHasher::Verify(std::optional<std::string> hash,
                            std::string password, Verified done) {
  auto job = [this, hash = std::move(hash), password = std::move(password),
              done]() mutable {
    const std::string& against = hash ? *hash : dummy_hash_;
    const bool same = crypto_pwhash_str_verify(against.c_str(), password.data(),
                                               password.size()) == 0;
    sodium_memzero(password.data(), password.size());
    done(same && hash.has_value());
  };
  if (!Enqueue(std::move(job))) done(Busy());
}

bool PasswordHasher::Enqueue(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= kMaxWaiting) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void PasswordHasher::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace turbo::mail
