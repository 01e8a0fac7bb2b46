// A tray as the seed's contract wants it: whole, in one reply that a client
// with gRPC's default limit of 4 MiB can receive.
#ifndef TMSERVER_SERVICE_SEED_TRAY_H_
#define TMSERVER_SERVICE_SEED_TRAY_H_

#include <cstddef>

#include "tmserver/mail/types.h"
#include "turbomessage.pb.h"

namespace turbo::service {

namespace seed = turbomessage;

// The serialized reply is smaller than this.
inline constexpr size_t kMaxTrayBytes = size_t{7} << 19;  // 3.5 MiB

// Grows by a message at a time and needs a few MiB at most meanwhile, however
// large the tray is.
class SeedTray {
 public:
  // At the end. False where `message` must be left out, and so all that are
  // newer: its id is beyond int32, or there is no room for it even with every
  // content as short as can be.
  bool Add(const mail::Message& message);

  // The reply. Its longest contents are as much shorter as is needed.
  seed::Bandeja Finish() &&;

 private:
  void Shorten();
  size_t LongestContent() const;

  seed::Bandeja tray_;
  size_t frames_ = 0;    // bytes beside the contents, not less than they are
  size_t contents_ = 0;  // bytes
  size_t shortest_ = 0;  // bytes of the contents as short as can be
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_SEED_TRAY_H_
