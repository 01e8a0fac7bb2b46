#include <unistd.h>

#include <boost/test/tree/decorator.hpp>
#include <filesystem>
#include <string>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/config/config.h"

namespace turbo::ctl {
namespace {

namespace utf = boost::unit_test;

constexpr char kTwoProfiles[] = R"({
  // Comments are allowed.
  "profiles": {
    "default": {"server": "localhost:1", "user": "ana", "token": "secret",
                "token_server": "localhost:1", "copy": false, "retry": 3},
    /* This one, too. */
    "work": {"server": "example.org:2", "password_command": "pass work"}
  }
})";

struct Fixture {
  Config Load() const { return Config(path); }
  Config Load(const std::string& text, mode_t mode = 0600) const {
    WriteFile(path, text, mode);
    return Load();
  }
  Failure Refusal(const std::string& text, mode_t mode = 0600) const {
    return FailureOf([&] { Load(text, mode); });
  }

  TempDir dir;
  std::string path = dir / "tmctl.json";
};

boost::test_tools::assertion_result IsRoot(utf::test_unit_id) {
  return geteuid() == 0;
}

BOOST_FIXTURE_TEST_SUITE(config, Fixture)

BOOST_AUTO_TEST_CASE(a_missing_file_has_no_profiles) {
  const Config config = Load();
  BOOST_TEST(config.path() == path);
  BOOST_TEST(!config.HasProfile("default"));
  BOOST_TEST(!config.Get("default", "server").has_value());
  BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(aliases_are_names_and_lists_of_names) {
  const Config config = Load(
      R"({"profiles": {"default": {"aliases": {"root": ["ana"], "@": "x"}}}})");
  BOOST_TEST(config.Aliases("default").dump() == R"({"root":["ana"],"@":"x"})");
  BOOST_TEST(config.Aliases("work").dump() == "{}");
  for (const std::string bad :
       {"[]", "\"ana\"", R"({"a": []})", R"({"a": ""})", R"({"a": [1]})",
        R"({"a": [""]})", R"({"a": {}})"}) {
    BOOST_TEST(
        Refusal("{\"profiles\": {\"default\": {\"aliases\": " + bad + "}}}")
            .code == "bad_config");
  }
}

BOOST_AUTO_TEST_CASE(values_are_read_as_text) {
  const Config config = Load(kTwoProfiles);
  BOOST_TEST(config.HasProfile("default"));
  BOOST_TEST(config.Get("default", "server").value() == "localhost:1");
  BOOST_TEST(config.Get("default", "copy").value() == "false");
  BOOST_TEST(config.Get("default", "retry").value() == "3");
  BOOST_TEST(config.Get("work", "server").value() == "example.org:2");
  BOOST_TEST(!config.Get("work", "user").has_value());
  BOOST_TEST(!config.Get("none", "server").has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_document_is_fine) {
  BOOST_TEST(!Load("{}").HasProfile("default"));
  BOOST_TEST(!Load(R"({"profiles": {}})").HasProfile("default"));
}

BOOST_AUTO_TEST_CASE(the_list_of_profiles_shows_no_secret) {
  const Json profiles = Load(kTwoProfiles).Profiles();
  BOOST_TEST(profiles.size() == 2u);
  BOOST_TEST(!profiles["default"].contains("token"));
  BOOST_TEST(profiles["default"]["user"] == "ana");
  BOOST_TEST(profiles.dump().find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_read_or_write_is_refused) {
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0644, 0601}) {
    const Failure failure = Refusal("{}", mode);
    BOOST_TEST(failure.code == "bad_config");
    BOOST_TEST(failure.hint == "chmod 600 " + path);
  }
  Load("{}", 0400);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_user_is_refused,
                     *utf::precondition(IsRoot)) {
  WriteFile(path, "{}");
  BOOST_REQUIRE(chown(path.c_str(), 65534, 65534) == 0);
  BOOST_TEST(CodeOf([&] { Load(); }) == "bad_config");
}

BOOST_AUTO_TEST_CASE(what_is_not_a_configuration_is_refused) {
  for (const char* text :
       {"", "nonsense", "[]", "{", R"({"profile": {}})", R"({"profiles": []})",
        R"({"profiles": {"p": []}})", "{\"profiles\": {\"\xff\": {}}}"}) {
    const Failure failure = Refusal(text);
    BOOST_TEST(failure.code == "bad_config", text);
    BOOST_TEST(failure.message.starts_with(path), text);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_refused_by_name) {
  const Failure failure = Refusal(R"({"profiles": {"work": {"sever": "x"}}})");
  BOOST_TEST(failure.code == "bad_config");
  BOOST_TEST(failure.message.find("sever") != std::string::npos);
  BOOST_TEST(failure.message.find("work") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_value_has_its_key_s_type) {
  for (const char* value :
       {R"("copy": "false")", R"("copy": 0)", R"("server": 1)",
        R"("retry": "3")", R"("retry": -1)", R"("retry": 1.5)",
        R"("token": null)"}) {
    BOOST_TEST(
        Refusal(std::string(R"({"profiles": {"p": {)") + value + "}}}").code ==
            "bad_config",
        value);
  }
}

BOOST_AUTO_TEST_CASE(an_update_changes_one_profile_alone) {
  Config config = Load(kTwoProfiles);
  config.Update("default", [](Json& profile) {
    profile["user"] = "beto";
    profile.erase("token");
  });
  for (const Config& seen : {config, Load()}) {
    BOOST_TEST(seen.Get("default", "user").value() == "beto");
    BOOST_TEST(!seen.Get("default", "token").has_value());
    BOOST_TEST(seen.Get("default", "server").value() == "localhost:1");
    BOOST_TEST(seen.Get("work", "password_command").value() == "pass work");
  }
}

BOOST_AUTO_TEST_CASE(an_update_sees_what_others_wrote_meanwhile) {
  Config ours = Load(kTwoProfiles);
  Config theirs = Load();
  theirs.Update("work", [](Json& profile) { profile["user"] = "caro"; });
  ours.Update("default", [](Json& profile) { profile["user"] = "beto"; });
  BOOST_TEST(Load().Get("work", "user").value() == "caro");
  BOOST_TEST(Load().Get("default", "user").value() == "beto");
}

BOOST_AUTO_TEST_CASE(an_update_makes_file_directory_and_profile) {
  Config config(dir / "a/b/tmctl.json");
  {
    const FileLock lock = config.Lock(Milliseconds(0));
    config.Update("new", [](Json& profile) { profile["user"] = "ana"; });
  }
  BOOST_TEST(config.HasProfile("new"));
  BOOST_TEST(ModeOf(dir / "a/b") == 0700u);
  BOOST_TEST(ModeOf(dir / "a/b/tmctl.json") == 0600u);
  BOOST_TEST(Config(dir / "a/b/tmctl.json").HasProfile("new"));
}

BOOST_AUTO_TEST_CASE(an_update_that_fails_changes_nothing) {
  Config config = Load(kTwoProfiles);
  BOOST_CHECK_THROW(
      config.Update("default", [](Json&) { throw Failure("busy", ""); }),
      Failure);
  BOOST_TEST(ReadFile(path) == kTwoProfiles);
}

BOOST_AUTO_TEST_CASE(a_file_that_became_unsafe_is_not_updated) {
  Config config = Load(kTwoProfiles);
  chmod(path.c_str(), 0644);
  BOOST_TEST(CodeOf([&] { config.Update("default", [](Json&) {}); }) ==
             "bad_config");
}

BOOST_AUTO_TEST_CASE(the_lock_is_held_by_one) {
  const Config config = Load();
  const FileLock lock = config.Lock(Milliseconds(0));
  BOOST_TEST(CodeOf([&] { config.Lock(Milliseconds(0)); }) == "busy");
}

BOOST_AUTO_TEST_CASE(the_place_follows_xdg_then_home) {
  const Variable home("HOME", "/home/ana");
  {
    const Variable xdg("XDG_CONFIG_HOME", "/etc/xdg");
    BOOST_TEST(Config::DefaultPath() == "/etc/xdg/turbomessage/tmctl.json");
  }
  for (const char* ignored : {"", "relative"}) {
    const Variable xdg("XDG_CONFIG_HOME", ignored);
    BOOST_TEST(Config::DefaultPath() ==
               "/home/ana/.config/turbomessage/tmctl.json");
  }
}

BOOST_AUTO_TEST_CASE(without_home_the_password_database_is_asked) {
  const Variable xdg("XDG_CONFIG_HOME", std::nullopt);
  const Variable home("HOME", std::nullopt);
  const std::string path_without = Config::DefaultPath();
  BOOST_TEST((path_without.empty() || path_without.starts_with('/')));
}

BOOST_AUTO_TEST_CASE(a_list_holds_texts_and_is_shown_with_commas) {
  const Config config =
      Load(R"({"profiles": {"default": {"notify_to": ["ana", "beto"]}}})");
  BOOST_TEST(config.Get("default", "notify_to").value() == "ana,beto");
  for (const char* wrong : {R"("ana")", "[1]", "{}"}) {
    BOOST_TEST(CodeOf([&] {
                 Load(std::string(R"({"profiles": {"x": {"notify_to": )") +
                      wrong + "}}}");
               }) == "bad_config");
  }
}

BOOST_AUTO_TEST_CASE(every_key_is_found_by_its_name) {
  for (const ProfileKey& key : ProfileKeys()) {
    BOOST_TEST(FindProfileKey(key.name) == &key);
    BOOST_TEST((key.kind != Kind::kSecret || !key.settable));
  }
  BOOST_TEST(FindProfileKey("nonsense") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
