#include "tmserver/service/cork.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

namespace turbo::service {
namespace {

// Those of this thread's Cork, while it has one.
thread_local std::vector<int>* corked = nullptr;

bool IsCorked(int socket) {
  if (corked == nullptr) return false;
  if (std::find(corked->begin(), corked->end(), socket) == corked->end()) {
    corked->push_back(socket);
  }
  return true;
}

}  // namespace

Cork::Cork() { corked = &sockets_; }

// Setting the option anew, which gRPC's sockets have, sends what waits. Of
// other sockets, and of a number that was closed meanwhile, it changes nothing.
Cork::~Cork() {
  corked = nullptr;
  const int on = 1;
  for (const int socket : sockets_) {
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
}

}  // namespace turbo::service

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
ssize_t __real_sendmsg(int socket, const msghdr* message, int flags);

ssize_t __wrap_sendmsg(int socket, const msghdr* message, int flags) {
  const int more = turbo::service::IsCorked(socket) ? MSG_MORE : 0;
  return __real_sendmsg(socket, message, flags | more);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

}  // extern "C"
