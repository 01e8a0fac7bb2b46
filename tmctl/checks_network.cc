#include <absl/strings/str_join.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <vector>

#include "tmctl/checks_server.h"
#include "tmctl/files.h"

namespace turbo::ctl {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr char kName[] = "name";
constexpr char kConnection[] = "connection";

// An address of the server, as connect takes it.
struct Endpoint {
  std::string text;
  sockaddr_storage address{};
  socklen_t size = 0;
};

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
    Endpoint endpoint{TextOf(*info), {}, info->ai_addrlen};
    memcpy(&endpoint.address, info->ai_addr, info->ai_addrlen);
    endpoints.push_back(std::move(endpoint));
  }
  freeaddrinfo(question->request.ar_result);
  return 0;
}

void SetPort(uint16_t port, Endpoint& endpoint) {
  endpoint.text = Address{endpoint.text, port, ""}.Text();
  if (endpoint.address.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(endpoint.address).sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in&>(endpoint.address).sin_port = htons(port);
  }
}

std::vector<Endpoint> UnixEndpoint(const Address& server) {
  Endpoint endpoint{server.Text(), {}, sizeof(sockaddr_un)};
  auto& address = reinterpret_cast<sockaddr_un&>(endpoint.address);
  address.sun_family = AF_UNIX;
  server.path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return {endpoint};
}

// The addresses behind the name; none where the check failed.
std::vector<Endpoint> CheckName(const Address& server, Milliseconds patience,
                                const Tell& tell) {
  if (server.path.size() >= sizeof(sockaddr_un::sun_path)) {
    tell(Failed(kName, {"unavailable", server.Text() + " is too long a path",
                        "a socket's path has at most 107 bytes"}));
    return {};
  }
  if (server.is_unix()) {
    tell(Ok(kName, server.Text() + " needs no resolver"));
    return UnixEndpoint(server);
  }
  // As Address::Target has it.
  const std::string host =
      server.host == "localhost" ? "127.0.0.1" : server.host;
  std::vector<Endpoint> endpoints;
  if (const int error = Resolve(host, patience, endpoints)) {
    tell(Failed(kName, {"unavailable",
                        "can't resolve " + host + ": " + gai_strerror(error),
                        "check the name with: getent hosts " + host +
                            "; or name another server with --server"}));
    return {};
  }
  std::vector<std::string> texts;
  for (Endpoint& endpoint : endpoints) {
    texts.push_back(endpoint.text);
    SetPort(server.port, endpoint);
  }
  const std::string list = absl::StrJoin(texts, ", ");
  tell(Ok(kName, server.host == list ? list + " needs no resolver"
                                     : server.host + " is " + list));
  return endpoints;
}

// A connection that is being made.
struct Attempt {
  File socket;
  int error = EINPROGRESS;  // 0: it is made
};

Attempt Begin(const Endpoint& endpoint) {
  Attempt attempt{File(socket(endpoint.address.ss_family,
                              SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))};
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint.address);
  if (attempt.socket.fd() >= 0 &&
      connect(attempt.socket.fd(), address, endpoint.size) == 0) {
    attempt.error = 0;
  } else {
    attempt.error = errno;
  }
  return attempt;
}

void Finish(Attempt& attempt, SteadyTime end) {
  while (attempt.error == EINPROGRESS) {
    const auto left =
        std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
    pollfd waiting{attempt.socket.fd(), POLLOUT, 0};
    const int64_t time = std::max<int64_t>(0, left.count());
    const int ready = poll(&waiting, 1, static_cast<int>(time));
    if (ready < 0 && errno == EINTR) continue;
    socklen_t size = sizeof(attempt.error);
    if (ready <= 0) {
      attempt.error = ETIMEDOUT;
    } else {
      getsockopt(attempt.socket.fd(), SOL_SOCKET, SO_ERROR, &attempt.error,
                 &size);
    }
  }
}

bool CheckConnection(const std::vector<Endpoint>& endpoints,
                     Milliseconds patience, const Tell& tell) {
  const SteadyTime end = std::chrono::steady_clock::now() + patience;
  std::vector<Attempt> attempts;
  attempts.reserve(endpoints.size());
  for (const Endpoint& endpoint : endpoints) {
    attempts.push_back(Begin(endpoint));
  }
  std::vector<std::string> good;
  std::vector<std::string> bad;
  for (size_t i = 0; i < attempts.size(); ++i) {
    Finish(attempts[i], end);
    if (attempts[i].error == 0) {
      good.push_back(endpoints[i].text);
    } else {
      bad.push_back(WithErrno(endpoints[i].text, attempts[i].error));
    }
  }
  const std::string answers = absl::StrJoin(good, ", ") + " takes connections";
  if (good.empty()) {
    tell(Failed(kConnection, {"unavailable", absl::StrJoin(bad, "; ")}));
  } else if (!bad.empty()) {
    tell(Warning(kConnection, answers + "; " + absl::StrJoin(bad, "; "),
                 "name the address that answers, with --server"));
  } else {
    tell(Ok(kConnection, answers));
  }
  return !good.empty();
}

Check CheckTls(const Settings& settings) {
  constexpr char kTls[] = "tls";
  if (settings.server.IsLocal()) {
    return Ok(kTls, "not encrypted; nothing leaves this machine");
  }
  const std::string plain =
      "the connection to " + settings.server.Text() + " is not encrypted";
  if (!settings.insecure) {
    return Failed(kTls,
                  {"bad_config", plain,
                   "allow that with --insecure where the network is trusted"});
  }
  return Warning(kTls,
                 plain + ": passwords, tokens and mail can be read on the way",
                 "use it in a network that you trust, or through ssh -L");
}

}  // namespace

bool CheckNetwork(const Settings& settings, const Tell& tell) {
  const Milliseconds patience = PatienceOf(settings);
  const auto endpoints = CheckName(settings.server, patience, tell);
  bool reached = false;
  if (endpoints.empty()) {
    tell(Skipped(kConnection, "there is no address to connect to"));
  } else {
    reached = CheckConnection(endpoints, patience, tell);
  }
  tell(CheckTls(settings));
  return reached;
}

}  // namespace turbo::ctl
