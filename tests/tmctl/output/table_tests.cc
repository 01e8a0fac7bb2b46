#include <time.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/base/text.h"
#include "tmctl/base/units.h"
#include "tmctl/output/table.h"

namespace turbo::ctl {
namespace {

using turbomessage::v1::BOX_INBOX;
using turbomessage::v1::BOX_OUTBOX;
using turbomessage::v1::Message;

struct Fixture {
  Fixture() { tzset(); }
  Variable zone{"TZ", "UTC0"};
};

Message Mail(int64_t id, const std::string& from, const std::string& subject) {
  Message message;
  message.set_id(id);
  message.set_from(from);
  message.add_recipients()->set_user("beto");
  message.set_subject(subject);
  message.mutable_sent_at()->set_seconds(60);
  return message;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

BOOST_FIXTURE_TEST_SUITE(table, Fixture)

BOOST_AUTO_TEST_CASE(no_messages_make_no_table) {
  BOOST_TEST(TrayTable({}, BOX_INBOX, {}).empty());
}

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_what_stands_in_them) {
  Message read = Mail(10, "ana", "uno");
  read.set_read(true);
  BOOST_TEST(TrayTable({read, Mail(9, "caro.b", "dos")}, BOX_INBOX, {}) ==
             "  ID  DATE              FROM    SUBJECT\n"
             "  10  1970-01-01 00:01  ana     uno\n"
             "*  9  1970-01-01 00:01  caro.b  dos\n");
}

BOOST_AUTO_TEST_CASE(the_outbox_shows_recipients) {
  Message message = Mail(1, "ana", "hola");
  message.add_recipients()->set_user("caro");
  const std::string text = TrayTable({message}, BOX_OUTBOX, {});
  BOOST_TEST(text.find("TO") != std::string::npos);
  BOOST_TEST(text.find("beto, caro") != std::string::npos);
  BOOST_TEST(text.find("ana") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_line_is_wider_than_the_terminal) {
  BOOST_TEST(rc::check([] {
    const Message message = Mail(*rc::gen::inRange(1, 100000), *AnyUtf8(),
                                 *AnyUtf8() + std::string(100, 'x'));
    const auto width = *rc::gen::inRange<size_t>(65, 200);
    const auto lines = LinesOf(TrayTable({message}, BOX_INBOX, {width, false}));
    RC_ASSERT(lines.size() == 2u);
    for (const std::string& line : lines) RC_ASSERT(WidthOf(line) <= width);
  }));
}

BOOST_AUTO_TEST_CASE(a_narrow_terminal_still_shows_some_subject) {
  const auto lines = LinesOf(
      TrayTable({Mail(1, "ana", "a long subject")}, BOX_INBOX, {5, false}));
  BOOST_TEST(lines[1].ends_with("a long su…"));
}

BOOST_AUTO_TEST_CASE(without_a_width_nothing_is_cut) {
  const std::string subject(500, 'x');
  BOOST_TEST(
      TrayTable({Mail(1, "ana", subject)}, BOX_INBOX, {}).find(subject) !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_unread_is_bold_where_colours_are) {
  Message read = Mail(1, "ana", "uno");
  read.set_read(true);
  const auto lines =
      LinesOf(TrayTable({read, Mail(2, "ana", "dos")}, BOX_INBOX, {80, true}));
  BOOST_TEST(lines[1].find('\x1b') == std::string::npos);
  BOOST_TEST(lines[2].starts_with("\x1b[1m"));
  BOOST_TEST(lines[2].ends_with("\x1b[0m"));
}

BOOST_AUTO_TEST_CASE(a_subject_can_not_steer_the_terminal) {
  const std::string text =
      TrayTable({Mail(1, "ana", "\x1b[2J\r\nfake")}, BOX_INBOX, {80, false});
  BOOST_TEST(Harmless(text, "\n") == text);
  BOOST_TEST(LinesOf(text).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_message_has_headers_and_a_body) {
  Message message = Mail(7, "ana", "hola");
  (*message.mutable_labels())["z"] = "1";
  (*message.mutable_labels())["a"] = "2";
  message.set_body("uno\n\tdos");
  BOOST_TEST(MessageText(message, {}) ==
             "Message 7\n"
             "From: ana\n"
             "To: beto\n"
             "Date: 1970-01-01 00:01\n"
             "Subject: hola\n"
             "Label: a=2\n"
             "Label: z=1\n"
             "\n"
             "uno\n\tdos\n");
}

BOOST_AUTO_TEST_CASE(nothing_in_a_message_steers_the_terminal) {
  BOOST_TEST(rc::check([] {
    Message message = Mail(7, *AnyUtf8(), *AnyUtf8());
    (*message.mutable_labels())[*AnyUtf8()] = *AnyUtf8();
    message.set_body(*AnyBytes());
    const std::string text = MessageText(message, {});
    RC_ASSERT(Harmless(text, "\n\t") == text);
    RC_ASSERT(text.ends_with('\n'));
  }));
}

BOOST_AUTO_TEST_CASE(a_header_is_one_line) {
  BOOST_TEST(LinesOf(MessageText(Mail(7, "ana", "a\nFrom: root"), {})).size() ==
             6u);
}

BOOST_AUTO_TEST_CASE(tokens_stand_in_columns_and_expired_ones_say_so) {
  turbomessage::v1::Token old;
  old.set_name("nightly-backup");
  old.set_scope(turbomessage::v1::SCOPE_SEND);
  old.mutable_expires_at()->set_seconds(60);
  old.mutable_last_used_at()->set_seconds(60);
  turbomessage::v1::Token endless;
  endless.set_name("ci");
  endless.set_scope(turbomessage::v1::SCOPE_FULL);
  const std::string minute = FormatLocal(Time(Milliseconds(60000)));
  BOOST_TEST(TokenTable({old, endless}) ==
             "NAME            SCOPE  EXPIRES                     LAST USED\n"
             "nightly-backup  send   " +
                 minute + " (expired)  " + minute +
                 "\n"
                 "ci              full   never                       never\n");
  BOOST_TEST(TokenTable({}).empty());
  BOOST_TEST(TokenText(endless) == "ci: scope full, expires never\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
