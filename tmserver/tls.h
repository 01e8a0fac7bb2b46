// TLS on the server's ports: credentials that follow their files.
#ifndef TMSERVER_TLS_H_
#define TMSERVER_TLS_H_

#include <grpcpp/security/server_credentials.h>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tmserver/certificate.h"

namespace turbo::server {

// The certificate that new connections get: the newest that was usable.
// Connections that are open keep theirs. Thread-safe.
class Tls {
 public:
  // Throws ListenError (EX_CONFIG). Logs a warning for a certificate that is
  // not valid now or not for long, since renewing it takes effect at once.
  explicit Tls(TlsFiles files);
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  // For one port, TLS 1.2 or later. This object outlives the server.
  std::shared_ptr<grpc::ServerCredentials> Credentials();

  // Reads the files where they changed, which every connection does as well.
  // What can't be used, or is not valid now in place of what is, is logged
  // once and not taken.
  void Refresh();

 private:
  class Port;
  // Of a file, that tells whether it changed.
  using Mark = std::array<int64_t, 6>;
  using Marks = std::array<Mark, 3>;

  Marks Look() const;
  void Take(Certificate certificate);
  // With the lock.
  void RefreshLocked();

  const TlsFiles files_;
  std::mutex mutex_;
  Marks marks_;
  Certificate certificate_;
  uint64_t generation_ = 1;
  std::vector<std::shared_ptr<Port>> ports_;
};

}  // namespace turbo::server

#endif  // TMSERVER_TLS_H_
