// Whether trays may have changed since somebody looked.
#ifndef TMSERVER_STORE_TRAY_VERSIONS_H_
#define TMSERVER_STORE_TRAY_VERSIONS_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "tmserver/mail/types.h"

namespace turbo::store {

// Numbers that only grow, for Store::TrayVersion. Trays share them: a change of
// one is one of some others, too. Thread-safe.
class TrayVersions {
 public:
  uint64_t Of(mail::UserId user, mail::Box box) const {
    return all_.load() + trays_[IndexOf(user, box)].load();
  }

  // Once the change can be seen, and before anybody is told of it.
  void Change(mail::UserId user, mail::Box box) {
    ++trays_[IndexOf(user, box)];
  }
  void ChangeAll() { ++all_; }

 private:
  static constexpr size_t kNumbers = 32'768;

  static size_t IndexOf(mail::UserId user, mail::Box box) {
    const size_t outbox = box == mail::Box::kOutbox ? 1 : 0;
    return (2 * static_cast<uint64_t>(user) + outbox) % kNumbers;
  }

  std::atomic<uint64_t> all_ = 0;
  std::array<std::atomic<uint64_t>, kNumbers> trays_ = {};
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_TRAY_VERSIONS_H_
