#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>

#include "tmserver/store/sqlite_codec.h"

namespace turbo::store {
namespace {

BOOST_AUTO_TEST_SUITE(sqlite_codec)

BOOST_AUTO_TEST_CASE(labels_come_back_as_they_were) {
  BOOST_TEST(rc::check([](const mail::Labels& labels) {
    RC_ASSERT(ToLabels(ToColumn(labels).value_or("")) == labels);
  }));
  const mail::Labels hard = {
      {"", ""}, {"%", "%4"}, {"a=b", "c&d"}, {"\n", "ñ"}};
  BOOST_TEST((ToLabels(ToColumn(hard).value()) == hard));
}

BOOST_AUTO_TEST_CASE(labels_are_readable_in_the_file) {
  BOOST_TEST(!ToColumn(mail::Labels()).has_value());
  BOOST_TEST(ToColumn(mail::Labels{{"host", "ñu"}, {"rate", "50%"}}).value() ==
             "host=ñu&rate=50%25");
}

BOOST_AUTO_TEST_CASE(users_keep_their_order) {
  const std::vector<std::string> users = {"beto", "ana", "c.d-e_f"};
  BOOST_TEST(ToColumn(users) == "beto,ana,c.d-e_f");
  BOOST_TEST(ToUsers("beto,ana,c.d-e_f") == users,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(times_are_milliseconds) {
  const mail::Time time(mail::Duration(1700000000123));
  BOOST_TEST(ToColumn(time) == 1700000000123);
  BOOST_TEST((ToTime(1700000000123) == time));
}

BOOST_AUTO_TEST_CASE(attachments_survive_their_column) {
  const std::vector<mail::Attachment> all = {
      {"a=b&c%d\n", "text/plain; a=1", 12, ""}, {"ñ", "x/y", 0, ""}};
  BOOST_TEST((ToAttachments(ToColumn(all).value()) == all));
  BOOST_TEST(!ToColumn(std::vector<mail::Attachment>()).has_value());
  BOOST_TEST(ToAttachments("").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
