#include "tmserver/listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <tl/expected.hpp>
#include <utility>

namespace turbo::server {

struct IpAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;
  bool optional = false;  // to be left out where the system hasn't got it

  int family() const { return storage.ss_family; }
  in_port_t& port() {
    return family() == AF_INET
               ? reinterpret_cast<sockaddr_in&>(storage).sin_port
               : reinterpret_cast<sockaddr_in6&>(storage).sin6_port;
  }
  const sockaddr* raw() const {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

namespace {

constexpr int kPortAttempts = 20;
constexpr mode_t kOwnersAlone = S_IRUSR | S_IWUSR;
constexpr mode_t kGroupsToo = kOwnersAlone | S_IRGRP | S_IWGRP;
constexpr auto kSameOwner = static_cast<uid_t>(-1);

[[noreturn]] void Refuse(const std::string& message) {
  throw ListenError(EX_UNAVAILABLE, message);
}

std::string HostOf(const IpAddress& ip) {
  char host[NI_MAXHOST] = "";
  getnameinfo(ip.raw(), ip.size, host, sizeof(host), nullptr, 0,
              NI_NUMERICHOST);
  return host;
}

bool IsLoopback(const IpAddress& ip) {
  if (ip.family() == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(ip.storage);
    return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(ip.storage);
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) ||
         (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) &&
          v6.sin6_addr.s6_addr[12] == 127);
}

std::vector<IpAddress> Resolve(const std::string& host) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list)) {
    Refuse("can't find the address of " + host + ": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list,
                                                                 freeaddrinfo);
  std::vector<IpAddress> found;
  for (const addrinfo* info = list; info; info = info->ai_next) {
    if (info->ai_family != AF_INET && info->ai_family != AF_INET6) continue;
    IpAddress& ip = found.emplace_back();
    std::memcpy(&ip.storage, info->ai_addr, info->ai_addrlen);
    ip.size = info->ai_addrlen;
  }
  return found;
}

// IPv4's, and IPv6's where the system has it.
std::vector<IpAddress> LoopbackAddresses() {
  std::vector<IpAddress> ips = Resolve("127.0.0.1");
  for (IpAddress& ip : Resolve("::1")) {
    ip.optional = true;
    ips.push_back(ip);
  }
  return ips;
}

// "localhost" is loopback whatever the files and servers of names say (RFC
// 6761, section 6.3); a small container may have neither.
std::vector<IpAddress> AddressesOf(const std::string& host) {
  return host == "localhost" ? LoopbackAddresses() : Resolve(host);
}

// A socket bound to `ip`, which gets the port that was picked for port 0; or
// errno.
tl::expected<Descriptor, int> Bind(IpAddress& ip) {
  Descriptor fd(socket(ip.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return tl::unexpected(errno);
  const int on = 1;  // so that gRPC may bind the same port meanwhile
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(fd.get(), ip.raw(), ip.size) != 0) return tl::unexpected(errno);
  socklen_t size = sizeof(ip.storage);
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&ip.storage), &size);
  return fd;
}

bool IsMissing(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

// What binds all of `ips` to one port; errno and which address where one can't
// be bound. Optional ones that don't exist are taken out of `ips`.
struct BindError {
  int error;
  std::string host;
};
tl::expected<std::vector<Descriptor>, BindError> BindAll(
    std::vector<IpAddress>& ips, uint16_t port) {
  std::vector<Descriptor> bound;
  in_port_t chosen = htons(port);
  for (auto ip = ips.begin(); ip != ips.end();) {
    ip->port() = chosen;
    auto fd = Bind(*ip);
    if (!fd && ip->optional && IsMissing(fd.error())) {
      ip = ips.erase(ip);
      continue;
    }
    if (!fd) return tl::unexpected(BindError{fd.error(), HostOf(*ip)});
    chosen = ip->port();
    bound.push_back(*std::move(fd));
    ++ip;
  }
  return bound;
}

std::vector<Descriptor> ClaimPort(std::vector<IpAddress>& ips, uint16_t port) {
  auto bound = BindAll(ips, port);
  // A port that is free on one address may be taken on the next.
  for (int i = 1; !bound && port == 0 && i < kPortAttempts; ++i) {
    if (bound.error().error != EADDRINUSE) break;
    bound = BindAll(ips, port);
  }
  if (bound) return *std::move(bound);
  const std::string name = ToString({bound.error().host, port, ""});
  if (bound.error().error == EADDRINUSE) {
    Refuse(name + " is in use: another program listens there");
  }
  Refuse("can't listen on " + name + ": " + std::strerror(bound.error().error));
}

bool AnswersAt(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const Descriptor fd(
      socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                 sizeof(address)) == 0 ||
         errno != ECONNREFUSED;
}

// Only with the lock in hand: a socket that nobody answers at is nobody's.
void RemoveStaleSocket(const std::string& path) {
  struct stat info = {};
  if (lstat(path.c_str(), &info) != 0) return;
  if (!S_ISSOCK(info.st_mode)) Refuse(path + " exists and is not a socket");
  if (AnswersAt(path)) {
    Refuse("unix:" + path + " is in use: another program listens there");
  }
  if (unlink(path.c_str()) != 0) {
    Refuse("can't remove the old socket " + path + ": " + std::strerror(errno));
  }
}

std::optional<gid_t> GroupOf(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const group* entry = getgrnam(name.c_str());  // no other thread asks
  if (entry) return entry->gr_gid;
  gid_t number = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data(), end, number);
  if (error == std::errc() && rest == end) return number;
  throw ListenError(EX_CONFIG,
                    "there is no group '" + name + "' for the Unix sockets");
}

