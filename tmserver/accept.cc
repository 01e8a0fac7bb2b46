#include "tmserver/accept.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>

#include "tmserver/service/cork.h"

namespace turbo::server {
namespace {

constexpr rlim_t kMostKept = 64;

// The first descriptors that are kept.
std::atomic<int> kept_from_tcp = std::numeric_limits<int>::max();
std::atomic<int> kept_from_unix = std::numeric_limits<int>::max();

// The system gives the lowest number that is free: one as high as this says
// that the others are taken.
bool IsKept(int fd) {
  sockaddr_storage own = {};
  socklen_t size = sizeof(own);
  getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size);
  return fd >= (own.ss_family == AF_UNIX ? kept_from_unix : kept_from_tcp);
}

// Whether the listener is whole, and another connection may be taken.
bool IsPassing(int error) {
  switch (error) {
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
      return false;
    default:
      return true;
  }
}

bool IsExhaustion(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS ||
         error == ENOMEM;
}

}  // namespace

void KeepDescriptors() {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const rlim_t all =
      std::min<rlim_t>(files.rlim_cur, std::numeric_limits<int>::max());
  const rlim_t kept = std::min(kMostKept, all / 4);
  kept_from_tcp = static_cast<int>(all - kept);
  kept_from_unix = static_cast<int>(all - kept / 2);
}

}  // namespace turbo::server

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
int __real_accept4(int listener, sockaddr* address, socklen_t* size, int flags);

// EINTR makes gRPC try again, EAGAIN wait for the next connection.
int __wrap_accept4(int listener, sockaddr* address, socklen_t* size,
                   int flags) {
  const int fd = __real_accept4(listener, address, size, flags);
  if (fd >= 0 && turbo::server::IsKept(fd)) {
    close(fd);
    errno = EINTR;
    return -1;
  }
  if (fd >= 0) turbo::service::PrepareForCork(fd);
  if (fd < 0 && turbo::server::IsPassing(errno) && errno != EAGAIN) {
    errno = turbo::server::IsExhaustion(errno) ? EAGAIN : EINTR;
  }
  return fd;
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

}  // extern "C"
