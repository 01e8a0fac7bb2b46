#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tmserver/service/seed_content.h"
#include "turbomessage.pb.h"

namespace turbo::service {
namespace {

constexpr std::string_view kMark = " […recortado]";

// Whether a client can read it: protobuf refuses text that is not UTF-8.
bool IsReadable(const std::string& text) {
  turbomessage::Correo correo;
  correo.set_contenido(text);
  return turbomessage::Correo().ParseFromString(correo.SerializeAsString());
}

// Texts that are likely to go wrong: hyphens, and bytes of all kinds.
std::string HostileText() {
  const auto bytes = *rc::gen::container<std::string>(
      rc::gen::weightedOneOf<char>({{6, rc::gen::just('-')},
                                    {2, rc::gen::element('a', ' ', '\n')},
                                    {1, rc::gen::arbitrary<char>()}}));
  return bytes;
}

std::string HyphensAndLetters() {
  return *rc::gen::container<std::string>(
      rc::gen::weightedElement<char>({{6, '-'}, {1, 'a'}, {1, ' '}}));
}

BOOST_AUTO_TEST_SUITE(seed_content)

BOOST_AUTO_TEST_CASE(a_content_parts_at_the_first_separator) {
  struct Case {
    const char* content;
    const char* subject;
    const char* body;
  };
  for (const Case& c :
       std::vector<Case>{{"hola-----qué tal", "hola", "qué tal"},
                         {"a-----b-----c", "a", "b-----c"},
                         {"a------b", "a", "-b"},
                         {"-----", "", ""},
                         {"-----b", "", "b"},
                         {"a-----", "a", ""},
                         {"----------", "", "-----"}}) {
    const SubjectAndBody parts = SplitContent(c.content);
    BOOST_TEST(parts.subject == c.subject, c.content);
    BOOST_TEST(parts.body == c.body, c.content);
  }
}

BOOST_AUTO_TEST_CASE(a_content_without_separator_is_all_body) {
  for (const char* content : {"hola", "", "a----b"}) {
    const SubjectAndBody parts = SplitContent(content);
    BOOST_TEST(parts.subject.empty());
    BOOST_TEST(parts.body == content);
  }
}

BOOST_AUTO_TEST_CASE(subjects_are_softened_where_they_could_be_parted) {
  BOOST_TEST(JoinContent("hola", "b") == "hola-----b");
  BOOST_TEST(JoinContent("a----b", "b") == "a----b-----b");
  BOOST_TEST(JoinContent("a-----b", "c") == "a---- -b-----c");
  BOOST_TEST(JoinContent("---------", "c") == "---- ---- - -----c");
  BOOST_TEST(JoinContent("a-", "-b") == "a- ------b");
  BOOST_TEST(JoinContent("", "") == "-----");
  BOOST_TEST(JoinContent("a", "b-----c") == "a-----b-----c");
}

BOOST_AUTO_TEST_CASE(what_was_joined_parts_into_the_same) {
  const bool held = rc::check([] {
    const std::string subject = HyphensAndLetters();
    const std::string body = HyphensAndLetters();
    const SubjectAndBody parts = SplitContent(JoinContent(subject, body));
    RC_ASSERT(parts.body == body);
    // What was parted once has no need of softening any more.
    RC_ASSERT(SplitContent(JoinContent(parts.subject, body)).subject ==
              parts.subject);
    std::string hyphens = parts.subject;
    std::string before = subject;
    std::erase(hyphens, ' ');
    std::erase(before, ' ');
    RC_ASSERT(hyphens == before);
  });
  BOOST_TEST(held);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_replaced) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"caf\xc3\xa9", "café"},
      {"caf\xe9", "caf\uFFFD"},
      {"\xff\xfe", "\uFFFD\uFFFD"},
      {"a\xc3", "a\uFFFD"},
      {"\xe2\x82!", "\uFFFD!"},
      {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
      {std::string("\0", 1), std::string("\0", 1)},
  };
  for (const auto& [body, repaired] : cases) {
    BOOST_TEST(SplitContent(JoinContent("s", body)).body == repaired);
  }
}

BOOST_AUTO_TEST_CASE(what_protobuf_refuses_is_replaced_too) {
  for (const char* body : {"\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80",
                           "\xf8\x88\x80\x80\x80", "\xef\xbf\xbe", "\x80"}) {
    BOOST_TEST(IsReadable(JoinContent("s", body)));
  }
}

BOOST_AUTO_TEST_CASE(any_body_becomes_readable) {
  const bool held = rc::check([] {
    RC_ASSERT(IsReadable(JoinContent("s", *rc::gen::arbitrary<std::string>())));
    RC_ASSERT(IsReadable(JoinContent("s", HostileText())));
  });
  BOOST_TEST(held);
}

BOOST_AUTO_TEST_CASE(a_body_is_shortened_between_characters) {
  const std::string content = JoinContent("s", "ñandúes y más, mucho más");
  const auto shortened = [&](size_t room) {
    return ShortenContent(content, room + 6 + kMark.size());
  };
  BOOST_TEST(ShortenContent(content, content.size()) == content);
  BOOST_TEST(shortened(0) == std::string("s-----").append(kMark));
  BOOST_TEST(shortened(1) == std::string("s-----").append(kMark));
  BOOST_TEST(shortened(2) == std::string("s-----ñ").append(kMark));
}

BOOST_AUTO_TEST_CASE(a_subject_is_shortened_before_the_separator_goes) {
  const std::string content = JoinContent(std::string(100, 's'), "b");
  const std::string least = ShortenContent(content, ShortestContent());
  BOOST_TEST(least == std::string("-----").append(kMark));
  const SubjectAndBody parts =
      SplitContent(ShortenContent(content, ShortestContent() + 10));
  BOOST_TEST(parts.subject == std::string(10, 's'));
  BOOST_TEST(parts.body == kMark);
}

BOOST_AUTO_TEST_CASE(any_content_can_be_shortened_and_stays_one) {
  const bool held = rc::check([] {
    const std::string subject = HyphensAndLetters();
    const std::string content = JoinContent(subject, HostileText());
    const size_t limit = ShortestContent() + *rc::gen::inRange<size_t>(0, 60);
    const std::string shortened = ShortenContent(content, limit);
    RC_ASSERT(shortened.size() <= limit);
    RC_ASSERT(IsReadable(shortened));
    if (content.size() <= limit) RC_ASSERT(shortened == content);
    const SubjectAndBody before = SplitContent(content);
    const SubjectAndBody after = SplitContent(shortened);
    if (after.subject != before.subject) RC_ASSERT(after.body == kMark);
    const size_t more = limit + *rc::gen::inRange<size_t>(0, 60);
    RC_ASSERT(ShortenContent(ShortenContent(content, more), limit) ==
              shortened);
  });
  BOOST_TEST(held);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
