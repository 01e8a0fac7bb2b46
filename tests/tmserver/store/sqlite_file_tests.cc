#include <linux/magic.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <optional>

#include "tests/tmserver/store/store_testing.h"
#include "tmserver/store/sqlite_file.h"

namespace turbo::store {
namespace {

using Kind = OpenError::Kind;

mode_t ModeOf(const std::filesystem::path& path) {
  struct stat status;
  BOOST_REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

template <class Call>
void CheckRefused(Kind kind, Call call) {
  BOOST_CHECK_EXCEPTION(call(), OpenError, [&](const OpenError& error) {
    return error.kind() == kind;
  });
}

BOOST_FIXTURE_TEST_SUITE(sqlite_file, TempDir)

BOOST_AUTO_TEST_CASE(only_the_owner_may_enter) {
  const mode_t before = umask(0);
  const auto path = PrepareDirectory(*this / "a/b/mail.db");
  PrepareFile(path);
  const StoreLock lock(path);
  umask(before);
  BOOST_TEST(ModeOf(*this / "a") == 0700u);
  BOOST_TEST(ModeOf(*this / "a/b") == 0700u);
  BOOST_TEST(ModeOf(path) == 0600u);
  BOOST_TEST(ModeOf(*this / "a/b/mail.db.lock") == 0600u);
}

BOOST_AUTO_TEST_CASE(a_file_that_exists_keeps_its_content) {
  std::ofstream(*this / "mail.db") << "content";
  PrepareFile(*this / "mail.db");
  BOOST_TEST(std::filesystem::file_size(*this / "mail.db") == 7u);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_write_is_refused) {
  const auto path = *this / "mail.db";
  PrepareFile(path);
  BOOST_REQUIRE(chmod(path.c_str(), 0666) == 0);
  CheckRefused(Kind::kConfig, [&] { PrepareFile(path); });
  BOOST_REQUIRE(chmod(path.c_str(), 0644) == 0);
  PrepareFile(path);
}

BOOST_AUTO_TEST_CASE(a_link_and_its_target_are_one_store) {
  std::ofstream(*this / "mail.db");
  std::filesystem::create_symlink(*this / "mail.db", *this / "link");
  BOOST_TEST(PrepareDirectory(*this / "link") ==
             PrepareDirectory(*this / "mail.db"));
}

BOOST_AUTO_TEST_CASE(what_is_not_a_file_is_refused) {
  std::filesystem::create_directory(*this / "dir");
  BOOST_REQUIRE(mkfifo((*this / "fifo").c_str(), 0600) == 0);
  for (const std::string name : {"dir", "dir/", "dir/..", "fifo"}) {
    CheckRefused(Kind::kConfig, [&] { PrepareDirectory(*this / name); });
  }
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_made_is_the_systems_refusal) {
  std::ofstream(*this / "file");
  CheckRefused(Kind::kFailed, [&] {
    const StoreLock lock(PrepareDirectory(*this / "file/mail.db"));
  });
  CheckRefused(Kind::kFailed, [] { PrepareDirectory("/proc/no/mail.db"); });
}

BOOST_AUTO_TEST_CASE(a_file_of_two_names_is_refused) {
  PrepareFile(*this / "mail.db");
  std::filesystem::create_hard_link(*this / "mail.db", *this / "other.db");
  CheckRefused(Kind::kConfig, [&] { PrepareFile(*this / "mail.db"); });
  CheckRefused(Kind::kConfig, [&] { PrepareFile(*this / "other.db"); });
  std::filesystem::remove(*this / "other.db");
  PrepareFile(*this / "mail.db");
}

BOOST_AUTO_TEST_CASE(one_lock_at_a_time) {
  std::optional<StoreLock> first(std::in_place, *this / "mail.db");
  CheckRefused(Kind::kBusy, [&] { const StoreLock second(*this / "mail.db"); });
  const StoreLock other(*this / "other.db");
  first.reset();
  const StoreLock third(*this / "mail.db");
}

BOOST_AUTO_TEST_CASE(network_file_systems_are_known) {
  for (const unsigned long type :
       {0x6969ul, 0xFF534D42ul, 0xFE534D42ul, 0x517Bul, 0x01021997ul}) {
    BOOST_TEST(IsNetworkFileSystem(type));
  }
  BOOST_TEST(!IsNetworkFileSystem(EXT4_SUPER_MAGIC));
  BOOST_TEST(!IsNetworkFileSystem(TMPFS_MAGIC));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
