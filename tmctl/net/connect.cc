#include "tmctl/net/connect.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "tmctl/base/failure.h"

namespace turbo::ctl {
namespace {

std::string TextOf(const addrinfo& info) {
  std::array<char, NI_MAXHOST> host{};
  getnameinfo(info.ai_addr, info.ai_addrlen, host.data(), host.size(), nullptr,
              0, NI_NUMERICHOST);
  return host.data();
}

// A question to the resolver, which may still be busy with it when nobody waits
// any longer.
struct Question {
  std::string host;
  addrinfo hints{};
  gaicb request{};
};

// getaddrinfo that gives up; its codes.
int Resolve(const std::string& host, Milliseconds patience,
            std::vector<Endpoint>& endpoints) {
  auto question = std::make_unique<Question>();
  question->host = host;
  question->hints.ai_socktype = SOCK_STREAM;
  question->hints.ai_flags = AI_ADDRCONFIG;
  question->request.ar_name = question->host.c_str();
  question->request.ar_request = &question->hints;
  std::array<gaicb*, 1> list{&question->request};
  if (const int error = getaddrinfo_a(GAI_NOWAIT, list.data(), 1, nullptr)) {
    return error;
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
  const timespec time{seconds.count(),
                      std::chrono::nanoseconds(patience - seconds).count()};
  const std::array<const gaicb*, 1> waited{&question->request};
  gai_suspend(waited.data(), 1, &time);
  const int error = gai_error(&question->request);
  if (error == EAI_INPROGRESS) {
    (void)question.release();
    return EAI_AGAIN;
  }
  if (error != 0) return error;
  for (const addrinfo* info = question->request.ar_result; info != nullptr;
       info = info->ai_next) {
    Endpoint endpoint{TextOf(*info), "", {}, info->ai_addrlen};
    memcpy(&endpoint.address, info->ai_addr, info->ai_addrlen);
    endpoints.push_back(std::move(endpoint));
  }
  freeaddrinfo(question->request.ar_result);
  return 0;
}

void SetPort(uint16_t port, Endpoint& endpoint) {
  endpoint.text = Address{endpoint.host, port, ""}.Text();
  if (endpoint.address.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(endpoint.address).sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in&>(endpoint.address).sin_port = htons(port);
  }
}

Endpoint UnixEndpoint(const Address& server) {
  if (server.path.size() >= sizeof(sockaddr_un::sun_path)) {
    throw Failure("unavailable", server.Text() + " is too long a path",
                  "a socket's path has at most 107 bytes");
  }
  Endpoint endpoint{server.Text(), server.Text(), {}, sizeof(sockaddr_un)};
  auto& address = reinterpret_cast<sockaddr_un&>(endpoint.address);
  address.sun_family = AF_UNIX;
  server.path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return endpoint;
}

}  // namespace

std::vector<Endpoint> FindEndpoints(const Address& server,
                                    Milliseconds patience) {
  if (server.is_unix()) return {UnixEndpoint(server)};
  // As Address::Target has it.
  const std::string host =
      server.host == "localhost" ? "127.0.0.1" : server.host;
  std::vector<Endpoint> endpoints;
  if (const int error = Resolve(host, patience, endpoints)) {
    throw Failure("unavailable",
                  "can't resolve " + host + ": " + gai_strerror(error),
                  "check the name with: getent hosts " + host +
                      "; or name another server with --server");
  }
  for (Endpoint& endpoint : endpoints) SetPort(server.port, endpoint);
  return endpoints;
}

Attempt BeginConnecting(const Endpoint& endpoint) {
  Attempt attempt{File(socket(endpoint.address.ss_family,
                              SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
                  0};
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint.address);
  if (attempt.socket.fd() < 0 ||
      connect(attempt.socket.fd(), address, endpoint.size) != 0) {
    attempt.error = errno;
  }
  return attempt;
}

void FinishConnecting(Attempt& attempt, SteadyTime end) {
  if (attempt.error != EINPROGRESS) return;
  if (!WaitFor(attempt.socket.fd(), POLLOUT, end)) {
    attempt.error = ETIMEDOUT;
    return;
  }
  socklen_t size = sizeof(attempt.error);
  getsockopt(attempt.socket.fd(), SOL_SOCKET, SO_ERROR, &attempt.error, &size);
}

bool WaitFor(int fd, short events, SteadyTime end) {
  for (;;) {
    const auto left =
        std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
    pollfd waiting{fd, events, 0};
    const int64_t time = std::max<int64_t>(0, left.count());
    const int ready = poll(&waiting, 1, static_cast<int>(time));
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0;
  }
}

}  // namespace turbo::ctl
