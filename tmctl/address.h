// Addresses of servers.
#ifndef TMCTL_ADDRESS_H_
#define TMCTL_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>

namespace turbo::ctl {

struct Address {
  std::string host;  // a name or an IP address; empty: a Unix socket
  uint16_t port = 0;
  std::string path;  // of the Unix socket

  // `host`, `host:port`, `[::1]:port`, `unix:PATH`; nothing for other text.
  static std::optional<Address> Parse(const std::string& text);

  bool is_unix() const { return !path.empty(); }
  // Nothing of a call leaves this machine.
  bool IsLocal() const;
  // `host:port` or `unix:PATH`.
  std::string Text() const;
  // The same as gRPC wants it; `localhost` is 127.0.0.1.
  std::string Target() const;
  // A token that `issuer` gave may go here: it is the same server, or both are
  // this machine's loopback.
  bool MayTakeTokenOf(const Address& issuer) const;
};

}  // namespace turbo::ctl

#endif  // TMCTL_ADDRESS_H_
