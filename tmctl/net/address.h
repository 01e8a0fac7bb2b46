// Addresses of servers.
#ifndef TMCTL_NET_ADDRESS_H_
#define TMCTL_NET_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>

namespace turbo::ctl {

struct Address {
  std::string host;  // a name or an IP address; empty: a Unix socket
  uint16_t port = 0;
  std::string path;  // of the Unix socket
  bool tls = false;

  // `host`, `host:port`, `[::1]:port`, the same after `tls://`, `unix:PATH`;
  // nothing for other text.
  static std::optional<Address> Parse(const std::string& text);

  bool is_unix() const { return !path.empty(); }
  // Nothing of a call leaves this machine.
  bool IsLocal() const;
  // Nobody can read on the way.
  bool IsPrivate() const { return tls || IsLocal(); }
  // `host:port`, `tls://host:port` or `unix:PATH`.
  std::string Text() const;
  // `host:port`, for one that isn't a Unix socket.
  std::string HostPort() const;
  // The same as gRPC wants it; `localhost` is 127.0.0.1.
  std::string Target() const;
  // A token that `issuer` gave may go here: it is the same server, with TLS if
  // the token came by TLS, or both are this machine's loopback.
  bool MayTakeTokenOf(const Address& issuer) const;
};

}  // namespace turbo::ctl

#endif  // TMCTL_NET_ADDRESS_H_
