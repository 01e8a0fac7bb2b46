#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/session/secret_file.h"

namespace turbo::ctl {
namespace {

namespace fs = std::filesystem;
using Existing = SecretFile::Existing;

constexpr Milliseconds kNoPatience{0};

struct Fixture {
  // How many files the directory holds, locks not counted.
  size_t Count() const {
    size_t count = 0;
    for (const auto& entry : fs::directory_iterator(dir / "")) {
      if (entry.path().extension() != ".lock") ++count;
    }
    return count;
  }
  std::string Refusal(Existing existing) const {
    return CodeOf([&] { const SecretFile file(path, existing, kNoPatience); });
  }

  TempDir dir;
  std::string path = dir / "token";
};

BOOST_FIXTURE_TEST_SUITE(secret_file, Fixture)

BOOST_AUTO_TEST_CASE(a_secret_is_kept_whole_and_for_its_owner_alone) {
  for (const Existing existing : {Existing::kRefuse, Existing::kReplace}) {
    fs::remove(path);
    const mode_t before = umask(0);
    {
      SecretFile file(path, existing, kNoPatience);
      BOOST_TEST(!fs::exists(path));
      file.Keep("secret");
    }
    umask(before);
    BOOST_TEST(ReadFile(path) == "secret\n");
    BOOST_TEST(ModeOf(path) == 0600u);
    BOOST_TEST(Count() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(without_a_secret_everything_stays_as_it_was) {
  { const SecretFile file(path, Existing::kRefuse, kNoPatience); }
  BOOST_TEST(Count() == 0u);
  WriteFile(path, "old\n");
  { const SecretFile file(path, Existing::kReplace, kNoPatience); }
  BOOST_TEST(ReadFile(path) == "old\n");
  BOOST_TEST(Count() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_that_exists_is_refused_or_replaced) {
  WriteFile(path, "a much longer secret than the new one\n", 0640);
  BOOST_TEST(Refusal(Existing::kRefuse) == "cannot_create");
  SecretFile file(path, Existing::kReplace, kNoPatience);
  file.Keep("new");
  BOOST_TEST(ReadFile(path) == "new\n");
  BOOST_TEST(ModeOf(path) == 0600u);
}

BOOST_AUTO_TEST_CASE(a_file_that_comes_to_be_meanwhile_is_not_overwritten) {
  SecretFile file(path, Existing::kRefuse, kNoPatience);
  WriteFile(path, "theirs\n");
  BOOST_TEST(CodeOf([&] { file.Keep("ours"); }) == "cannot_create");
  BOOST_TEST(ReadFile(path) == "theirs\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_refused) {
  fs::create_directory(path);
  BOOST_TEST(Refusal(Existing::kRefuse) == "cannot_create");
  BOOST_TEST(Refusal(Existing::kReplace) == "cannot_create");
  fs::remove(path);
  BOOST_REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  BOOST_TEST(Refusal(Existing::kReplace) == "cannot_create");
  BOOST_TEST(Count() == 1u);
}

BOOST_AUTO_TEST_CASE(a_place_that_can_not_be_is_refused_before_a_secret_is) {
  path = dir / "nowhere/token";
  BOOST_TEST(Refusal(Existing::kRefuse) == "cannot_create");
  BOOST_TEST(Refusal(Existing::kReplace) == "cannot_create");
}

BOOST_AUTO_TEST_CASE(a_link_is_followed_where_it_is_replaced) {
  WriteFile(dir / "target", "old\n");
  fs::create_symlink(dir / "target", path);
  BOOST_TEST(Refusal(Existing::kRefuse) == "cannot_create");
  {
    SecretFile file(path, Existing::kReplace, kNoPatience);
    file.Keep("new");
  }
  BOOST_TEST(fs::is_symlink(path));
  BOOST_TEST(ReadFile(dir / "target") == "new\n");
}

BOOST_AUTO_TEST_CASE(a_link_to_nothing_is_left_alone) {
  fs::create_symlink(dir / "target", path);
  BOOST_TEST(Refusal(Existing::kRefuse) == "cannot_create");
  BOOST_TEST(Refusal(Existing::kReplace) == "cannot_create");
}

BOOST_AUTO_TEST_CASE(one_replacement_at_a_time) {
  std::optional<SecretFile> first;
  first.emplace(path, Existing::kReplace, kNoPatience);
  BOOST_TEST(Refusal(Existing::kReplace) == "busy");
  first.reset();
  SecretFile(path, Existing::kReplace, kNoPatience).Keep("second");
  BOOST_TEST(ReadFile(path) == "second\n");
}

BOOST_AUTO_TEST_CASE(a_replaced_file_keeps_its_owner) {
  if (geteuid() != 0) return;  // only root can give files away
  WriteFile(path, "old\n");
  BOOST_REQUIRE(chown(path.c_str(), 12345, 12346) == 0);
  SecretFile(path, Existing::kReplace, kNoPatience).Keep("new");
  struct stat status {};
  BOOST_REQUIRE(stat(path.c_str(), &status) == 0);
  BOOST_TEST(status.st_uid == 12345u);
  BOOST_TEST(status.st_gid == 12346u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
