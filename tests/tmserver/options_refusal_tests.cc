#include <sysexits.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/tmserver/options_testing.h"

namespace turbo::server {
namespace {

BOOST_FIXTURE_TEST_SUITE(options_refusal, OptionsFixture)

BOOST_AUTO_TEST_CASE(a_number_beyond_all_numbers_is_refused) {
  Write("{\"port\": 1e999}");
  BOOST_TEST(Refused(WithConfig()).exit_code == EX_CONFIG);
}

BOOST_AUTO_TEST_CASE(wrong_files_are_named) {
  Refusal refusal = Refused({"--config", kNowhere});
  BOOST_TEST(refusal.exit_code == EX_CONFIG);
  BOOST_TEST(refusal.Names(kNowhere));
  refusal = Refused({"--config", directory});
  BOOST_TEST(refusal.exit_code == EX_CONFIG);
  BOOST_TEST(refusal.Names(directory));
  for (const char* text : {"",
                           "{",
                           "[]",
                           "7",
                           "null",
                           R"({"colour": 1})",
                           R"({"tray-capacity": 1})",
                           R"({"port": "7"})",
                           R"({"port": 7.5})",
                           R"({"port": -1})",
                           R"({"port": 65536})",
                           R"({"port": null})",
                           R"({"store": 7})",
                           R"({"insecure": "yes"})",
                           R"({"listen": "127.0.0.1:1"})",
                           R"({"listen": [7]})",
                           R"({"session_ttl": 7})",
                           R"({"config": "x"})",
                           R"({"port": 1, "listen": ["127.0.0.1:1"]})",
                           R"({"help": true})",
                           R"({"max_message_size": "big"})",
                           R"({"tray_capacity": 1e3})"}) {
    Write(text);
    refusal = Refused(WithConfig());
    BOOST_TEST(refusal.exit_code == EX_CONFIG, text);
    BOOST_TEST(refusal.Names(config), text << ": " << refusal.message);
  }
  Write(R"({"colour": 1})");
  BOOST_TEST(Refused(WithConfig()).Names("colour"));
}

BOOST_AUTO_TEST_CASE(wrong_variables_are_named) {
  const Refusal refusal = Refused({}, {{"TMSERVER_TRAY_CAPACITY", "many"}});
  BOOST_TEST(refusal.exit_code == EX_CONFIG);
  BOOST_TEST(refusal.Names("TMSERVER_TRAY_CAPACITY"));
  BOOST_TEST(refusal.Names("many"));
}

BOOST_AUTO_TEST_CASE(wrong_command_lines_are_usage_errors) {
  const Args lines[] = {
      {"--foo"},
      {"--foo=bar"},
      {"-x"},
      {"--port"},
      {"--port="},
      {"--port", "x"},
      {"--port", "-1"},
      {"--port", "+1"},
      {"--port", " 1"},
      {"--port", "0x10"},
      {"--port", "65536"},
      {"--port", "18446744073709551617"},
      {"65536"},
      {"x"},
      {""},
      {"1", "2"},
      {"1", "--port", "2"},
      {"serve", "x"},
      {"serve", "serve"},
      {"1", "--listen", "127.0.0.1:1"},
      {"--port", "1", "--listen", "127.0.0.1:1"},
      {"--listen", "127.0.0.1"},
      {"--listen", ":1"},
      {"--listen", "::1:1"},
      {"--listen", "[127.0.0.1]:1"},
      {"--listen", "unix:"},
      {"--listen", "unix:/" + std::string(200, 'x')},
      {"--session-ttl", "90"},
      {"--session-ttl", "0s"},
      {"--session-ttl", "-1s"},
      {"--session-ttl", "1w"},
      {"--session-ttl", ""},
      {"--session-ttl", "99999999999999999999d"},
      {"--session-max", "99999999d"},
      {"--max-message-size", "0"},
      {"--max-message-size", "257MiB"},
      {"--max-message-size", "1kB"},
      {"--max-message-size", "1 k"},
      {"--max-message-size", "17179869184G"},
      {"--min-password-length", "0"},
      {"--min-password-length", "1025"},
      {"--registration", "invited"},
      {"--log-level", "loud"},
      {"--log-format", "xml"},
      {"--insecure=maybe"},
      {"--tls-cert", "F"},
      {"--tls-key", "F"},
      {"--tls-client-ca", "F"},
      {"--tls-cert="},
      {"--socket-mode", "8"},
      {"--socket-mode", "1777"},
      {"--socket-group="},
      {"--store="},
      {"--" + std::string(200'000, 'x')},
      {"backup"},
      {"admin-token"},
  };
  for (const Args& line : lines) {
    const Refusal refusal = Refused(line);
    BOOST_TEST(refusal.exit_code == EX_USAGE, line.back().substr(0, 100));
    BOOST_TEST(!refusal.message.empty());
  }
  BOOST_TEST(Refused({"--foo=bar"}).message == "unknown option --foo");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::server
