#include <boost/test/unit_test.hpp>
#include <string>

#include "tmserver/service/peer.h"

namespace turbo::service {
namespace {

BOOST_AUTO_TEST_SUITE(peer)

BOOST_AUTO_TEST_CASE(an_address_has_no_port) {
  BOOST_TEST(AddressOf("ipv4:192.0.2.1:4711") == "192.0.2.1");
  BOOST_TEST(OriginOf("ipv4:192.0.2.1:4711") == "192.0.2.1");
  BOOST_TEST(AddressOf("ipv6:%5B2001:db8::1%5D:4711") == "2001:db8::1");
  BOOST_TEST(AddressOf("ipv6:[2001:0db8:0::1]:4711") == "2001:db8::1");
}

BOOST_AUTO_TEST_CASE(an_ipv6_network_is_one_place) {
  const std::string place = "2001:db8:1:2::/64";
  BOOST_TEST(OriginOf("ipv6:%5B2001:db8:1:2::1%5D:1") == place);
  BOOST_TEST(OriginOf("ipv6:%5B2001:db8:1:2:ffff:ffff:ffff:ffff%5D:2") ==
             place);
  BOOST_TEST(OriginOf("ipv6:%5B2001:db8:1:3::1%5D:1") != place);
}

BOOST_AUTO_TEST_CASE(ipv4_in_ipv6_is_ipv4) {
  BOOST_TEST(AddressOf("ipv6:%5B::ffff:192.0.2.1%5D:4711") == "192.0.2.1");
  BOOST_TEST(OriginOf("ipv6:%5B::ffff:192.0.2.1%5D:4711") == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(a_zone_does_not_count) {
  BOOST_TEST(AddressOf("ipv6:%5Bfe80::1%25eth0%5D:1") == "fe80::1");
  BOOST_TEST(AddressOf("ipv6:[fe80::1%25eth0]:1") == "fe80::1");
}

BOOST_AUTO_TEST_CASE(a_unix_socket_has_no_place) {
  for (const char* name : {"unix:", "unix:/run/tm.sock", "unix-abstract:x"}) {
    BOOST_TEST(AddressOf(name) == "unix");
    BOOST_TEST(OriginOf(name) == "");
  }
}

BOOST_AUTO_TEST_CASE(what_is_strange_is_a_place_of_its_own) {
  for (const char* name : {"ipv6:", "ipv6:%5Bx%5D:1", "vsock:3", ""}) {
    BOOST_TEST(AddressOf(name) == name);
    BOOST_TEST(OriginOf(name) == name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
