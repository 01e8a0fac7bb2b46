#include <boost/test/unit_test.hpp>

#include "tmserver/mail/types.h"

namespace turbo::mail {
namespace {

constexpr Time kNoon{std::chrono::hours(12)};
constexpr Duration kMoment{1};

// A message of ana's to beto and caro.
Message Mail() {
  Message message;
  message.from = "ana";
  message.recipients = {{"beto", {}}, {"caro", {}}};
  message.subject = "Straße nach Köln";
  message.labels = {{"host", "web1"}, {"status", "0"}};
  message.sent_at = kNoon;
  return message;
}

struct Fixture {
  bool Selected() const {
    Filter folded = filter;
    folded.subject = FoldCase(filter.subject);
    return Matches(folded, message);
  }

  Message message = Mail();
  Filter filter;
};

BOOST_FIXTURE_TEST_SUITE(filter, Fixture)

BOOST_AUTO_TEST_CASE(an_empty_filter_selects_everything) {
  BOOST_TEST(filter.empty());
  BOOST_TEST(Selected());
  BOOST_TEST(Matches(filter, Message{}));
}

BOOST_AUTO_TEST_CASE(read_and_unread_exclude_each_other) {
  filter.read = false;
  BOOST_TEST(!filter.empty());
  BOOST_TEST(Selected());
  filter.read = true;
  BOOST_TEST(!Selected());
  message.read_at = kNoon;
  BOOST_TEST(Selected());
  filter.read = false;
  BOOST_TEST(!Selected());
}

BOOST_AUTO_TEST_CASE(the_sender_is_compared_whole) {
  filter.from = "ana";
  BOOST_TEST(Selected());
  filter.from = "an";
  BOOST_TEST(!Selected());
}

BOOST_AUTO_TEST_CASE(any_of_the_recipients_will_do) {
  filter.to = "caro";
  BOOST_TEST(Selected());
  filter.to = "ana";
  BOOST_TEST(!Selected());
}

BOOST_AUTO_TEST_CASE(since_is_inclusive) {
  filter.since = kNoon;
  BOOST_TEST(Selected());
  filter.since = kNoon + kMoment;
  BOOST_TEST(!Selected());
}

BOOST_AUTO_TEST_CASE(until_is_exclusive) {
  filter.until = kNoon;
  BOOST_TEST(!Selected());
  filter.until = kNoon + kMoment;
  BOOST_TEST(Selected());
}

BOOST_AUTO_TEST_CASE(part_of_the_subject_is_found_in_any_case) {
  for (const char* part : {"nach", "NACH", "STRASSE", "straße", "KÖLN", " "}) {
    filter.subject = part;
    BOOST_TEST(Selected(), part);
  }
  filter.subject = "Koln";
  BOOST_TEST(!Selected());
}

BOOST_AUTO_TEST_CASE(composed_and_decomposed_characters_are_the_same) {
  filter.subject = "Ko\xcc\x88ln";
  BOOST_TEST(Selected());
}

BOOST_AUTO_TEST_CASE(a_subject_that_is_no_utf8_is_not_found) {
  filter.subject = "\xff";
  BOOST_TEST(!Selected());
}

BOOST_AUTO_TEST_CASE(all_labels_must_be_there_with_their_values) {
  filter.labels = {{"host", "web1"}, {"status", "0"}};
  BOOST_TEST(Selected());
  filter.labels = {{"host", "web1"}, {"status", "1"}};
  BOOST_TEST(!Selected());
  filter.labels = {{"hos", "web1"}};
  BOOST_TEST(!Selected());
  filter.labels = {{"Host", "web1"}};
  BOOST_TEST(!Selected());
}

BOOST_AUTO_TEST_CASE(every_condition_must_hold) {
  filter.from = "ana";
  filter.to = "beto";
  filter.subject = "köln";
  filter.labels = {{"host", "web1"}};
  BOOST_TEST(Selected());
  filter.to = "dora";
  BOOST_TEST(!Selected());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
