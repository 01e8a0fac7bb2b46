// The addresses that a server listens on, and that nobody else has them.
#ifndef TMSERVER_LISTEN_H_
#define TMSERVER_LISTEN_H_

#include <sys/types.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tmserver/options.h"

namespace turbo::server {

// Why an address can't be listened on, and the exit code: EX_UNAVAILABLE where
// somebody else has it or the system refuses it, EX_CONFIG where we do.
class ListenError : public std::runtime_error {
 public:
  ListenError(int exit_code, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

// A file descriptor that is closed in the end.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }

 private:
  int Release();
  int fd_;
};

// The Unix socket `path` as gRPC takes it.
std::string UnixTarget(const std::string& path);

struct IpAddress;

// Addresses that are held for this process: TCP ports by sockets that are bound
// but don't listen, Unix sockets by a lock on a file beside them.
class Claim {
 public:
  struct Endpoint {
    std::string name;    // as people write it
    std::string target;  // as gRPC takes it
    std::string path;    // of a Unix socket
  };

  // Resolves names, picks ports where 0 was asked for, removes sockets that a
  // dead process left behind. Throws ListenError, also for plaintext beyond
  // loopback without Options::insecure and
  // for an unknown group.
  explicit Claim(const Options& options);
  // Removes the Unix sockets.
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  // Claims the administration socket, too, in a directory that is its owner's
  // alone (made where it is missing). Throws ListenError.
  void AddAdmin(const std::string& path);

  const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  // Not among the endpoints.
  const std::optional<Endpoint>& admin() const { return admin_; }

  // To be called once the server listens: lets the ports go and the Unix
  // sockets, which only their owner could use until then, be used by whom the
  // options say. Throws ListenError.
  void Open();

 private:
  void AddTcp(const ListenAddress& address, bool anywhere);
  void AddPorts(std::vector<IpAddress> ips, uint16_t port);
  void AddUnix(const std::string& path);
  // A socket that is ours from then on.
  Endpoint ClaimSocket(const std::string& path);

  const mode_t socket_mode_;
  const std::optional<gid_t> socket_group_;
  std::vector<Endpoint> endpoints_;
  std::optional<Endpoint> admin_;
  std::vector<Descriptor> ports_;
  std::vector<Descriptor> locks_;
  std::vector<std::string> paths_;
};

}  // namespace turbo::server

#endif  // TMSERVER_LISTEN_H_
