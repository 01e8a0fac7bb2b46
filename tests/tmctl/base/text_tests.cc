#include <nlohmann/json.hpp>
#include <string>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/base/text.h"

namespace turbo::ctl {
namespace {

using nlohmann::json;
using std::string_literals::operator""s;

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(utf8_is_told_from_other_bytes) {
  for (const std::string& good :
       {""s, "a\0b"s, "ñ"s, "你好"s, "\xf0\x9f\x98\x80"s}) {
    BOOST_TEST(IsUtf8(good));
  }
  for (const std::string& bad : {"\xff"s, "\xc3"s, "\xc0\xaf"s, "\xed\xa0\x80"s,
                                 "\xf4\x90\x80\x80"s, "ok\x80"s}) {
    BOOST_TEST(!IsUtf8(bad));
  }
}

BOOST_AUTO_TEST_CASE(plain_text_is_harmless) {
  for (const char* plain : {"", "hola, ¿qué tal?", "你好", "e\xcc\x81"}) {
    BOOST_TEST(Harmless(plain) == plain);
  }
}

BOOST_AUTO_TEST_CASE(control_characters_become_visible) {
  BOOST_TEST(Harmless("\x1b[31mred") == "^[[31mred");
  BOOST_TEST(Harmless("a\0b\r\n\t"s) == "a^@b^M^J^I");
  BOOST_TEST(Harmless("\x7f") == "^?");
  BOOST_TEST(Harmless(Utf8(0x9b)) == "\\u{9b}");
}

BOOST_AUTO_TEST_CASE(what_reorders_or_hides_text_becomes_visible) {
  for (const uint32_t c :
       {0xadu, 0x34fu, 0x61cu, 0x115fu, 0x180eu, 0x200bu, 0x200eu, 0x2028u,
        0x202eu, 0x2066u, 0x3164u, 0xfeffu, 0xffa0u, 0xe0041u, 0xe0100u}) {
    BOOST_TEST(Harmless(Utf8(c)).starts_with("\\u{"), c);
  }
}

BOOST_AUTO_TEST_CASE(emoji_keep_their_colours) {
  BOOST_TEST(Harmless("\xe2\x9d\xa4\xef\xb8\x8f") ==
             "\xe2\x9d\xa4\xef\xb8\x8f");
}

BOOST_AUTO_TEST_CASE(marks_pile_up_only_so_high) {
  const auto piled = [](int height) {
    std::string text = "e";
    for (int i = 0; i < height; ++i) text += Utf8(0x301);
    return text;
  };
  BOOST_TEST(Harmless(piled(10) + piled(10)) == piled(10) + piled(10));
  BOOST_TEST(Harmless(piled(12) + "e") == piled(10) + "\\u{301}\\u{301}e");
  BOOST_TEST(HarmlessJson('"' + piled(11) + '"') ==
             '"' + piled(10) + "\\u0301\"");
  BOOST_TEST(WidthOf(Harmless(piled(3000))) > 3000u);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_become_replacements) {
  BOOST_TEST(Harmless("a\xff\xc3z") == "a\xef\xbf\xbd\xef\xbf\xbdz");
  // A C1 control as a bare byte.
  BOOST_TEST(Harmless("\x9b") == "\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(control_characters_can_be_kept) {
  BOOST_TEST(Harmless("a\n\tb\r\x1b", "\n\t") == "a\n\tb^M^[");
}

BOOST_AUTO_TEST_CASE(harmless_text_is_utf8_and_stays_as_it_is) {
  BOOST_TEST(rc::check([] {
    const std::string harmless = Harmless(*AnyBytes());
    RC_ASSERT(IsUtf8(harmless));
    RC_ASSERT(Harmless(harmless) == harmless);
  }));
  BOOST_TEST(rc::check([] {
    const std::string harmless = Harmless(*AnyUtf8());
    RC_ASSERT(Harmless(harmless) == harmless);
  }));
}

BOOST_AUTO_TEST_CASE(harmless_json_escapes_what_steers_a_terminal) {
  const std::string hostile =
      "\"" + Utf8(0x9b) + Utf8(0x7f) + Utf8(0x202e) + Utf8(0xe0041) + "ñ\"";
  BOOST_TEST(HarmlessJson(hostile) ==
             "\"\\u009b\\u007f\\u202e\\udb40\\udc41ñ\"");
}

BOOST_AUTO_TEST_CASE(harmless_json_keeps_its_layout) {
  const std::string pretty = "{\n  \"a\": [\n\t1\n  ]\n}\n";
  BOOST_TEST(HarmlessJson(pretty) == pretty);
}

BOOST_AUTO_TEST_CASE(harmless_json_is_the_same_json) {
  BOOST_TEST(rc::check([] {
    const json document = {{*AnyUtf8(), *AnyUtf8()}, {"list", {*AnyUtf8()}}};
    const std::string harmless = HarmlessJson(document.dump());
    RC_ASSERT(json::parse(harmless) == document);
    RC_ASSERT(Harmless(harmless) == harmless);
  }));
}

BOOST_AUTO_TEST_CASE(the_width_is_counted_in_columns) {
  BOOST_TEST(WidthOf("") == 0u);
  BOOST_TEST(WidthOf("hola") == 4u);
  BOOST_TEST(WidthOf("año") == 3u);
  BOOST_TEST(WidthOf("你好") == 4u);
  BOOST_TEST(WidthOf("an\xcc\x83o") == 3u);
  BOOST_TEST(WidthOf("\xf0\x9f\x98\x80") == 2u);
}

BOOST_AUTO_TEST_CASE(text_is_filled_or_cut_to_its_columns) {
  BOOST_TEST(FitTo("hola", 6) == "hola  ");
  BOOST_TEST(FitTo("hola", 4) == "hola");
  BOOST_TEST(FitTo("hola", 3) == "ho…");
  BOOST_TEST(FitTo("hola", 1) == "…");
  BOOST_TEST(FitTo("hola", 0) == "");
  BOOST_TEST(FitTo("", 2) == "  ");
}

BOOST_AUTO_TEST_CASE(half_a_wide_character_becomes_a_space) {
  BOOST_TEST(FitTo("你好吗", 5) == "你好…");
  BOOST_TEST(FitTo("你好吗", 4) == "你… ");
  BOOST_TEST(FitTo("你好", 2) == "… ");
}

BOOST_AUTO_TEST_CASE(a_combining_character_stays_with_its_letter) {
  BOOST_TEST(FitTo("n\xcc\x83n\xcc\x83n\xcc\x83", 2) == "n\xcc\x83…");
}

BOOST_AUTO_TEST_CASE(fitted_text_has_exactly_its_width) {
  BOOST_TEST(rc::check([] {
    const std::string harmless = Harmless(*AnyUtf8());
    const auto width = *rc::gen::inRange<size_t>(0, 60);
    const std::string fitted = FitTo(harmless, width);
    RC_ASSERT(WidthOf(fitted) == width);
    RC_ASSERT(IsUtf8(fitted));
  }));
}

BOOST_AUTO_TEST_CASE(a_cut_is_not_inside_a_character) {
  const std::string text = "a" + Utf8(0xf1) + Utf8(0x4f60) + Utf8(0x1f600);
  const std::vector<size_t> ends{0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t size = 0; size < ends.size(); ++size) {
    BOOST_TEST(CutAtCharacter(text, size).size() == ends[size], size);
  }
}

BOOST_AUTO_TEST_CASE(a_cut_takes_as_many_characters_as_fit) {
  BOOST_TEST(rc::check([] {
    const std::string whole = *AnyUtf8();
    const auto size = *rc::gen::inRange<size_t>(0, whole.size() + 2);
    const std::string_view cut = CutAtCharacter(whole, size);
    RC_ASSERT(whole.starts_with(cut));
    RC_ASSERT(IsUtf8(cut));
    RC_ASSERT(cut.size() <= size);
    RC_ASSERT(cut.size() + 3 >= std::min(size, whole.size()));
  }));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_cut_near_the_size) {
  const std::string bytes(100, '\x80');
  BOOST_TEST(CutAtCharacter(bytes, 50).size() >= 47u);
  BOOST_TEST(CutAtCharacter(bytes, 50).size() <= 50u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
