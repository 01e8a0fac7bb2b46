#include <unistd.h>

#include <filesystem>

#include "tests/tmctl/spool/spool_testing.h"
#include "tmctl/spool/spool.h"

namespace turbo::ctl {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

std::string FailureOfClaim(const std::string& path) {
  return CodeOf([&] { SpoolClaim::Of({path, SpoolState::kWaiting}); });
}

SpoolClaim ClaimFirst() { return *SpoolClaim::Of(OwnSpool::Files().front()); }

BOOST_FIXTURE_TEST_SUITE(spool, OwnSpool)

BOOST_AUTO_TEST_CASE(an_entry_is_a_file_of_its_owner_alone) {
  BOOST_TEST(Spool().Add(EntryOf("../../k/1")));
  BOOST_TEST(Files().size() == 1U);
  BOOST_TEST(fs::path(Files()[0].path).parent_path() == path);
  BOOST_TEST(ModeOf(Files()[0].path) == mode_t{0600});
  BOOST_TEST(ModeOf(path) == mode_t{0700});
  CheckSame(Keys(SpoolState::kWaiting), Words{"../../k/1"});
}

BOOST_AUTO_TEST_CASE(entries_come_by_their_time) {
  for (int n = 0; n < 20; ++n) {
    SpoolEntry entry = EntryOf(std::to_string(n));
    entry.queued_at += std::chrono::milliseconds(n);
    Spool().Add(entry);
  }
  Words expected;
  for (int n = 0; n < 20; ++n) expected.push_back(std::to_string(n));
  CheckSame(Keys(SpoolState::kWaiting), expected);
}

BOOST_AUTO_TEST_CASE(entries_of_one_time_come_as_they_were_added) {
  const Time now = Now();
  Words expected;
  for (int n = 0; n < 20; ++n) {
    expected.push_back(std::to_string(n));
    SpoolEntry entry = EntryOf(expected.back());
    entry.queued_at = now;
    Spool().Add(entry);
  }
  CheckSame(Keys(SpoolState::kWaiting), expected);
}

BOOST_AUTO_TEST_CASE(a_peek_leaves_the_body_where_it_is) {
  Spool().Add(EntryOf("key", "body"));
  BOOST_TEST(PeekAt(Files()[0])->request.body().empty());
  BOOST_TEST(ClaimFirst().entry().request.body() == "body");
}

BOOST_AUTO_TEST_CASE(the_same_send_waits_once) {
  Spool().Add(EntryOf("key"));
  SpoolEntry again = EntryOf("key");
  again.queued_at += std::chrono::hours(1);
  BOOST_TEST(!Spool().Add(again));
  BOOST_TEST(Files().size() == 1U);
  const Failure failure =
      FailureOf([] { Spool().Add(EntryOf("key", "another text")); });
  BOOST_TEST(failure.code == "request_id_reused");
  BOOST_TEST(failure.key == "key");
  again.request.mutable_ttl()->set_seconds(1);  // is no content
  BOOST_TEST(!Spool().Add(again));
  again.request.set_body("another text");
  again.request.set_once(true);
  BOOST_TEST(!Spool().Add(again));
  SpoolEntry other = EntryOf("key");
  other.user = "carla";
  BOOST_TEST(Spool().Add(other));
}

BOOST_AUTO_TEST_CASE(a_claim_keeps_others_away) {
  Spool().Add(EntryOf("key"));
  const SpoolFile file = Files()[0];
  {
    const auto claim = SpoolClaim::Of(file);
    BOOST_TEST(claim.has_value());
    BOOST_TEST(!SpoolClaim::Of(file).has_value());
  }
  BOOST_TEST(SpoolClaim::Of(file).has_value());
}

BOOST_AUTO_TEST_CASE(a_saved_entry_is_what_the_next_one_finds) {
  Spool().Add(EntryOf("key"));
  {
    SpoolClaim claim = ClaimFirst();
    claim.entry().Postpone(Failure("inbox_full", "full"), Now());
    claim.Save();
  }
  BOOST_TEST(Files().size() == 1U);
  BOOST_TEST(ClaimFirst().entry().attempts == 1);
  BOOST_TEST(ClaimFirst().entry().request.body() == "text");
}

BOOST_AUTO_TEST_CASE(a_failed_entry_moves_aside_with_its_reason) {
  Spool().Add(EntryOf("one"));
  Spool().Add(EntryOf("two"));
  SpoolClaim claim = ClaimFirst();
  const std::string key = claim.entry().key();
  claim.entry().Postpone(Failure("recipient_not_found", "nobody"), Now());
  claim.Fail();
  CheckSame(Keys(SpoolState::kFailed), Words{key});
  BOOST_TEST(Keys(SpoolState::kWaiting).size() == 1U);
  const SpoolFile failed = Files().back();
  BOOST_TEST(fs::path(failed.path).parent_path() == path + "/failed");
  BOOST_TEST(PeekAt(failed)->last_error == "nobody");
  SpoolClaim again = *SpoolClaim::Of(failed);
  again.entry().last_error = "still nobody";
  again.Fail();
  BOOST_TEST(PeekAt(failed)->last_error == "still nobody");
  SpoolClaim::Of(failed)->Remove();
  BOOST_TEST(Keys(SpoolState::kFailed).empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_file_of_ours_is_refused_and_left_alone) {
  Spool().Add(EntryOf("key"));
  const std::string good = Files()[0].path;
  const std::string link = path + "/link.json";
  fs::create_symlink(good, link);
  const std::string pipe = path + "/pipe.json";
  mkfifo(pipe.c_str(), 0600);
  const std::string open = path + "/open.json";
  WriteFile(open, ReadFile(good), 0666);
  const std::string damaged = path + "/damaged.json";
  WriteFile(damaged, "{");
  fs::create_directory(path + "/directory.json");
  for (const std::string& trap :
       {link, pipe, open, damaged, path + "/directory.json"}) {
    BOOST_TEST(FailureOfClaim(trap) == "io_error", trap);
    BOOST_TEST(CodeOf([&] {
                 PeekAt({trap, SpoolState::kWaiting});
               }) == "io_error",
               trap);
    BOOST_TEST(fs::exists(trap));
  }
  BOOST_TEST(SpoolClaim::Of({good, SpoolState::kWaiting}).has_value());
}

BOOST_AUTO_TEST_CASE(what_others_own_is_refused) {
  if (geteuid() != 0) return;  // only root can give files away
  Spool().Add(EntryOf("key"));
  const std::string file = Files()[0].path;
  BOOST_REQUIRE(chown(file.c_str(), 65534, 65534) == 0);
  BOOST_TEST(FailureOfClaim(file) == "io_error");
  BOOST_REQUIRE(chown(path.c_str(), 65534, 65534) == 0);
  BOOST_TEST(CodeOf([] { Spool().Add(EntryOf("2")); }) == "bad_config");
  BOOST_TEST(Spool().List().files.empty());
  BOOST_TEST(Spool().List().problems.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_directory_that_others_can_write_to_is_refused) {
  fs::create_directory(path);
  chmod(path.c_str(), 0777);
  BOOST_TEST(CodeOf([] { Spool().Add(EntryOf("key")); }) == "bad_config");
  WriteFile(dir / "file", "");
  const Variable other("TMCTL_QUEUE_DIR", dir / "file");
  BOOST_TEST(!CodeOf([] { Spool().Add(EntryOf("key")); }).empty());
}

BOOST_AUTO_TEST_CASE(in_a_shared_directory_each_user_has_one) {
  fs::create_directory(path);
  chmod(path.c_str(), 01733);
  Spool().Add(EntryOf("key"));
  const std::string own = path + "/" + std::to_string(geteuid());
  BOOST_TEST(fs::path(Files()[0].path).parent_path() == own);
  BOOST_TEST(ModeOf(own) == mode_t{0700});
  // Somebody was faster, with a trap.
  fs::rename(own, dir / "elsewhere");
  fs::create_directory_symlink(dir / "elsewhere", own);
  BOOST_TEST(CodeOf([] { Spool().Add(EntryOf("2")); }) == "bad_config");
  BOOST_TEST(Files().empty());
}

BOOST_AUTO_TEST_CASE(the_environment_says_where_it_is) {
  const Variable none("TMCTL_QUEUE_DIR", std::nullopt);
  const Variable home("HOME", dir / "home");
  const Variable xdg("XDG_STATE_HOME", dir / "xdg");
  {
    const Variable state("STATE_DIRECTORY", dir / "state:/other");
    Spool().Add(EntryOf("key"));
    BOOST_TEST(Files()[0].path.starts_with((dir / "state/queue/").string()));
  }
  const Variable state("STATE_DIRECTORY", std::nullopt);
  BOOST_TEST(Files().empty());
  Spool().Add(EntryOf("key"));
  BOOST_TEST(
      Files()[0].path.starts_with((dir / "xdg/turbomessage/queue/").string()));
  const Variable no_xdg("XDG_STATE_HOME", std::nullopt);
  Spool().Add(EntryOf("key"));
  BOOST_TEST(Files()[0].path.starts_with(
      (dir / "home/.local/state/turbomessage/queue/").string()));
}

BOOST_AUTO_TEST_CASE(what_killed_writers_left_is_tidied_away) {
  Spool().Add(EntryOf("key"));
  const std::string left = Files()[0].path + ".Xa81bc";
  WriteFile(left, "{");
  BOOST_TEST(Files().size() == 1U);
  Spool().Tidy();
  BOOST_TEST(!fs::exists(left));
  BOOST_TEST(Files().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_empty_place_is_an_empty_list) {
  BOOST_TEST(Spool().List().files.empty());
  BOOST_TEST(Spool().List().problems.empty());
  Spool().Tidy();
  BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
