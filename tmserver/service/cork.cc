#include "tmserver/service/cork.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "tmserver/log.h"

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
ssize_t __real_sendmsg(int socket, const msghdr* message, int flags);
int __real_shutdown(int socket, int how);
int __real_close(int file);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace turbo::service {
namespace {

// Bytes for one socket: as many as a segment usually has at most.
constexpr size_t kMost = 65536;

// What the socket should take at once. The kernel counts the buffers that it
// makes of it, which are larger than their content.
size_t RoomOf(int socket) {
  std::array<uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) {
    return 0;
  }
  const uint32_t all = memory[SK_MEMINFO_SNDBUF];
  const uint32_t used =
      std::max(memory[SK_MEMINFO_WMEM_QUEUED], memory[SK_MEMINFO_WMEM_ALLOC]);
  return used < all ? std::min<size_t>(kMost, (all - used) / 4) : 0;
}

// A call of sendmsg.
struct Piece {
  explicit Piece(const msghdr& message)
      : parts(message.msg_iov, message.msg_iovlen) {
    for (const iovec& part : parts) size += part.iov_len;
  }
  void AppendTo(std::string& bytes) const {
    for (const iovec& part : parts) {
      bytes.append(static_cast<const char*>(part.iov_base), part.iov_len);
    }
  }
  std::span<const iovec> parts;
  size_t size = 0;
};

// False where the connection, which was whole, had to be ended.
bool SendOff(int socket, std::string& bytes) {
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  const ssize_t sent =
      __real_sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == static_cast<ssize_t>(bytes.size())) return true;
  const bool was_whole =
      sent >= 0 || errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
  __real_shutdown(socket, SHUT_RDWR);
  return !was_whole;
}

// What waits for some of the sockets. From any thread; for one socket, calls
// come one after the other, as gRPC's writes do, but for Flush.
class Gathered {
 public:
  // False where nothing waits for the socket, or too much.
  bool Append(int socket, const Piece& piece) {
    const std::lock_guard lock(mutex_);
    const auto at = Find(socket);
    if (at == waiting_.end() || at->bytes.size() + piece.size > at->room) {
      return false;
    }
    piece.AppendTo(at->bytes);
    return true;
  }

  // With nothing that waits for the socket; false where it has no room.
  bool Begin(int socket, const Piece& piece) {
    const size_t room = RoomOf(socket);
    if (piece.size > room) return false;
    const std::lock_guard lock(mutex_);
    auto& begun = waiting_.emplace_back(
        Waiting{.socket = socket, .room = room, .bytes = {}});
    piece.AppendTo(begun.bytes);
    ++count_;
    return true;
  }

  void Flush(int socket) {
    if (count_ == 0 || SendAll(socket)) return;
    log::Write(log::Level::kInfo, "connection_ended",
               {{"error", "the system took only part of an answer"}});
  }

 private:
  struct Waiting {
    int socket;
    size_t room;
    std::string bytes;
  };

  std::list<Waiting>::iterator Find(int socket) {
    return std::find_if(
        waiting_.begin(), waiting_.end(),
        [&](const Waiting& waiting) { return waiting.socket == socket; });
  }

  // Locked meanwhile, so that nothing overtakes it.
  bool SendAll(int socket) {
    const std::lock_guard lock(mutex_);
    const auto at = Find(socket);
    if (at == waiting_.end()) return true;
    const bool is_sent = SendOff(socket, at->bytes);
    waiting_.erase(at);
    --count_;
    return is_sent;
  }

  std::mutex mutex_;
  std::list<Waiting> waiting_;     // few: those of a run
  std::atomic<size_t> count_ = 0;  // of waiting_, for those that find none
};

// Several, so that threads seldom wait for each other; never destroyed, since
// there are files to close until the process ends.
Gathered& GatheredFor(int socket) {
  static auto& all = *new std::array<Gathered, 64>;
  return all[static_cast<unsigned>(socket) % all.size()];
}

// Those of this thread's Cork, while it has one.
thread_local std::vector<int>* corked = nullptr;

bool IsPlain(const msghdr& message, int flags) {
  return message.msg_controllen == 0 &&
         (flags & ~(MSG_NOSIGNAL | MSG_DONTWAIT)) == 0;
}

// What sendmsg says of a message that was gathered; nothing where it has to be
// sent, before which what waited was.
std::optional<ssize_t> Gather(int socket, const msghdr& message, int flags) {
  Gathered& gathered = GatheredFor(socket);
  if (corked == nullptr || !IsPlain(message, flags)) {
    gathered.Flush(socket);
    return std::nullopt;
  }
  const Piece piece(message);
  if (!gathered.Append(socket, piece)) {
    gathered.Flush(socket);
    if (!gathered.Begin(socket, piece)) return std::nullopt;
  }
  if (std::find(corked->begin(), corked->end(), socket) == corked->end()) {
    corked->push_back(socket);
  }
  return static_cast<ssize_t>(piece.size);
}

}  // namespace

Cork::Cork() { corked = &sockets_; }

Cork::~Cork() {
  corked = nullptr;
  for (const int socket : sockets_) GatheredFor(socket).Flush(socket);
}

void PrepareForCork(int socket) {
  const int unlimited = -1;
  setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unlimited,
             sizeof unlimited);
}

}  // namespace turbo::service

// A lack of memory ends the process, as in gRPC itself.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

ssize_t __wrap_sendmsg(int socket, const msghdr* message, int flags) noexcept {
  const auto size = turbo::service::Gather(socket, *message, flags);
  return size ? *size : __real_sendmsg(socket, message, flags);
}

int __wrap_shutdown(int socket, int how) noexcept {
  turbo::service::GatheredFor(socket).Flush(socket);
  return __real_shutdown(socket, how);
}

int __wrap_close(int file) noexcept {
  turbo::service::GatheredFor(file).Flush(file);
  return __real_close(file);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
