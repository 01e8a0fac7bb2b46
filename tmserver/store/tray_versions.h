// Whether trays may have changed since somebody looked.
#ifndef TMSERVER_STORE_TRAY_VERSIONS_H_
#define TMSERVER_STORE_TRAY_VERSIONS_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "tmserver/mail/types.h"

namespace turbo::store {

// Numbers that only grow. Trays share them: a change of one is one of some
// others, too. One thread at a time tells of changes, any may ask.
class TrayVersions {
 public:
  uint64_t Of(mail::UserId user, mail::Box box) const {
    return std::max(all_.load(), trays_[IndexOf(user, box)].load());
  }

  // Each `version` is greater than that of the change before, or the same.
  void Change(mail::UserId user, mail::Box box, uint64_t version) {
    trays_[IndexOf(user, box)] = version;
  }
  void ChangeAll(uint64_t version) { all_ = version; }

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
