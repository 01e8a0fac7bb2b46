// How many connections are taken.
#ifndef TMSERVER_ACCEPT_H_
#define TMSERVER_ACCEPT_H_

namespace turbo::server {

// Refuses from now on, by closing it at once, each connection that takes one of
// the process's last descriptors: a quarter of RLIMIT_NOFILE, but at most 64,
// for TCP, and half of those for Unix sockets. So the store always has files to
// open, and strangers can't lock out who comes by a Unix socket.
//
// Concerns every accept4 of the process (by the linker's --wrap): gRPC 1.51
// never listens again where one fails (CVE-2023-4785), so failures of a single
// connection are kept from it, too.
void KeepDescriptors();

}  // namespace turbo::server

#endif  // TMSERVER_ACCEPT_H_
