#include "tmserver/mail/arrivals.h"

#include <utility>

namespace turbo::mail {

std::shared_ptr<void> Arrivals::Subscribe(const std::string& user, Wake wake) {
  const std::lock_guard lock(mutex_);
  const uint64_t number = ++newest_;
  waiting_[user][number] = std::move(wake);
  // A shared_ptr calls its deleter for null, too.
  return {nullptr, [this, user, number](void*) { Unsubscribe(user, number); }};
}

void Arrivals::Announce(const std::vector<std::string>& users) {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return;
  for (const std::string& user : users) {
    const auto found = waiting_.find(user);
    if (found == waiting_.end()) continue;
    for (const auto& [number, wake] : found->second) wake();
  }
}

void Arrivals::Unsubscribe(const std::string& user, uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(user);
  found->second.erase(number);
  if (found->second.empty()) waiting_.erase(found);
}

}  // namespace turbo::mail
