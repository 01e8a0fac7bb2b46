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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::log
