#include <memory>
#include <string>
#include <vector>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/config/settings.h"

namespace turbo::ctl {
namespace {

using Words = std::vector<std::string>;

// A configuration of the test's own, and none of the caller's variables.
struct Fixture {
  Fixture() {
    for (const Option& option : GlobalOptions()) {
      std::string name = "TMCTL_" + std::string(option.name);
      for (char& c : name) c = c == '-' ? '_' : static_cast<char>(toupper(c));
      cleared.push_back(std::make_unique<Variable>(name, std::nullopt));
    }
    WriteFile(path, R"({"profiles": {
        "default": {"server": "profile.org", "timeout": "7s", "copy": false,
                    "output": "ids", "quiet": true},
        "work": {"server": "work.org"},
        "broken": {"timeout": "soon"}}})");
  }

  static Arguments Parse(const Words& words) {
    return ParseArguments(GlobalOptions(), {}, words);
  }
  Settings Resolve(const Words& words, bool may_create = false) const {
    return ResolveSettings(Parse(words), Config(path), may_create);
  }
  std::string Refusal(const Words& words) const {
    return CodeOf([&] { Resolve(words); });
  }

  std::vector<std::unique_ptr<Variable>> cleared;
  TempDir dir;
  std::string path = dir / "tmctl.json";
};

BOOST_FIXTURE_TEST_SUITE(settings, Fixture)

BOOST_AUTO_TEST_CASE(without_anything_the_defaults_hold) {
  const Settings settings =
      ResolveSettings(Parse({}), Config(dir / "none"), false);
  BOOST_TEST(settings.profile == "default");
  BOOST_TEST(settings.server.Text() == "localhost:50052");
  BOOST_TEST((settings.timeout == std::chrono::seconds(10)));
  BOOST_TEST(settings.retry == 0);
  BOOST_TEST(settings.keep_copy);
  BOOST_TEST(!settings.insecure);
  BOOST_TEST(!settings.quiet);
  BOOST_TEST(!settings.no_input);
  BOOST_TEST(settings.token_file.empty());
}

BOOST_AUTO_TEST_CASE(a_flag_beats_a_variable_beats_the_profile) {
  BOOST_TEST(Resolve({}).server.host == "profile.org");
  const Variable variable("TMCTL_SERVER", "variable.org");
  BOOST_TEST(Resolve({}).server.host == "variable.org");
  BOOST_TEST(Resolve({"-S", "flag.org"}).server.host == "flag.org");
}

BOOST_AUTO_TEST_CASE(an_empty_variable_counts_as_unset) {
  const Variable variable("TMCTL_SERVER", "");
  BOOST_TEST(Resolve({}).server.host == "profile.org");
}

BOOST_AUTO_TEST_CASE(a_profile_brings_its_settings) {
  const Settings settings = Resolve({});
  BOOST_TEST((settings.timeout == std::chrono::seconds(7)));
  BOOST_TEST((settings.output == OutputMode::kIds));
  BOOST_TEST(!settings.keep_copy);
  BOOST_TEST(settings.quiet);
  BOOST_TEST(Resolve({"-p", "work"}).server.host == "work.org");
  BOOST_TEST(!Resolve({"-p", "work"}).quiet);
}

BOOST_AUTO_TEST_CASE(a_variable_chooses_the_profile) {
  const Variable variable("TMCTL_PROFILE", "work");
  BOOST_TEST(Resolve({}).server.host == "work.org");
  BOOST_TEST(Resolve({"-p", "default"}).server.host == "profile.org");
}

BOOST_AUTO_TEST_CASE(a_variable_can_switch_off_what_the_profile_has_on) {
  for (const char* no : {"0", "false", "no", "off"}) {
    const Variable variable("TMCTL_QUIET", no);
    BOOST_TEST(!Resolve({}).quiet);
  }
  const Variable variable("TMCTL_INSECURE", "1");
  BOOST_TEST(Resolve({}).insecure);
}

BOOST_AUTO_TEST_CASE(an_unknown_profile_is_refused_unless_it_is_being_made) {
  BOOST_TEST(Refusal({"-p", "none"}) == "bad_config");
  BOOST_TEST(Resolve({"-p", "none"}, true).profile == "none");
}

