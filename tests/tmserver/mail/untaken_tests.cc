#include <boost/test/unit_test.hpp>

#include "tmserver/mail/untaken.h"

namespace turbo::mail {
namespace {

struct Fixture {
  bool IsAdmitted(const std::string& user) {
    const auto admitted = untaken.Admit(user);
    BOOST_TEST((admitted || admitted.error().code == ErrorCode::kRateLimited));
    return admitted.has_value();
  }

  Untaken untaken{100};
};

BOOST_FIXTURE_TEST_SUITE(untaken, Fixture)

BOOST_AUTO_TEST_CASE(a_user_is_admitted_until_too_much_waits) {
  auto first = untaken.Hold("ana", 99);
  BOOST_TEST(IsAdmitted("ana"));
  auto second = untaken.Hold("ana", 1);
  BOOST_TEST(!IsAdmitted("ana"));
  first.reset();
  BOOST_TEST(IsAdmitted("ana"));
}

BOOST_AUTO_TEST_CASE(one_reply_may_be_larger_than_all) {
  auto large = untaken.Hold("ana", 1000);
  BOOST_TEST(!IsAdmitted("ana"));
  large.reset();
  BOOST_TEST(IsAdmitted("ana"));
}

BOOST_AUTO_TEST_CASE(an_empty_reply_outlives_the_others) {
  auto large = untaken.Hold("ana", 100);
  auto empty = untaken.Hold("ana", 0);
  large.reset();
  empty.reset();
  BOOST_TEST(IsAdmitted("ana"));
}

BOOST_AUTO_TEST_CASE(users_do_not_count_for_each_other) {
  const auto held = untaken.Hold("ana", 100);
  BOOST_TEST(!IsAdmitted("ana"));
  BOOST_TEST(IsAdmitted("beto"));
}

BOOST_AUTO_TEST_CASE(all_that_can_be_large_in_a_message_counts) {
  const std::string kilobyte(1000, 'x');
  const auto grown = [&](auto change) {
    Message message;
    change(message);
    return MemoryOf(message) >= 1000 + MemoryOf(Message());
  };
  BOOST_TEST(grown([&](Message& m) { m.subject = kilobyte; }));
  BOOST_TEST(grown([&](Message& m) { m.body = kilobyte; }));
  BOOST_TEST(grown([&](Message& m) { m.labels[kilobyte]; }));
  BOOST_TEST(grown([&](Message& m) { m.labels["key"] = kilobyte; }));
  BOOST_TEST(grown([&](Message& m) { m.recipients = {{kilobyte, {}}}; }));
  BOOST_TEST(grown([&](Message& m) { m.recipients.resize(30); }));
  BOOST_TEST(grown([&](Message& m) {
    m.attachments = {{kilobyte, "", 0, ""}};
  }));
  BOOST_TEST(grown([&](Message& m) {
    m.attachments = {{"", kilobyte, 0, ""}};
  }));
  BOOST_TEST(grown([&](Message& m) {
    m.attachments = {{"", "", 0, kilobyte}};
  }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
