// Where a call comes from.
#ifndef TMSERVER_SERVICE_PEER_H_
#define TMSERVER_SERVICE_PEER_H_

#include <string>
#include <string_view>

#include "tmserver/mail/types.h"

namespace turbo::service {

// Whether gRPC's name of a peer is that of a Unix socket.
bool IsUnixSocket(std::string_view peer);

// The address in gRPC's name of a peer, such as `ipv6:%5B::1%5D:4711`, in its
// usual form and without the port; IPv4 in IPv6 is IPv4. `unix` for Unix
// sockets, and the name itself where it is something else.
std::string AddressOf(std::string_view peer);

// What limits count that address as.
mail::Origin OriginOf(std::string_view peer);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_PEER_H_
