#include "tmctl/net/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "proto/turbomessage/wire.h"
#include "tmctl/base/units.h"

namespace turbo::ctl {
namespace {

constexpr char kUnix[] = "unix:";
constexpr std::string_view kTls = "tls://";

bool IsIpv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool IsIpv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool IsLoopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24) == 127;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&v6);
  }
  return host == "localhost";
}

// `unix` before a port would be a socket.
bool IsHost(const std::string& host) {
  return !host.empty() && host != "unix" &&
         std::all_of(host.begin(), host.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '.' || c == '-' || c == '_';
         });
}

std::string Lower(std::string text) {
  for (char& c : text) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

}  // namespace

std::optional<Address> Address::Parse(const std::string& text) {
  if (text.starts_with(kTls)) {
    auto address = Parse(text.substr(kTls.size()));
    if (!address || address->is_unix() || address->tls) return std::nullopt;
    address->tls = true;
    return address;
  }
  Address address;
  if (text.starts_with(kUnix)) {
    address.path = text.substr(sizeof(kUnix) - 1);
    if (address.path.empty()) return std::nullopt;
    address.path = std::filesystem::absolute(address.path).lexically_normal();
    return address;
  }
  std::string rest;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string::npos) return std::nullopt;
    address.host = Lower(text.substr(1, end - 1));
    if (!IsIpv6(address.host)) return std::nullopt;
    rest = text.substr(end + 1);
  } else {
    const size_t colon = std::min(text.find(':'), text.size());
    address.host = Lower(text.substr(0, colon));
    if (!IsHost(address.host)) return std::nullopt;
    rest = text.substr(colon);
  }
  address.port = wire::kDefaultPort;
  if (rest.empty()) return address;
  const auto port = ParseNumber(std::string_view(rest).substr(1));
  if (rest.front() != ':' || !port || *port < 1 || *port > 65535) {
    return std::nullopt;
  }
  address.port = static_cast<uint16_t>(*port);
  return address;
}

bool Address::IsLocal() const { return is_unix() || IsLoopback(host); }

std::string Address::Text() const {
  if (is_unix()) return kUnix + path;
  return (tls ? std::string(kTls) : "") + HostPort();
}

std::string Address::HostPort() const {
  const std::string name = IsIpv6(host) ? "[" + host + "]" : host;
  return name + ":" + std::to_string(port);
}

std::string Address::Target() const {
  if (is_unix()) return kUnix + path;
  // Without the resolver, which takes a fifth of a whole run.
  if (host == "localhost") return "ipv4:127.0.0.1:" + std::to_string(port);
  if (IsIpv6(host)) return "ipv6:" + HostPort();
  if (IsIpv4(host)) return "ipv4:" + HostPort();
  return "dns:///" + HostPort();
}

bool Address::MayTakeTokenOf(const Address& issuer) const {
  if (!is_unix() && !issuer.is_unix() && IsLoopback(host) &&
      IsLoopback(issuer.host)) {
    return true;
  }
  if (is_unix() || issuer.is_unix()) return Text() == issuer.Text();
  return HostPort() == issuer.HostPort() && (tls || !issuer.tls);
}

}  // namespace turbo::ctl
