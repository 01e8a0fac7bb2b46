#include <boost/test/unit_test.hpp>

#include "tests/tmserver/store/store_testing.h"
#include "tmserver/store/open.h"

namespace turbo::store {
namespace {

using Kind = OpenError::Kind;

// The sentence of the refusal, which is of `kind`.
std::string Refusal(const std::string& url, Kind kind) {
  try {
    Open(url, NoFault);
  } catch (const OpenError& error) {
    BOOST_TEST((error.kind() == kind));
    return error.what();
  }
  BOOST_ERROR(url + " was opened");
  return {};
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(open_store)

BOOST_AUTO_TEST_CASE(both_engines_open) {
  const TempDir dir;
  BOOST_TEST(!Open("memory:", NoFault)->Identity().empty());
  const auto path = dir / "mail.db";
  BOOST_TEST(!Open("sqlite:" + path.string(), NoFault)->Identity().empty());
  BOOST_TEST(std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(a_path_may_be_relative) {
  const TempDir dir;
  const auto path = std::filesystem::relative(dir / "mail.db");
  BOOST_REQUIRE(path.is_relative());
  Open("sqlite:" + path.string(), NoFault);
  BOOST_TEST(std::filesystem::exists(dir / "mail.db"));
}

BOOST_AUTO_TEST_CASE(other_urls_are_refused_with_the_way_out) {
  for (const std::string url :
       {"", "mail.db", "sqlite:", "memory", "memory:x", "mysql://host"}) {
    const std::string sentence = Refusal(url, Kind::kConfig);
    BOOST_TEST(Contains(sentence, "sqlite:PATH"));
    BOOST_TEST(Contains(sentence, "memory:"));
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_does_not_repeat_a_password) {
  const std::string sentence =
      Refusal("postgresql://tm:secret@host/mail", Kind::kConfig);
  BOOST_TEST(Contains(sentence, "postgresql:"));
  BOOST_TEST(!Contains(sentence, "secret"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
