#include "tmserver/service/peer.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

namespace turbo::service {
namespace {

constexpr std::string_view kIpv4 = "ipv4:";
constexpr std::string_view kIpv6 = "ipv6:";
constexpr std::string_view kUnix = "unix";
constexpr size_t kNetworkBytes = 8;  // of an IPv6 address

std::string ToText(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, address, text.data(), text.size());
  return text.data();
}

// Of `[HOST%ZONE]:PORT`, whose brackets gRPC has percent-encoded.
std::optional<in6_addr> Ipv6Of(std::string_view peer) {
  peer.remove_prefix(kIpv6.size());
  for (const std::string_view open : {"%5B", "["}) {
    if (peer.starts_with(open)) peer.remove_prefix(open.size());
  }
  const std::string host(peer.substr(0, peer.find_first_of("%]")));
  in6_addr address;
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return std::nullopt;
  return address;
}

std::string Ipv4Of(std::string_view peer) {
  return std::string(peer.substr(0, peer.rfind(':')).substr(kIpv4.size()));
}

}  // namespace

bool IsUnixSocket(std::string_view peer) { return peer.starts_with(kUnix); }

std::string AddressOf(std::string_view peer) {
  if (IsUnixSocket(peer)) return std::string(kUnix);
  if (peer.starts_with(kIpv4)) return Ipv4Of(peer);
  const auto address = peer.starts_with(kIpv6) ? Ipv6Of(peer) : std::nullopt;
  if (!address) return std::string(peer);
  if (IN6_IS_ADDR_V4MAPPED(&*address)) {
    return ToText(AF_INET, &address->s6_addr[12]);
  }
  return ToText(AF_INET6, &*address);
}

mail::Origin OriginOf(std::string_view peer) {
  if (IsUnixSocket(peer)) return {};
  auto address = peer.starts_with(kIpv6) ? Ipv6Of(peer) : std::nullopt;
  if (!address || IN6_IS_ADDR_V4MAPPED(&*address)) return AddressOf(peer);
  std::fill(std::begin(address->s6_addr) + kNetworkBytes,
            std::end(address->s6_addr), 0);
  return ToText(AF_INET6, &*address) + "/64";
}

}  // namespace turbo::service
