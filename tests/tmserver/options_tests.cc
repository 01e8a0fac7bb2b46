#include <sysexits.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tmserver/options_testing.h"

namespace turbo::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(options, OptionsFixture)

BOOST_AUTO_TEST_CASE(without_options_the_defaults_hold) {
  const Options options = Parse({});
  BOOST_TEST(options.port == 50052);
  BOOST_TEST(options.listen.empty());
  BOOST_TEST(!options.insecure);
  BOOST_TEST(options.store ==
             "sqlite:/home/ana/.local/state/turbomessage/mail.db");
  BOOST_TEST(options.mail.tray_capacity == 5u);
  BOOST_TEST(options.mail.max_message_size == size_t{1} << 20);
  BOOST_TEST((options.sessions.idle == hours(1)));
  BOOST_TEST((options.sessions.absolute == hours(24)));
  BOOST_TEST((options.accounts.registration == mail::Registration::kOpen));
  BOOST_TEST(options.accounts.min_password_length == 8u);
  BOOST_TEST(options.register_days.count() == 365);
  BOOST_TEST((options.log_format == log::Format::kText));
  BOOST_TEST((options.log_level == log::Level::kInfo));
}

BOOST_AUTO_TEST_CASE(every_option_can_be_given) {
  const Options options = Parse({"--listen=127.0.0.1:1",
                                 "--listen",
                                 "[::1]:2",
                                 "--listen",
                                 "unix:/run/a,b.sock",
                                 "--insecure",
                                 "--store",
                                 "memory:",
                                 "--tray-capacity",
                                 "0",
                                 "--session-ttl",
                                 "1h30m",
                                 "--session-max=2d",
                                 "--registration",
                                 "closed",
                                 "--min-password-length",
                                 "1024",
                                 "--max-message-size",
                                 "10k",
                                 "--register-days",
                                 "0",
                                 "--log-format",
                                 "json",
                                 "--log-level",
                                 "trace"});
  const std::vector<ListenAddress> listen = {
      {"127.0.0.1", 1, ""}, {"::1", 2, ""}, {"", 0, "/run/a,b.sock"}};
  BOOST_TEST((options.listen == listen));
  BOOST_TEST(options.insecure);
  BOOST_TEST(options.store == "memory:");
  BOOST_TEST(options.mail.tray_capacity == 0u);
  BOOST_TEST((options.sessions.idle == minutes(90)));
  BOOST_TEST((options.sessions.absolute == hours(48)));
  BOOST_TEST((options.accounts.registration == mail::Registration::kClosed));
  BOOST_TEST(options.accounts.min_password_length == 1024u);
  BOOST_TEST(options.mail.max_message_size == 10240u);
  BOOST_TEST(options.register_days.count() == 0);
  BOOST_TEST((options.log_format == log::Format::kJson));
  BOOST_TEST((options.log_level == log::Level::kTrace));
}

BOOST_AUTO_TEST_CASE(the_administration_socket_is_beside_the_store) {
  const auto socket = [&](const std::vector<std::string>& args) {
    return Parse(args).admin_socket;
  };
  BOOST_TEST(socket({}) ==
             "/home/ana/.local/state/turbomessage/tmserver-admin/mail.db.sock");
  BOOST_TEST(socket({"--store", "sqlite:a.db"}) == "tmserver-admin/a.db.sock");
  BOOST_TEST(socket({"--store", "memory:"}).empty());
  BOOST_TEST(socket({"--admin-socket", "none"}).empty());
  BOOST_TEST(socket({"--store", "memory:", "--admin-socket", "s"}) == "s");
  BOOST_TEST(!Parse({}).admin_socket_chosen);
  BOOST_TEST(Parse({"--admin-socket", "none"}).admin_socket_chosen);
}

BOOST_AUTO_TEST_CASE(admin_token_names_a_user_and_an_end) {
  const auto order = [](const std::vector<std::string>& args) {
    const CommandLine line =
        ParseOptions(args, {{"HOME", "/home/ana"}}, "/nonexistent");
    BOOST_TEST((line.action == Action::kAdminToken));
    return line.admin_token;
  };
  BOOST_TEST(order({"admin-token", "root"}).user == "root");
  BOOST_TEST(!order({"admin-token", "root"}).life.has_value());
  BOOST_TEST(
      (*order({"admin-token", "--expires", "2h", "root"}).life == hours(2)));
  BOOST_TEST((*order({"admin-token", "root", "--expires", "never"}).life ==
              std::chrono::milliseconds(0)));
}

