// A TLS handshake of our own, only to learn how it goes: gRPC doesn't say. What
// is sent and trusted is never decided here.
#ifndef TMCTL_NET_HANDSHAKE_H_
#define TMCTL_NET_HANDSHAKE_H_

#include <optional>
#include <string>

#include "tmctl/base/failure.h"
#include "tmctl/base/units.h"
#include "tmctl/net/address.h"
#include "tmctl/net/tls.h"

namespace turbo::ctl {

struct Handshake {
  // What is wrong; nothing where calls should work, or where no connection
  // could be made in time.
  std::optional<Failure> fault;
  // Of a handshake that went well, else empty.
  std::string version;  // "TLSv1.3"
  std::string names;    // of the server's certificate, with commas between
  std::string issuer;   // who signed it
  Time end;             // when it expires
};

// For a server with TLS.
Handshake ShakeHands(const Address& server, const TlsContents& contents,
                     Milliseconds patience);

// Why calls to `server` can't get through, where it lies in the encryption: a
// server with TLS is tried, one without is asked whether it speaks TLS after
// all. bad_config where somebody must change something first, `unavailable`
// where it may pass by itself.
std::optional<Failure> FindTlsFault(const Address& server,
                                    const TlsFiles& files,
                                    Milliseconds patience);

}  // namespace turbo::ctl

#endif  // TMCTL_NET_HANDSHAKE_H_
