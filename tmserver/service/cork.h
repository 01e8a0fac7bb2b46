// Replies that leave together.
#ifndef TMSERVER_SERVICE_CORK_H_
#define TMSERVER_SERVICE_CORK_H_

#include <vector>

namespace turbo::service {

// While it lives, what its thread sends to stream sockets is gathered; when
// this has ended all of it is on its way, in one call of the system for each
// socket. One at a time in each thread.
//
// gRPC sends every reply by itself, and each wakes its client; it shows its
// sockets to nobody. So this concerns every sendmsg, shutdown and close of the
// process (by the linker's --wrap; gRPC 1.51 has no other ways). gRPC believes
// that all was sent: it is gathered only where the socket should have room for
// it, and is sent before what any thread sends next, and before the socket is
// shut down or closed. Should the system take less of it all the same, for want
// of memory or for a peer that takes next to nothing at a time, the connection
// is ended, as if the network had broken it, and the log says so.
class Cork {
 public:
  Cork();
  ~Cork();
  Cork(const Cork&) = delete;
  Cork& operator=(const Cork&) = delete;

 private:
  std::vector<int> sockets_;  // for which this thread gathered something
};

// To be called for each new connection: that much is unsent is no reason for
// its socket to take less (tcp_notsent_lowat in Linux's ip-sysctl.rst).
void PrepareForCork(int socket);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_CORK_H_