BOOST_AUTO_TEST_CASE(what_can_not_be_kept_as_json_is_refused) {
  for (const Words& words :
       {Words{"-p", "\xff"}, Words{"-S", "unix:/\xff.sock"}}) {
    BOOST_TEST(CodeOf([&] { Resolve(words, true); }) == "usage");
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_flag_is_a_usage_error) {
  for (const Words& words :
       {Words{"--server=a b"}, Words{"--timeout=soon"}, Words{"--retry=-1"},
        Words{"--retry=99999999999"}, Words{"--output=xml"},
        Words{"--server=tls://"}, Words{"--tls-ca=F"},
        Words{"--server=tls://host", "--tls-cert=F"}}) {
    BOOST_TEST(Refusal(words) == "usage", words[0]);
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_variable_is_a_bad_configuration) {
  for (const auto& [name, value] :
       {std::pair{"SERVER", "a b"}, std::pair{"TIMEOUT", "soon"},
        std::pair{"RETRY", "-1"}, std::pair{"OUTPUT", "xml"},
        std::pair{"QUIET", "maybe"}, std::pair{"PROFILE", "none"}}) {
    const Variable variable(std::string("TMCTL_") + name, value);
    BOOST_TEST(Refusal({}) == "bad_config", name);
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_value_in_a_profile_is_a_bad_configuration) {
  BOOST_TEST(Refusal({"-p", "broken"}) == "bad_config");
  BOOST_TEST((Resolve({"-p", "broken", "--timeout=1s"}).timeout ==
              std::chrono::seconds(1)));
}

BOOST_AUTO_TEST_CASE(the_files_of_tls_come_as_other_settings_do) {
  const Words server{"--server=tls://host"};
  BOOST_TEST(Resolve(server).tls.ca.empty());
  WriteFile(path, R"({"profiles": {"default": {"tls_ca": "ca.crt",
      "tls_cert": "/c.crt", "tls_key": "/c.key"}}})");
  BOOST_TEST(Resolve(server).tls.ca == dir / "ca.crt");
  BOOST_TEST(Resolve(server).tls.cert == "/c.crt");
  BOOST_TEST(Resolve(server).tls.key == "/c.key");
  const Variable variable("TMCTL_TLS_CA", "variable.crt");
  BOOST_TEST(Resolve(server).tls.ca == "variable.crt");
  BOOST_TEST(Resolve({"-S", "tls://host", "--tls-ca", "flag.crt"}).tls.ca ==
             "flag.crt");
}

BOOST_AUTO_TEST_CASE(half_of_a_pair_of_files_is_refused) {
  const Variable variable("TMCTL_TLS_KEY", "key");
  BOOST_TEST(Refusal({"--server=tls://host"}) == "bad_config");
}

BOOST_AUTO_TEST_CASE(a_path_that_no_profile_can_keep_is_refused) {
  const Variable variable("TMCTL_TLS_CA", "\xff.crt");
  BOOST_TEST(Refusal({"--server=tls://host"}) == "bad_config");
}

BOOST_AUTO_TEST_CASE(json_is_an_output_among_others) {
  BOOST_TEST((Resolve({"--json"}).output == OutputMode::kJson));
  BOOST_TEST((Resolve({"--json", "-o", "table"}).output == OutputMode::kTable));
  const Variable variable("TMCTL_JSON", "1");
  BOOST_TEST((Resolve({}).output == OutputMode::kJson));
  BOOST_TEST((Resolve({"-ojsonl"}).output == OutputMode::kJsonl));
}

BOOST_AUTO_TEST_CASE(a_profile_s_token_file_is_not_one_by_flag_or_variable) {
  WriteFile(path, R"({"profiles": {"default": {"token_file": "/p"}}})");
  BOOST_TEST(Resolve({}).token_file.empty());
  BOOST_TEST(Resolve({"--token-file", "/f"}).token_file == "/f");
}

BOOST_AUTO_TEST_CASE(a_value_knows_where_it_came_from) {
  const Config config(path);
  const auto flag = FindSetting(Parse({"-S", "x"}), &config, "", "server");
  BOOST_TEST(flag.value().origin == "--server");
  BOOST_TEST(flag.value().from_flag);
  const auto profile = FindSetting(Parse({}), &config, "work", "server");
  BOOST_TEST(profile.value().value == "work.org");
  BOOST_TEST(!profile.value().from_flag);
  BOOST_TEST(!FindSetting(Parse({}), nullptr, "", "server").has_value());
}

BOOST_AUTO_TEST_CASE(the_configuration_s_path_is_a_flag_or_a_variable) {
  BOOST_TEST(ConfigPath(Parse({})).empty());
  const Variable variable("TMCTL_CONFIG", "/variable");
  BOOST_TEST(ConfigPath(Parse({})) == "/variable");
  BOOST_TEST(ConfigPath(Parse({"--config", "/flag"})) == "/flag");
}

BOOST_AUTO_TEST_CASE(the_output_is_guessed_from_broken_command_lines) {
  for (const Words& words :
       {Words{"--nonsense", "-o", "jsonl"}, Words{"-ojsonl", "--nonsense"},
        Words{"--output=jsonl"}, Words{"send", "--output", "jsonl"}}) {
    BOOST_TEST((GuessOutput(words) == OutputMode::kJsonl));
  }
  BOOST_TEST((GuessOutput({"--json"}) == OutputMode::kJson));
  const Variable variable("TMCTL_OUTPUT", "ids");
  for (const Words& words : {Words{"-o"}, Words{"--", "-ojsonl"}, Words{}}) {
    BOOST_TEST((GuessOutput(words) == OutputMode::kIds));
  }
}

BOOST_AUTO_TEST_CASE(a_setting_is_checked_before_it_is_kept) {
  const auto check = [](const char* key, const char* value) {
    CheckSetting(*FindProfileKey(key), value);
  };
  for (const auto& [key, value] :
       {std::pair{"copy", "maybe"}, std::pair{"server", "a b"},
        std::pair{"output", "xml"}, std::pair{"timeout", "5"},
        std::pair{"retry", "many"}}) {
    BOOST_TEST(
        CodeOf([&, key = key, value = value] { check(key, value); }) == "usage",
        key);
  }
  check("copy", "off");
  check("server", "host:1");
  check("output", "jsonl");
  check("timeout", "5s");
  check("retry", "2");
  check("password_command", "anything");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
