#include <algorithm>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/base/text.h"
#include "tmctl/process/excerpt.h"

namespace turbo::ctl {
namespace {

// `text` in pieces of `size`.
std::string TextOf(const std::string& text, size_t head, size_t tail,
                   size_t size) {
  Excerpt excerpt(head, tail);
  for (size_t i = 0; i < text.size(); i += size) {
    excerpt.Append(std::string_view(text).substr(i, size));
  }
  return excerpt.Text();
}

BOOST_AUTO_TEST_SUITE(excerpt)

BOOST_AUTO_TEST_CASE(what_fits_is_whole) {
  BOOST_TEST(TextOf("", 4, 4, 1) == "");
  BOOST_TEST(TextOf("abcdefgh", 4, 4, 1) == "abcdefgh");
  BOOST_TEST(TextOf("abcdefgh", 4, 4, 8) == "abcdefgh");
  BOOST_TEST(TextOf("abcdefgh", 4, 4, 3) == "abcdefgh");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_has_a_head_a_note_and_a_tail) {
  for (size_t size = 1; size <= 9; ++size) {
    BOOST_TEST(TextOf("abcdefghi", 4, 4, size) ==
               "abcd\n[1 bytes left out]\nfghi");
  }
  BOOST_TEST(TextOf(std::string(1000, 'x') + "end", 2, 3, 100) ==
             "xx\n[998 bytes left out]\nend");
}

BOOST_AUTO_TEST_CASE(head_and_tail_have_all_bytes_but_those_left_out) {
  rc::check([] {
    const std::string text = *AnyBytes();
    const auto size = *rc::gen::inRange<size_t>(1, 20);
    const std::string kept = TextOf(text, 5, 7, size);
    if (text.size() <= 12) {
      RC_ASSERT(kept == text);
      return;
    }
    const size_t note = kept.find("\n[");
    const size_t end = kept.find("left out]\n");
    RC_ASSERT(note != std::string::npos && end != std::string::npos);
    RC_ASSERT(text.starts_with(kept.substr(0, std::min<size_t>(note, 2))));
    const std::string tail = kept.substr(kept.rfind("left out]\n") + 10);
    RC_ASSERT(text.ends_with(tail));
    RC_ASSERT(tail.size() >= 4U && tail.size() <= 7U);
  });
}

BOOST_AUTO_TEST_CASE(utf8_stays_utf8) {
  rc::check([] {
    const std::string text = *AnyUtf8();
    const auto head = *rc::gen::inRange<size_t>(0, 9);
    const auto tail = *rc::gen::inRange<size_t>(1, 9);
    const auto size = *rc::gen::inRange<size_t>(1, 20);
    RC_ASSERT(IsUtf8(TextOf(text, head, tail, size)));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
