#include "tests/tmctl/ctl_testing.h"
#include "tmctl/sendmail/mail.h"

namespace turbo::ctl {
namespace {

BOOST_AUTO_TEST_SUITE(mail)

BOOST_AUTO_TEST_CASE(private_headers_go_with_the_lines_that_continue_them) {
  BOOST_TEST(
      WithoutPrivateHeaders("To: ana\nBCC: beto,\n caro\nX-Cron-Env: "
                            "<A=b>\n\tmore\nSubject: s\n\nBcc: text\n") ==
      "To: ana\nSubject: s\n\nBcc: text\n");
}

BOOST_AUTO_TEST_CASE(a_mail_may_end_within_its_headers) {
  BOOST_TEST(WithoutPrivateHeaders("To: ana\nBcc: beto") == "To: ana\n");
  BOOST_TEST(WithoutPrivateHeaders("To: ana") == "To: ana");
  BOOST_TEST(WithoutPrivateHeaders("").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
