#include <sys/stat.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "tests/temp_dir.h"
#include "tests/tmserver/server_testing.h"
#include "tmserver/audit.h"

namespace turbo::audit {
namespace {

using nlohmann::json;

// An audit log of the test's own.
struct Fixture {
  Fixture() { Start(path, Level::kInfo); }
  ~Fixture() { Start(kNone, Level::kOff); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  static std::vector<std::string> TextIn(const std::string& file) {
    std::vector<std::string> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  std::vector<json> Lines() const {
    std::vector<json> lines;
    for (const auto& line : TextIn(path)) lines.push_back(json::parse(line));
    return lines;
  }

  const TempDir directory;
  const std::string path = directory / "audit.log";
};

BOOST_FIXTURE_TEST_SUITE(audit, Fixture)

BOOST_AUTO_TEST_CASE(a_line_has_every_field) {
  Write({"login", "ana", "192.0.2.1", "", "ana", "OK"});
  const auto lines = Lines();
  BOOST_TEST_REQUIRE(lines.size() == 1u);
  const json& line = lines[0];
  BOOST_TEST(line.at("time").get<std::string>().size() == 24u);
  BOOST_TEST(line.at("level") == "info");
  BOOST_TEST(line.at("event") == "login");
  BOOST_TEST(line.at("user") == "ana");
  BOOST_TEST(line.at("peer") == "192.0.2.1");
  BOOST_TEST(line.at("token").is_null());
  BOOST_TEST(line.at("target") == "ana");
  BOOST_TEST(line.at("outcome") == "OK");
  BOOST_TEST(line.at("details").is_null());
  BOOST_TEST(line.size() == 9u);
}

BOOST_AUTO_TEST_CASE(the_file_is_its_owners) {
  struct stat info = {};
  BOOST_TEST_REQUIRE(stat(path.c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(hostile_text_stays_in_its_value_and_is_cut) {
  const std::string hostile =
      "x\",\"outcome\":\"OK\"}\n{\"\x1b[31m\xe2\x80\xae\xff" +
      std::string(5'000'000, 'y');
  Write({"login", "", hostile, hostile, hostile, "BAD_CREDENTIALS"});
  const auto text = TextIn(path);
  BOOST_TEST_REQUIRE(text.size() == 1u);
  for (const char c : text[0]) BOOST_TEST_REQUIRE((c >= ' ' && c < 0x7f));
  BOOST_TEST(text[0].size() < 2000u);
  BOOST_TEST(json::parse(text[0]).at("outcome") == "BAD_CREDENTIALS");
}

BOOST_AUTO_TEST_CASE(its_level_leaves_out_what_went_well) {
  SetLevel(Level::kWarn);
  Write({"login", "ana", "", "", "ana", "OK"});
  Write({"login", "", "", "", "ana", "BAD_CREDENTIALS"});
  SetLevel(Level::kOff);
  Write({"login", "", "", "", "ana", "BAD_CREDENTIALS"});
  BOOST_TEST(Lines().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_flood_is_counted_and_not_written) {
  for (int i = 0; i < 1000; ++i) {
    Write({"login", "", "", "", "ana", "RATE_LIMITED"});
  }
  BOOST_TEST(Lines().size() <= 20u);
  Write({"login", "", "", "", "ana", "BAD_CREDENTIALS"});
  BOOST_TEST(Lines().back().at("outcome") == "BAD_CREDENTIALS");
}

BOOST_AUTO_TEST_CASE(a_file_that_was_moved_away_is_begun_anew) {
  Write({"one", "", "", "", "", "OK"});
  const std::string old = directory / "audit.log.1";
  BOOST_TEST_REQUIRE(std::rename(path.c_str(), old.c_str()) == 0);
  Write({"two", "", "", "", "", "OK"});
  Reopen();
  Write({"three", "", "", "", "", "OK"});
  BOOST_TEST(TextIn(old).size() == 2u);
  BOOST_TEST(Lines().at(0).at("event") == "three");
  Start(path, Level::kInfo);
  Write({"four", "", "", "", "", "OK"});
  BOOST_TEST(Lines().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_file_that_can_not_be_is_refused_by_name) {
  const std::string nowhere = directory / "no/where";
  try {
    Start(nowhere, Level::kInfo);
    BOOST_TEST(false);
  } catch (const std::system_error& e) {
    BOOST_TEST(std::string(e.what()).find(nowhere) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_stops_nobody) {
  Start("/dev/full", Level::kInfo);
  const server::TestServer server;
  server::Client ana(server, "ana");
  BOOST_TEST(ana.Login("ana").ok());
}

BOOST_AUTO_TEST_CASE(calls_tell_who_did_what_to_what) {
  {
    server::TestServer server;
    server::Client ana(server, "ana");
    ana.Login("ana", "wrong horse");
    ana.Login("nobody");
    server::Client program(server.Connect());
    program.token = ana.CreateToken("job", server::v1::SCOPE_SEND)->secret();
    program.WhoAmI();
    program.Count({});
    server::v1::RotateTokenRequest rotate;
    program.token = program.RotateToken(rotate)->secret();
    ana.RevokeToken("job");
    program.WhoAmI();
    ana.ChangePassword("wrong horse", "battery staple");
    ana.Send({"ana"}, "secret subject");
    ana.Logout();
    server.server.Drain(std::chrono::seconds(10));
  }
  std::vector<std::string> told;
  for (const json& line : Lines()) {
    BOOST_TEST(line.at("peer") == "127.0.0.1");
    told.push_back(line.at("event").get<std::string>() + " " +
                   line.at("user").dump() + " " + line.at("token").dump() +
                   " " + line.at("target").dump() + " " +
                   line.at("outcome").get<std::string>());
  }
  std::vector<std::string> expected = {
      R"(register "ana" null "ana" OK)",
      R"(login null null "ana" BAD_CREDENTIALS)",
      R"(login null null "nobody" BAD_CREDENTIALS)",
      R"(token_create "ana" null "job" OK)",
      R"(refused "ana" "job" "turbomessage.v1.Mail/Count" PERMISSION_DENIED)",
      R"(token_rotate "ana" "job" null OK)",
      R"(token_revoke "ana" null "job" OK)",
      R"(unknown_token null null null NOT_LOGGED_IN)",
      R"(password_change "ana" null null BAD_CREDENTIALS)",
      R"(logout "ana" null null OK)"};
  std::sort(expected.begin(), expected.end());
  // A call is written when it is over, which may be after the next began.
  std::sort(told.begin(), told.end());
  BOOST_TEST(told == expected, boost::test_tools::per_element());
  for (const std::string& line : TextIn(path)) {
    for (const char* secret :
         {"horse", "staple", "secret", "tmt_", "subject"}) {
      BOOST_TEST(line.find(secret) == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::audit
