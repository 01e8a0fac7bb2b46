#include <chrono>
#include <string>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/checks/checks.h"
#include "tmctl/checks/checks_server.h"

namespace turbo::ctl {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kNow = *ParseTime("2026-05-04T12:00:00Z", Time());

v1::WhoAmIResponse Self(v1::Auth auth, std::optional<Milliseconds> left) {
  v1::WhoAmIResponse self;
  self.mutable_session()->set_user("ana");
  self.mutable_session()->set_auth(auth);
  self.mutable_session()->set_scope(v1::SCOPE_SEND);
  self.set_token_name("cron");
  if (left) {
    self.mutable_session()->mutable_expires_at()->set_seconds(
        (kNow + *left).time_since_epoch().count() / 1000);
  }
  return self;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(checks)

BOOST_AUTO_TEST_CASE(a_check_survives_its_json) {
  for (const Check& check :
       {Ok("name", "good"), Skipped("name", "why"),
        Warning("name", "bad", "mend it"), Failed("name", {"busy", "gone"})}) {
    const Check read = ToCheck(ToJson(check));
    BOOST_TEST(read.name == check.name);
    BOOST_TEST((read.verdict == check.verdict));
    BOOST_TEST(read.message == check.message);
    BOOST_TEST(read.hint == check.hint);
    BOOST_TEST(read.code == check.code);
  }
}

BOOST_AUTO_TEST_CASE(clocks_may_differ_by_ten_seconds) {
  const auto verdict = [](Milliseconds server) {
    return CheckClock(kNow + server, kNow, kNow + seconds(2)).verdict;
  };
  BOOST_TEST((verdict(seconds(1)) == Verdict::kOk));
  BOOST_TEST((verdict(seconds(12)) == Verdict::kOk));
  BOOST_TEST((verdict(seconds(-10)) == Verdict::kOk));
  BOOST_TEST((verdict(seconds(13)) == Verdict::kWarning));
  BOOST_TEST((verdict(seconds(-11)) == Verdict::kWarning));
}

BOOST_AUTO_TEST_CASE(a_wrong_clock_is_said_to_be_ahead_or_behind) {
  BOOST_TEST(Has(CheckClock(kNow + minutes(5), kNow, kNow).message,
                 "5 minutes behind the server's"));
  BOOST_TEST(Has(CheckClock(kNow - days(3), kNow, kNow).message,
                 "3 days ahead of the server's"));
}

BOOST_AUTO_TEST_CASE(an_access_token_gives_notice_in_its_last_week) {
  const auto check = [](std::optional<Milliseconds> left) {
    return CheckToken(Self(v1::AUTH_TOKEN, left), "from F", kNow, false);
  };
  BOOST_TEST((check({}).verdict == Verdict::kOk));
  BOOST_TEST((check(days(7)).verdict == Verdict::kOk));
  BOOST_TEST((check(days(7) - seconds(1)).verdict == Verdict::kWarning));
  BOOST_TEST(Has(check(hours(30)).message, "in 30 hours"));
  BOOST_TEST(Has(check(hours(30)).hint, "token rotate"));
  BOOST_TEST(Has(check({}).message, "\"cron\" of ana, scope send, from F"));
}

BOOST_AUTO_TEST_CASE(that_a_login_ends_is_normal_but_for_jobs) {
  const auto verdict = [](bool renewable) {
    return CheckToken(Self(v1::AUTH_LOGIN, minutes(1)), "", kNow, renewable)
        .verdict;
  };
  BOOST_TEST((verdict(true) == Verdict::kOk));
  BOOST_TEST((verdict(false) == Verdict::kWarning));
}

BOOST_AUTO_TEST_CASE(a_tray_gives_notice_when_it_is_nearly_full) {
  BOOST_TEST((CheckQuota(4, 4, 5).verdict == Verdict::kOk));
  BOOST_TEST(Has(CheckQuota(5, 0, 5).hint, "delete ID"));
  BOOST_TEST(Has(CheckQuota(0, 5, 5).hint, "delete --box outbox"));
  BOOST_TEST((CheckQuota(0, 89, 100).verdict == Verdict::kOk));
  BOOST_TEST((CheckQuota(0, 90, 100).verdict == Verdict::kWarning));
  BOOST_TEST((CheckQuota(1000, 1000, 0).verdict == Verdict::kOk));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
