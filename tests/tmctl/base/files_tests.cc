#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/base/files.h"

namespace turbo::ctl {
namespace {

namespace fs = std::filesystem;

struct Fixture {
  TempDir dir;
  std::string path = dir / "file";
};

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

BOOST_FIXTURE_TEST_SUITE(files, Fixture)

BOOST_AUTO_TEST_CASE(a_descriptor_is_closed_with_its_last_owner) {
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  {
    File first(fd);
    File second(std::move(first));
    BOOST_TEST(second.fd() == fd);
    File third;
    third = std::move(second);
    BOOST_TEST(third.fd() == fd);
    BOOST_TEST(IsOpen(fd));
  }
  BOOST_TEST(!IsOpen(fd));
}

BOOST_AUTO_TEST_CASE(input_is_counted_whole_and_kept_in_part) {
  const std::string content(200000, 'x');
  WriteFile(path, content);
  for (const size_t keep : {size_t{0}, size_t{5}, size_t{70000}}) {
    const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const Input input = ReadAll(file.fd(), "file", keep);
    BOOST_TEST(input.total == content.size());
    BOOST_TEST(input.bytes.size() == keep);
  }
}

BOOST_AUTO_TEST_CASE(input_may_be_any_bytes) {
  const std::string content("\xff\0\n\r", 4);
  WriteFile(path, content);
  BOOST_TEST((ReadFileIfThere(path) == content));
}

BOOST_AUTO_TEST_CASE(what_can_not_be_read_is_an_error) {
  BOOST_TEST(CodeOf([] { ReadAll(-1, "nothing", 10); }) == "io_error");
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_nothing) {
  BOOST_TEST(!ReadFileIfThere(path).has_value());
  WriteFile(path, "");
  BOOST_TEST(!ReadFileIfThere(path + "/below").has_value());
  BOOST_TEST((ReadFileIfThere(path) == ""));
}

BOOST_AUTO_TEST_CASE(a_file_that_can_not_be_opened_is_no_input) {
  fs::create_symlink(path, path);
  BOOST_TEST(CodeOf([&] { ReadFileIfThere(path); }) == "no_input");
  BOOST_TEST(CodeOf([&] { ReadSecretFile(path); }) == "no_input");
  BOOST_TEST(CodeOf([&] { ReadSecretFile(dir / "none"); }) == "no_input");
}

BOOST_AUTO_TEST_CASE(a_secret_loses_one_newline_at_its_end) {
  for (const auto& [content, secret] :
       {std::pair{"secret\n", "secret"}, std::pair{"secret", "secret"},
        std::pair{"secret\n\n", "secret\n"}, std::pair{" secret ", " secret "},
        std::pair{"", ""}, std::pair{"\n", ""}}) {
    WriteFile(path, content);
    BOOST_TEST(ReadSecretFile(path) == secret);
  }
}

BOOST_AUTO_TEST_CASE(a_secret_that_others_can_write_is_refused) {
  WriteFile(path, "secret");
  for (const mode_t mode : {0620, 0602, 0666}) {
    chmod(path.c_str(), mode);
    BOOST_TEST(CodeOf([&] { ReadSecretFile(path); }) == "bad_config");
  }
  for (const mode_t mode : {0600, 0400, 0644}) {
    chmod(path.c_str(), mode);
    BOOST_TEST(ReadSecretFile(path) == "secret");
  }
}

BOOST_AUTO_TEST_CASE(a_secret_may_come_through_a_pipe) {
  int ends[2];
  BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const File reader(ends[0]);
  {
    const File writer(ends[1]);
    BOOST_REQUIRE(write(writer.fd(), "secret\n", 7) == 7);
  }
  BOOST_TEST(ReadSecretFile("/dev/fd/" + std::to_string(reader.fd())) ==
             "secret");
}

BOOST_AUTO_TEST_CASE(a_replaced_file_is_private) {
  WriteFile(path, "a longer old content", 0644);
  ReplaceFile(path, "new");
  BOOST_TEST(ReadFile(path) == "new");
  BOOST_TEST(ModeOf(path) == 0600u);
  ReplaceFile(dir / "other", "");
  BOOST_TEST(ReadFile(dir / "other").empty());
}

BOOST_AUTO_TEST_CASE(replacing_leaves_nothing_else_behind) {
  ReplaceFile(path, "one");
  ReplaceFile(path, "two");
  fs::create_directory(dir / "taken");
  BOOST_TEST(CodeOf([&] { ReplaceFile(dir / "taken", "x"); }) ==
             "cannot_create");
  BOOST_TEST(std::distance(fs::directory_iterator(dir / ""),
                           fs::directory_iterator()) == 2);
}

BOOST_AUTO_TEST_CASE(a_link_is_followed) {
  fs::create_directory(dir / "elsewhere");
  const std::string target = dir / "elsewhere/file";
  WriteFile(target, "old");
  fs::create_symlink("elsewhere/file", path);
  ReplaceFile(path, "new");
  BOOST_TEST(fs::is_symlink(path));
  BOOST_TEST(ReadFile(target) == "new");
}

BOOST_AUTO_TEST_CASE(a_file_can_not_be_made_in_a_missing_directory) {
  BOOST_TEST(CodeOf([&] { ReplaceFile(dir / "none/file", "x"); }) ==
             "cannot_create");
}

BOOST_AUTO_TEST_CASE(directories_are_made_private) {
  MakeDirectories(dir / "a/b/c");
  for (const char* name : {"a", "a/b", "a/b/c"}) {
    BOOST_TEST(ModeOf(dir / name) == 0700u);
  }
  MakeDirectories(dir / "a/b/c");
  MakeDirectories(dir / "a/b/d/");
  BOOST_TEST(fs::is_directory(dir / "a/b/d"));
}

BOOST_AUTO_TEST_CASE(a_directory_that_can_not_be_made_is_an_error) {
  WriteFile(path, "");
  for (const std::string& name :
       {path, path + "/below", (dir / std::string(300, 'x')).string()}) {
    BOOST_TEST(CodeOf([&] { MakeDirectories(name); }) == "cannot_create");
  }
}

BOOST_AUTO_TEST_CASE(a_lock_has_one_holder_at_a_time) {
  {
    const FileLock lock(path, Milliseconds(0));
    BOOST_TEST(CodeOf([&] { FileLock(path, Milliseconds(0)); }) == "busy");
    FileLock(dir / "another", Milliseconds(0));
  }
  FileLock(path, Milliseconds(0));
  BOOST_TEST(ModeOf(path) == 0600u);
}

BOOST_AUTO_TEST_CASE(a_lock_needs_its_directory) {
  BOOST_TEST(CodeOf([&] { FileLock(dir / "none/lock", Milliseconds(0)); }) ==
             "cannot_create");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