BOOST_AUTO_TEST_CASE(the_port_may_be_an_operand) {
  BOOST_TEST(Parse({"0"}).port == 0);
  BOOST_TEST(Parse({"serve", "65535"}).port == 65535);
  BOOST_TEST(Parse({"serve", "--tray-capacity", "1", "7"}).port == 7);
  BOOST_TEST(Parse({"--port=7"}).port == 7);
  BOOST_TEST(Parse({"--", "7"}).port == 7);
}

BOOST_AUTO_TEST_CASE(the_command_line_counts_before_the_environment) {
  const Environment environment = {{"TMSERVER_TRAY_CAPACITY", "20"},
                                   {"TMSERVER_PORT", "20"}};
  BOOST_TEST(Parse({}, environment).mail.tray_capacity == 20u);
  const Options options = Parse({"--tray-capacity", "10", "10"}, environment);
  BOOST_TEST(options.mail.tray_capacity == 10u);
  BOOST_TEST(options.port == 10);
}

BOOST_AUTO_TEST_CASE(the_environment_counts_before_the_file) {
  Write(R"({"tray_capacity": 30, "port": 30, "session_ttl": "30s"})");
  const Options options =
      Parse(WithConfig(), {{"TMSERVER_TRAY_CAPACITY", "20"}});
  BOOST_TEST(options.mail.tray_capacity == 20u);
  BOOST_TEST(options.port == 30);
  BOOST_TEST((options.sessions.idle == seconds(30)));
  BOOST_TEST((options.sessions.absolute == hours(24)));
}

BOOST_AUTO_TEST_CASE(addresses_replace_those_of_a_lower_layer) {
  Write(R"({"listen": ["127.0.0.1:1", "[::1]:1"]})");
  BOOST_TEST(Parse(WithConfig()).listen.size() == 2u);
  BOOST_TEST(Parse(WithConfig({"9"})).listen.empty());
  BOOST_TEST(Parse(WithConfig({"9"})).port == 9);
  const Environment environment = {
      {"TMSERVER_LISTEN", "127.0.0.1:2,127.0.0.1:3,unix:/x"}};
  BOOST_TEST(Parse(WithConfig(), environment).listen.size() == 3u);
  BOOST_TEST(Parse(WithConfig({"--listen", "127.0.0.1:4"}), environment)
                 .listen.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_empty_variable_is_none) {
  BOOST_TEST(Parse({}, {{"TMSERVER_PORT", ""}}).port == 50052);
}

BOOST_AUTO_TEST_CASE(a_switch_can_be_turned_off_again) {
  Write(R"({"insecure": true})");
  BOOST_TEST(Parse(WithConfig()).insecure);
  BOOST_TEST(!Parse(WithConfig(), {{"TMSERVER_INSECURE", "no"}}).insecure);
  BOOST_TEST(!Parse(WithConfig({"--insecure=false"})).insecure);
}

BOOST_AUTO_TEST_CASE(the_file_may_have_comments_and_every_type) {
  Write(R"({
    // A line.
    "max_message_size": 2048, /* a block */
    "insecure": false,
    "listen": ["unix:/run/tm.sock"],
    "registration": "closed"
  })");
  const Options options = Parse(WithConfig());
  BOOST_TEST(options.mail.max_message_size == 2048u);
  BOOST_TEST((options.accounts.registration == mail::Registration::kClosed));
  BOOST_TEST(options.listen.at(0).path == "/run/tm.sock");
  Write(R"({"max_message_size": "2MiB"})");
  BOOST_TEST(Parse(WithConfig()).mail.max_message_size == size_t{2} << 20);
}

BOOST_AUTO_TEST_CASE(the_file_may_come_from_the_environment) {
  Write(R"({"port": 30})");
  BOOST_TEST(Parse({}, {{"TMSERVER_CONFIG", config}}).port == 30);
}

