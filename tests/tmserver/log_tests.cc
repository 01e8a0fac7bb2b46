#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tmserver/log.h"

namespace turbo::log {
namespace {

const char kHostile[] = "x\n2026 error forged=\"yes\"\x1b[31m\xe2\x80\xae\xff";

BOOST_AUTO_TEST_SUITE(log)

BOOST_AUTO_TEST_CASE(text_is_name_and_value) {
  BOOST_TEST(Payload(Format::kText, "call", {{"user", "ana"}, {"n", 7}}) ==
             "call user=ana n=7");
}

BOOST_AUTO_TEST_CASE(values_that_need_it_are_quoted) {
  BOOST_TEST(Payload(Format::kText, "e", {{"a", "x y"}, {"b", ""}}) ==
             R"(e a="x y" b="")");
  BOOST_TEST(Payload(Format::kText, "e", {{"a", "x=y"}}) == R"(e a="x=y")");
}

BOOST_AUTO_TEST_CASE(hostile_text_stays_in_its_value) {
  for (const Format format : {Format::kText, Format::kJson}) {
    const std::string line = Payload(format, "e", {{"a", kHostile}});
    for (const char c : line) BOOST_TEST((c >= ' ' && c < 0x7f));
    BOOST_TEST(line.find("\"yes\"") == line.npos);
  }
}

BOOST_AUTO_TEST_CASE(json_is_members_of_an_object) {
  const auto json = nlohmann::json::parse(
      "{" + Payload(Format::kJson, "call", {{"user", kHostile}, {"n", 7}}) +
      "}");
  BOOST_TEST(json.at("event") == "call");
  BOOST_TEST(json.at("n") == 7);
  BOOST_TEST(json.at("user").is_string());
}

BOOST_AUTO_TEST_CASE(nothing_is_written_before_the_start) {
  BOOST_CHECK_NO_THROW(Write(Level::kCritical, "e", {{"a", "b"}}));
}

// Standard error as a pipe, with the log on it.
class Logged {
 public:
  Logged() {
    BOOST_REQUIRE(pipe2(pipe_, O_NONBLOCK | O_CLOEXEC) == 0);
    dup2(pipe_[1], STDERR_FILENO);
    Start(Format::kText, Level::kInfo);
  }
  ~Logged() {
    SetLevel(Level::kOff);
    dup2(before_, STDERR_FILENO);
    for (const int fd : {pipe_[0], pipe_[1], before_}) close(fd);
  }
  Logged(const Logged&) = delete;
  Logged& operator=(const Logged&) = delete;

  // How many lines have come since the last time.
  auto Lines() const {
    std::array<char, 4096> bytes{};
    const ssize_t size = read(pipe_[0], bytes.data(), bytes.size());
    return std::count(bytes.begin(), bytes.begin() + std::max<ssize_t>(0, size),
                      '\n');
  }

 private:
  const int before_ = dup(STDERR_FILENO);
  int pipe_[2] = {-1, -1};
};

BOOST_AUTO_TEST_CASE(a_line_is_written_at_once) {
  const Logged logged;
  Write(Level::kInfo, "one");
  BOOST_TEST(logged.Lines() == 1);
}

BOOST_AUTO_TEST_CASE(gathered_lines_come_together) {
  const Logged logged;
  {
    const Gathering gathering;
    Write(Level::kInfo, "one");
    Write(Level::kInfo, "two");
    BOOST_TEST(logged.Lines() == 0);
  }
  BOOST_TEST(logged.Lines() == 2);
}

BOOST_AUTO_TEST_CASE(a_warning_waits_for_nobody) {
  const Logged logged;
  const Gathering gathering;
  Write(Level::kInfo, "one");
  Write(Level::kWarn, "two");
  BOOST_TEST(logged.Lines() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::log