// Whoever can come to the socket administers the server.
void PrepareAdminDirectory(const std::string& directory) {
  if (mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    Refuse("can't make the directory " + directory + ": " +
           std::strerror(errno));
  }
  struct stat info = {};
  if (stat(directory.c_str(), &info) != 0) {
    Refuse("can't use the directory " + directory + ": " +
           std::strerror(errno));
  }
  const bool is_open = (info.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  if (!S_ISDIR(info.st_mode) || is_open || info.st_uid != geteuid()) {
    throw ListenError(EX_CONFIG,
                      directory +
                          " must be a directory of the server's user with mode "
                          "0700 to hold the administration socket");
  }
}

Descriptor LockBeside(const std::string& path) {
  const std::string name = path + ".lock";
  Descriptor fd(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                     S_IRUSR | S_IWUSR));
  if (fd.get() < 0) {
    Refuse("can't make " + name + ": " + std::strerror(errno));
  }
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    Refuse("unix:" + path + " is in use by another tmserver");
  }
  return fd;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

int Descriptor::Release() { return std::exchange(fd_, -1); }

std::string UnixTarget(const std::string& path) {
  std::string escaped;  // gRPC decodes percent signs
  for (const char c : path) escaped += c == '%' ? "%25" : std::string(1, c);
  return "unix:" + escaped;
}

Claim::Claim(const Options& options)
    : socket_mode_(options.socket_mode.value_or(
          options.socket_group.empty() ? kOwnersAlone : kGroupsToo)),
      socket_group_(GroupOf(options.socket_group)) {
  if (options.listen.empty()) AddPorts(LoopbackAddresses(), options.port);
  for (const ListenAddress& address : options.listen) {
    if (address.path.empty()) {
      AddTcp(address, options.insecure || options.tls.wanted());
    } else {
      AddUnix(address.path);
    }
  }
}

Claim::~Claim() {
  for (const std::string& path : paths_) unlink(path.c_str());
}

void Claim::AddTcp(const ListenAddress& address, bool anywhere) {
  std::vector<IpAddress> ips = AddressesOf(address.host);
  for (const IpAddress& ip : ips) {
    if (anywhere || IsLoopback(ip)) continue;
    throw ListenError(EX_CONFIG,
                      ToString(address) +
                          " is not a loopback address, and what is sent there "
                          "can be read on the way; encrypt it with --tls-cert "
                          "and --tls-key, or give --insecure to allow that");
  }
  AddPorts(std::move(ips), address.port);
}

void Claim::AddPorts(std::vector<IpAddress> ips, uint16_t port) {
  for (Descriptor& fd : ClaimPort(ips, port)) ports_.push_back(std::move(fd));
  for (IpAddress& ip : ips) {
    const std::string name = ToString({HostOf(ip), ntohs(ip.port()), ""});
    endpoints_.push_back({name, name, ""});
  }
}

void Claim::AddUnix(const std::string& path) {
  endpoints_.push_back(ClaimSocket(path));
}

void Claim::AddAdmin(const std::string& path) {
  try {
    ParseAddress("unix:" + path);
  } catch (const std::invalid_argument& e) {
    throw ListenError(EX_CONFIG, e.what());
  }
  const size_t slash = path.rfind('/');
  PrepareAdminDirectory(
      slash == path.npos ? "." : path.substr(0, std::max(slash, size_t{1})));
  admin_ = ClaimSocket(path);
}

Claim::Endpoint Claim::ClaimSocket(const std::string& path) {
  locks_.push_back(LockBeside(path));
  RemoveStaleSocket(path);
  paths_.push_back(path);
  return {"unix:" + path, UnixTarget(path), path};
}

void Claim::Open() {
  ports_.clear();
  for (const Endpoint& endpoint : endpoints_) {
    const std::string& path = endpoint.path;
    if (path.empty()) continue;
    const auto check = [&](int result, const char* what) {
      if (result == 0) return;
      throw ListenError(EX_CONFIG, "can't set the " + std::string(what) +
                                       " of " + path + ": " +
                                       std::strerror(errno));
    };
    if (socket_group_) {
      check(lchown(path.c_str(), kSameOwner, *socket_group_), "group");
    }
    // Somebody may have put a link to another file there.
    check(fchmodat(AT_FDCWD, path.c_str(), socket_mode_, AT_SYMLINK_NOFOLLOW),
          "mode");
  }
}

}  // namespace turbo::server