BOOST_AUTO_TEST_CASE(the_default_file_is_read_where_there_is_one) {
  Write(R"({"port": 30})");
  const Environment environment = {{"HOME", "/"}};
  BOOST_TEST(ParseOptions({}, environment, config).options.port == 30);
  Write("[]");
  BOOST_CHECK_THROW(ParseOptions({}, environment, config), OptionError);
}

BOOST_AUTO_TEST_CASE(a_certificate_needs_its_key_wherever_they_come_from) {
  const Options options =
      Parse({"--tls-cert", "c"}, {{"TMSERVER_TLS_KEY", "k"}});
  BOOST_TEST(options.tls.cert == "c");
  BOOST_TEST(options.tls.key == "k");
  BOOST_TEST(options.tls.wanted());
  BOOST_TEST(!Parse({}).tls.wanted());
  const Refusal refusal = Refused({}, {{"TMSERVER_TLS_KEY", "k"}});
  BOOST_TEST(refusal.exit_code == EX_CONFIG);
  BOOST_TEST(refusal.Names("--tls-cert"));
}

BOOST_AUTO_TEST_CASE(a_mode_has_octal_digits) {
  BOOST_TEST(Parse({"--socket-mode", "0660"}).socket_mode.value() == 0660u);
  BOOST_TEST(Parse({"--socket-mode", "7"}).socket_mode.value() == 7u);
  BOOST_TEST(!Parse({}).socket_mode.has_value());
}

BOOST_AUTO_TEST_CASE(values_are_taken_whole) {
  const std::string path = "sqlite:/a,b\n=" + std::string(200'000, 'x');
  BOOST_TEST(Parse({"--store", path}).store == path);
  BOOST_TEST(Parse({"--store=" + path}).store == path);
  BOOST_TEST(Parse({"--store", "--port=7"}).store == "--port=7");
}

BOOST_AUTO_TEST_CASE(the_state_directory_has_three_places) {
  BOOST_TEST(Parse({}, {{"STATE_DIRECTORY", "/s:/t"}, {"XDG_STATE_HOME", "/x"}})
                 .store == "sqlite:/s/mail.db");
  BOOST_TEST(Parse({}, {{"XDG_STATE_HOME", "/x"}}).store ==
             "sqlite:/x/turbomessage/mail.db");
  BOOST_TEST(Parse({}, {{"XDG_STATE_HOME", "relative"}}).store ==
             "sqlite:/home/ana/.local/state/turbomessage/mail.db");
  const std::string by_passwd = ParseOptions({}, {}, kNowhere).options.store;
  BOOST_TEST(by_passwd.ends_with("/.local/state/turbomessage/mail.db"));
}

BOOST_AUTO_TEST_CASE(help_and_version_need_nothing_else) {
  const Environment broken = {{"TMSERVER_PORT", "x"}};
  BOOST_TEST((ParseOptions({"--help"}, broken).action == Action::kHelp));
  BOOST_TEST((ParseOptions({"-h"}, broken).action == Action::kHelp));
  BOOST_TEST((ParseOptions({"--version"}, broken).action == Action::kVersion));
  BOOST_TEST((ParseOptions({"0"}, {{"HOME", "/"}}).action == Action::kServe));
}

BOOST_AUTO_TEST_CASE(help_has_no_trailing_space_and_fits_a_terminal) {
  std::istringstream lines(Help());
  for (std::string line; std::getline(lines, line);) {
    BOOST_TEST(line.size() <= 80u, line);
    BOOST_TEST(!line.ends_with(' '), line);
  }
}

BOOST_AUTO_TEST_CASE(unknown_variables_are_told) {
  const CommandLine line = ParseOptions({},
                                        {{"TMSERVER_TRAY_CAPACTY", "1"},
                                         {"TMSERVER_PORT", "1"},
                                         {"TMSERVER_CONFIG", ""},
                                         {"TMSERVER", ""},
                                         {"HOME", "/"}},
                                        kNowhere);
  BOOST_TEST((line.unknown_variables == Args{"TMSERVER_TRAY_CAPACTY"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::server
