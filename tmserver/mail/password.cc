#include "tmserver/mail/password.h"

#include <sodium.h>

#include <algorithm>
#include <chrono>
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

// As long as a full queue takes.
constexpr std::chrono::seconds kBusy{3};

tl::unexpected<Error> Busy() {
  return TooMuch("too many logins at once", kBusy);
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

void PasswordHasher::Hash(std::string password, Hashed done,
                          const Origin& origin) {
  auto job = [this, password = std::move(password), done]() mutable {
    ++computations_;
    const std::string hash = HashNow(password, cost_);
    sodium_memzero(password.data(), password.size());
    if (hash.empty()) {
      done(Busy());
    } else {
      done(hash);
    }
  };
  Enqueue(origin, {std::move(job), [done] { done(Busy()); }});
}

void PasswordHasher::Verify(std::optional<std::string> hash,
                            std::string password, Verified done,
                            const Origin& origin) {
  auto job = [this, hash = std::move(hash), password = std::move(password),
              done]() mutable {
    ++computations_;
    const std::string& against = hash ? *hash : dummy_hash_;
    const bool same = crypto_pwhash_str_verify(against.c_str(), password.data(),
                                               password.size()) == 0;
    sodium_memzero(password.data(), password.size());
    done(same && hash.has_value());
  };
  Enqueue(origin, {std::move(job), [done] { done(Busy()); }});
}

void PasswordHasher::Enqueue(const Origin& origin, Job job) {
  std::optional<Job> refused;
  {
    const std::lock_guard lock(mutex_);
    if (count_ >= kMaxWaiting) refused = Displaced(origin);
    if (count_ >= kMaxWaiting) {
      refused = std::move(job);
    } else {
      Queue& queue = waiting_[origin];
      if (queue.empty()) turns_.push_back(origin);
      queue.push_back(std::move(job));
      ++count_;
    }
  }
  wake_.notify_one();
  if (refused) refused->refuse();
}

// The newest job of the place with the most, unless that is the newcomer's own.
std::optional<PasswordHasher::Job> PasswordHasher::Displaced(
    const Origin& newcomer) {
  const auto largest = std::max_element(
      waiting_.begin(), waiting_.end(), [](const auto& one, const auto& two) {
        return one.second.size() < two.second.size();
      });
  const auto own = waiting_.find(newcomer);
  const size_t owned = own == waiting_.end() ? 0 : own->second.size();
  if (owned + 1 >= largest->second.size()) return std::nullopt;
  Job job = std::move(largest->second.back());
  largest->second.pop_back();
  --count_;
  return job;
}

void PasswordHasher::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || count_ > 0; });
    if (count_ == 0) return;
    const Origin origin = std::move(turns_.front());
    turns_.pop_front();
    const auto queue = waiting_.find(origin);
    const Job job = std::move(queue->second.front());
    queue->second.pop_front();
    --count_;
    if (queue->second.empty()) {
      waiting_.erase(queue);
    } else {
      turns_.push_back(origin);
    }
    lock.unlock();
    job.compute();
    lock.lock();
  }
}

}  // namespace turbo::mail
