// Sockets to a server, without gRPC.
#ifndef TMCTL_NET_CONNECT_H_
#define TMCTL_NET_CONNECT_H_

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <vector>

#include "tmctl/base/files.h"
#include "tmctl/base/units.h"
#include "tmctl/net/address.h"

namespace turbo::ctl {

using SteadyTime = std::chrono::steady_clock::time_point;

// An address of a server, as connect takes it.
struct Endpoint {
  std::string host;  // in numbers; a Unix socket's address
  std::string text;  // with the port
  sockaddr_storage address{};
  socklen_t size = 0;
};

// The addresses behind the server's name. `unavailable` where there is none
// after `patience`, and for a Unix socket whose path is too long.
std::vector<Endpoint> FindEndpoints(const Address& server,
                                    Milliseconds patience);

// A connection that is being made.
struct Attempt {
  File socket;  // doesn't block
  int error;    // 0: it is made; EINPROGRESS: not yet
};

Attempt BeginConnecting(const Endpoint& endpoint);
// Waits until `end`; ETIMEDOUT then.
void FinishConnecting(Attempt& attempt, SteadyTime end);

// Waits until `events` of poll(2) have come; false at `end`.
bool WaitFor(int fd, short events, SteadyTime end);

}  // namespace turbo::ctl

#endif  // TMCTL_NET_CONNECT_H_
