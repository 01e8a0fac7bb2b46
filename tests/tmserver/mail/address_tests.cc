#include <rapidcheck.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <string>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/address.h"

namespace turbo::mail {
namespace {

namespace data = boost::unit_test::data;
using std::string_literals::operator""s;

BOOST_AUTO_TEST_SUITE(address)

BOOST_DATA_TEST_CASE(a_name_in_lower_case_is_kept_as_it_is,
                     data::make({"a", "0", "ana", "ana.b_c-d", "7up", "a.",
                                 "a-"}),
                     name) {
  BOOST_TEST(FoldName(name).value() == name);
}

BOOST_AUTO_TEST_CASE(upper_case_is_folded) {
  BOOST_TEST(FoldName("Ana.BETO-Z").value() == "ana.beto-z");
}

BOOST_DATA_TEST_CASE(what_is_no_name_is_refused,
                     data::make({""s, ".ana"s, "_ana"s, "-ana"s, "ana beto"s,
                                 " ana"s, "ana\n"s, "ana\0"s, "ana@host"s,
                                 "a/b"s, "se\xc3\xb1or"s, "ana\xff"s}),
                     name) {
  BOOST_TEST((CodeOf(FoldName(name)) == ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_name_has_at_most_64_characters) {
  const std::string longest(64, 'a');
  BOOST_TEST(FoldName(longest).value() == longest);
  BOOST_TEST(!FoldName(longest + "a").has_value());
  BOOST_TEST(!FoldName(std::string(1000000, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(folding_a_folded_name_changes_nothing) {
  BOOST_TEST(rc::check([] {
    const auto letter = rc::gen::elementOf("azAZ09._-"s);
    const auto once = FoldName(*rc::gen::container<std::string>(letter));
    if (once) RC_ASSERT(FoldName(*once).value() == *once);
  }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
