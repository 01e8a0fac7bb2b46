#include <filesystem>
#include <string>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/net/address.h"

namespace turbo::ctl {
namespace {

Address Parsed(const std::string& text) { return Address::Parse(text).value(); }

BOOST_AUTO_TEST_SUITE(address)

BOOST_AUTO_TEST_CASE(a_host_may_have_a_port) {
  BOOST_TEST(Parsed("mail.example.org:1234").host == "mail.example.org");
  BOOST_TEST(Parsed("mail.example.org:1234").port == 1234);
  BOOST_TEST(Parsed("localhost").port == 50052);
  BOOST_TEST(Parsed("127.0.0.1:65535").port == 65535);
}

BOOST_AUTO_TEST_CASE(a_host_is_folded) {
  BOOST_TEST(Parsed("Mail.Example.ORG").Text() == "mail.example.org:50052");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_stands_in_brackets) {
  BOOST_TEST(Parsed("[::1]:1234").host == "::1");
  BOOST_TEST(Parsed("[::1]:1234").Text() == "[::1]:1234");
  BOOST_TEST(Parsed("[2001:DB8::1]").Text() == "[2001:db8::1]:50052");
}

BOOST_AUTO_TEST_CASE(tls_stands_before_a_host) {
  const Address address = Parsed("tls://Mail.example.org");
  BOOST_TEST(address.tls);
  BOOST_TEST(address.host == "mail.example.org");
  BOOST_TEST(address.port == 50052);
  BOOST_TEST(address.Text() == "tls://mail.example.org:50052");
  BOOST_TEST(address.HostPort() == "mail.example.org:50052");
  BOOST_TEST(Parsed("tls://[::1]:1").Text() == "tls://[::1]:1");
  BOOST_TEST(!Parsed("mail.example.org").tls);
}

BOOST_AUTO_TEST_CASE(a_socket_has_an_absolute_path) {
  const Address address = Parsed("unix:/run/./tm//tm.sock");
  BOOST_TEST(address.is_unix());
  BOOST_TEST(address.path == "/run/tm/tm.sock");
  BOOST_TEST(Parsed("unix:tm.sock").path ==
             (std::filesystem::current_path() / "tm.sock").string());
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_nothing) {
  for (const char* text : {"",
                           ":",
                           ":1234",
                           "host:",
                           "host:0",
                           "host:65536",
                           "host:-1",
                           "host:+1",
                           "host:1234x",
                           "host: 1",
                           "host:12:34",
                           "::1",
                           "[::1",
                           "[]",
                           "[host]:1",
                           "[::1]1234",
                           "[::1]:",
                           "[127.0.0.1]:1",
                           "unix:",
                           "unix",
                           "UNIX:1234",
                           "tls://unix",
                           "a b",
                           "host/path",
                           "http://host",
                           "user@host",
                           "ho\nst",
                           "ñandú",
                           "tls://",
                           "tls://host:0",
                           "tls://unix:/tm.sock",
                           "tls://tls://host",
                           "TLS://host",
                           "tls:host",
                           "tls://host:1/"}) {
    BOOST_TEST(!Address::Parse(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_text_leads_to_the_same_address) {
  for (const char* text : {"host", "host:1", "[::1]:1", "[fe80::1]",
                           "unix:/tm.sock", "tls://host", "tls://[::1]"}) {
    const std::string once = Parsed(text).Text();
    BOOST_TEST(Parsed(once).Text() == once);
  }
}

BOOST_AUTO_TEST_CASE(only_names_are_resolved) {
  BOOST_TEST(Parsed("host:1").Target() == "dns:///host:1");
  BOOST_TEST(Parsed("localhost:1").Target() == "ipv4:127.0.0.1:1");
  BOOST_TEST(Parsed("10.0.0.1:1").Target() == "ipv4:10.0.0.1:1");
  BOOST_TEST(Parsed("[::1]:1").Target() == "ipv6:[::1]:1");
  BOOST_TEST(Parsed("unix:/tm.sock").Target() == "unix:/tm.sock");
  BOOST_TEST(Parsed("tls://host:1").Target() == "dns:///host:1");
  BOOST_TEST(Parsed("tls://[::1]:1").Target() == "ipv6:[::1]:1");
}

BOOST_AUTO_TEST_CASE(loopback_and_sockets_are_local) {
  for (const char* text : {"localhost", "LOCALHOST:1", "127.0.0.1", "127.1.2.3",
                           "[::1]", "unix:/tm.sock"}) {
    BOOST_TEST(Parsed(text).IsLocal(), text);
  }
  for (const char* text :
       {"example.org", "localhost.example.org", "127.0.0.1.example.org",
        "128.0.0.1", "0.0.0.0", "[::]", "[2001:db8::1]", "10.0.0.1"}) {
    BOOST_TEST(!Parsed(text).IsLocal(), text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_encrypted_or_local_is_private) {
  for (const char* text : {"tls://example.org", "localhost", "unix:/tm.sock"}) {
    BOOST_TEST(Parsed(text).IsPrivate(), text);
  }
  BOOST_TEST(!Parsed("example.org").IsPrivate());
  BOOST_TEST(!Parsed("tls://example.org").IsLocal());
}

bool MayGo(const char* to, const char* issuer) {
  return Parsed(to).MayTakeTokenOf(Parsed(issuer));
}

BOOST_AUTO_TEST_CASE(a_token_goes_back_to_its_server) {
  BOOST_TEST(MayGo("example.org", "EXAMPLE.org:50052"));
  BOOST_TEST(MayGo("unix:/tm.sock", "unix:/./tm.sock"));
}

BOOST_AUTO_TEST_CASE(on_loopback_any_port_will_do) {
  BOOST_TEST(MayGo("localhost:1", "localhost:2"));
  BOOST_TEST(MayGo("localhost:1", "127.0.0.1:2"));
  BOOST_TEST(MayGo("[::1]:1", "localhost:2"));
}

BOOST_AUTO_TEST_CASE(a_token_of_tls_goes_back_by_tls_only) {
  BOOST_TEST(MayGo("tls://example.org", "tls://example.org"));
  BOOST_TEST(MayGo("tls://example.org", "example.org"));
  BOOST_TEST(!MayGo("example.org", "tls://example.org"));
  BOOST_TEST(!MayGo("tls://example.org:1", "tls://example.org:2"));
  BOOST_TEST(MayGo("localhost:1", "tls://localhost:2"));
}

BOOST_AUTO_TEST_CASE(a_token_goes_nowhere_else) {
  BOOST_TEST(!MayGo("example.org:1", "example.com:1"));
  BOOST_TEST(!MayGo("example.org:1", "example.org:2"));
  BOOST_TEST(!MayGo("example.org", "localhost"));
  BOOST_TEST(!MayGo("localhost", "example.org"));
  BOOST_TEST(!MayGo("unix:/a.sock", "unix:/b.sock"));
  BOOST_TEST(!MayGo("unix:/a.sock", "localhost"));
  BOOST_TEST(!MayGo("localhost", "unix:/a.sock"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
