#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/base/files.h"
#include "tmctl/sending/line_reader.h"

namespace turbo::ctl {
namespace {

using Lines = std::vector<std::string>;
constexpr char kTooLong[] = "(too long)";

// All lines of `text`; it comes in pieces of `piece` bytes.
Lines LinesOf(const std::string& text, size_t longest, size_t piece) {
  std::array<int, 2> ends;
  BOOST_REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  const File out(ends[0]);
  std::optional<File> in(ends[1]);
  LineReader reader(out.fd(), longest);
  Lines lines;
  size_t done = 0;
  while (!reader.IsAtEnd()) {
    if (done < text.size()) {
      const std::string next = text.substr(done, piece);
      BOOST_REQUIRE(write(in->fd(), next.data(), next.size()) ==
                    static_cast<ssize_t>(next.size()));
      done += next.size();
    } else {
      in.reset();
    }
    BOOST_REQUIRE(reader.Read() == 0);
    while (const auto line = reader.Next()) {
      lines.push_back(line->too_long ? kTooLong : line->text);
    }
  }
  return lines;
}

BOOST_AUTO_TEST_SUITE(line_reader)

BOOST_AUTO_TEST_CASE(lines_end_at_newlines_and_at_the_end) {
  for (const size_t piece : {1, 2, 3, 100}) {
    CheckSame(LinesOf("a\n\nbc\r\nd", 10, piece), {"a", "", "bc\r", "d"});
    CheckSame(LinesOf("a\n", 10, piece), {"a"});
    CheckSame(LinesOf("\n", 10, piece), {""});
    CheckSame(LinesOf("", 10, piece), {});
    CheckSame(LinesOf(std::string("a\0b\n", 4), 10, piece),
              {std::string("a\0b", 3)});
  }
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_one_line) {
  const std::string long_line(1000, 'x');
  for (const size_t piece : {1, 7, 999, 5000}) {
    CheckSame(LinesOf("a\n" + long_line + "\nb\n", 999, piece),
              {"a", kTooLong, "b"});
    CheckSame(LinesOf("a\n" + long_line + "\nb\n", 1000, piece),
              {"a", long_line, "b"});
    CheckSame(LinesOf(long_line, 10, piece), {kTooLong});
    CheckSame(LinesOf(long_line + "\n", 10, piece), {kTooLong});
    CheckSame(LinesOf(long_line + "\n" + long_line + "\n\n", 10, piece),
              {kTooLong, kTooLong, ""});
  }
}

BOOST_AUTO_TEST_CASE(any_text_comes_in_its_lines) {
  rc::check([] {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::element('a', 'b', '\n', '\0', '\r'));
    const auto piece = *rc::gen::inRange<size_t>(1, 8);
    std::string joined;
    for (const std::string& line : LinesOf(text, 100, piece)) {
      joined += line + "\n";
    }
    if (!text.empty() && text.back() != '\n') joined.pop_back();
    RC_ASSERT(joined == text);
  });
}

BOOST_AUTO_TEST_CASE(what_can_not_be_read_ends_the_lines) {
  const File file(open("/", O_RDONLY | O_CLOEXEC));
  LineReader reader(file.fd(), 10);
  BOOST_TEST(reader.Read() == EISDIR);
  BOOST_TEST(reader.IsAtEnd());
  BOOST_TEST(!reader.Next().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
