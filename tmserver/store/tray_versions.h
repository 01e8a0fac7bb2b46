// Whether trays may have changed since somebody looked.
#ifndef TMSERVER_STORE_TRAY_VERSIONS_H_
#define TMSERVER_STORE_TRAY_VERSIONS_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "tmserver/mail/types.h"

namespace turbo::store {

// Numbers that only grow, for Store::TrayVersion. Users share them: a change
// for one is one for some others, too. Thread-safe.
class TrayVersions {
 public:
  uint64_t Of(mail::UserId user) const {
    return all_.load() + users_[IndexOf(user)].load();
  }

  // Once the change can be seen, and before anybody is told of it.
  void Change(mail::UserId user) { ++users_[IndexOf(user)]; }
  void ChangeAll() { ++all_; }

 private:
  static constexpr size_t kNumbers = 16'384;

  static size_t IndexOf(mail::UserId user) {
    return static_cast<uint64_t>(user) % kNumbers;
  }

  std::atomic<uint64_t> all_ = 0;
  std::array<std::atomic<uint64_t>, kNumbers> users_ = {};
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_TRAY_VERSIONS_H_
