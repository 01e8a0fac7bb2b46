#include <string>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/output/documents.h"

namespace turbo::ctl {
namespace {

v1::Message Mail() {
  v1::Message message;
  message.set_id(7);
  message.set_from("ana");
  message.add_recipients()->set_user("beto");
  auto* caro = message.add_recipients();
  caro->set_user("caro");
  caro->mutable_read_at()->set_seconds(61);
  message.set_subject("hola");
  message.set_body("text");
  (*message.mutable_labels())["z"] = "1";
  (*message.mutable_labels())["a"] = "2";
  message.mutable_sent_at()->set_seconds(60);
  message.mutable_sent_at()->set_nanos(250999999);
  message.set_cursor("c7");
  return message;
}

void CheckJson(const Json& actual, const std::string& expected) {
  BOOST_TEST(actual.dump() == Json::parse(expected).dump());
}

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(a_document_begins_with_its_schema) {
  CheckJson(Document("tray"), R"({"schema": "turbomessage.tray/1"})");
}

BOOST_AUTO_TEST_CASE(a_message_in_the_inbox) {
  CheckJson(MessageJson(Mail(), v1::BOX_INBOX, true), R"({
      "id": 7, "from": "ana", "to": ["beto", "caro"], "subject": "hola",
      "body": "text", "body_base64": null,
      "sent_at": "1970-01-01T00:01:00.250Z", "read": false, "read_at": null,
      "labels": {"a": "2", "z": "1"}, "attachments": [], "in_reply_to": null,
      "expires_at": null})");
}

BOOST_AUTO_TEST_CASE(a_message_without_anything_has_every_field) {
  CheckJson(MessageJson({}, v1::BOX_INBOX, true), R"({
      "id": 0, "from": "", "to": [], "subject": "", "body": "",
      "body_base64": null, "sent_at": null, "read": false, "read_at": null,
      "labels": {}, "attachments": [], "in_reply_to": null,
      "expires_at": null})");
}

BOOST_AUTO_TEST_CASE(a_server_may_say_any_number_for_a_time) {
  google::protobuf::Timestamp time;
  time.set_seconds(INT64_MAX);
  time.set_nanos(INT32_MAX);
  BOOST_TEST(FormatTime(TimeOf(time)) == "9999-12-31T23:59:59.999Z");
  time.set_seconds(INT64_MIN);
  time.set_nanos(INT32_MIN);
  BOOST_TEST(FormatTime(TimeOf(time)) == "1-01-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(the_body_comes_when_asked_for) {
  const Json without = MessageJson(Mail(), v1::BOX_INBOX, false);
  BOOST_TEST(without["body"].is_null());
  BOOST_TEST(without["body_base64"].is_null());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_utf8_comes_in_base64) {
  v1::Message message = Mail();
  message.set_body("\xff\xfe");
  const Json json = MessageJson(message, v1::BOX_INBOX, true);
  BOOST_TEST(json["body"].is_null());
  BOOST_TEST(json["body_base64"] == "//4=");
}

BOOST_AUTO_TEST_CASE(the_outbox_shows_who_has_read) {
  CheckJson(MessageJson(Mail(), v1::BOX_OUTBOX, false)["recipients"], R"([
      {"user": "beto", "read_at": null},
      {"user": "caro", "read_at": "1970-01-01T00:01:01.000Z"}])");
}

BOOST_AUTO_TEST_CASE(a_line_says_where_it_stands) {
  const Json line = MessageLine(Mail(), v1::BOX_OUTBOX, false);
  BOOST_TEST(line["schema"] == "turbomessage.message/1");
  BOOST_TEST(line["box"] == "outbox");
  BOOST_TEST(line["cursor"] == "c7");
  BOOST_TEST(line["id"] == 7);
}

BOOST_AUTO_TEST_CASE(lists_and_counts) {
  CheckJson(TrayDocument(v1::BOX_INBOX, Json::array({1, 2}), true, "c"), R"({
      "schema": "turbomessage.tray/1", "box": "inbox", "messages": [1, 2],
      "count": 2, "truncated": true, "next_cursor": "c"})");
  CheckJson(ReadDocument(Json::array()),
            R"({"schema": "turbomessage.read/1", "messages": []})");
  CheckJson(
      CountDocument(v1::BOX_OUTBOX, 3),
      R"({"schema": "turbomessage.count/1", "box": "outbox", "count": 3})");
  CheckJson(ChangedDocument(v1::BOX_INBOX, {1}, {}), R"({
      "schema": "turbomessage.changed/1", "box": "inbox", "ids": [1],
      "missing": []})");
}

BOOST_AUTO_TEST_CASE(an_accepted_send) {
  v1::SendResponse sent;
  sent.set_id(7);
  sent.add_to("beto");
  sent.mutable_sent_at()->set_seconds(60);
  sent.set_duplicate(true);
  CheckJson(SentDocument(sent, "key"), R"({
      "schema": "turbomessage.sent/1", "id": 7, "to": ["beto"],
      "sent_at": "1970-01-01T00:01:00.000Z", "key": "key", "duplicate": true,
      "queued": false})");
}

BOOST_AUTO_TEST_CASE(a_send_that_was_only_checked_has_no_id_and_time) {
  v1::SendResponse sent;
  sent.mutable_sent_at()->set_seconds(60);
  const Json json = SentDocument(sent, "key");
  BOOST_TEST(json["id"].is_null());
  BOOST_TEST(json["sent_at"].is_null());
  BOOST_TEST(json["to"].is_array());
}

BOOST_AUTO_TEST_CASE(a_session) {
  v1::Session session;
  session.set_user("ana");
  session.set_auth(v1::AUTH_LOGIN);
  session.set_scope(v1::SCOPE_FULL);
  session.mutable_expires_at()->set_seconds(3600);
  CheckJson(SessionDocument(session, "localhost:1"), R"({
      "schema": "turbomessage.session/1", "user": "ana",
      "server": "localhost:1", "auth": "login", "scope": "full",
      "expires_at": "1970-01-01T01:00:00.000Z"})");
}

BOOST_AUTO_TEST_CASE(a_session_by_a_token_without_an_end) {
  v1::Session session;
  session.set_auth(v1::AUTH_TOKEN);
  for (const auto& [scope, name] :
       {std::pair(v1::SCOPE_SEND, "send"), std::pair(v1::SCOPE_READ, "read"),
        std::pair(v1::SCOPE_FULL, "full")}) {
    session.set_scope(scope);
    const Json json = SessionDocument(session, "localhost:1");
    BOOST_TEST(json["auth"] == "token");
    BOOST_TEST(json["scope"] == name);
    BOOST_TEST(json["expires_at"].is_null());
  }
}

BOOST_AUTO_TEST_CASE(tokens_show_a_secret_once) {
  v1::Token token;
  token.set_name("cron");
  token.set_scope(v1::SCOPE_SEND);
  CheckJson(TokenDocument(token, "secret"), R"({
      "schema": "turbomessage.token/1", "name": "cron", "scope": "send",
      "expires_at": null, "last_used_at": null, "token": "secret"})");
  token.mutable_expires_at()->set_seconds(60);
  token.mutable_last_used_at()->set_seconds(61);
  CheckJson(TokenDocument(token, ""), R"({
      "schema": "turbomessage.token/1", "name": "cron", "scope": "send",
      "expires_at": "1970-01-01T00:01:00.000Z",
      "last_used_at": "1970-01-01T00:01:01.000Z", "token": null})");
  CheckJson(TokensDocument({token}), R"({
      "schema": "turbomessage.tokens/1", "tokens": [
      {"name": "cron", "scope": "send",
       "expires_at": "1970-01-01T00:01:00.000Z",
       "last_used_at": "1970-01-01T00:01:01.000Z", "token": null}]})");
  CheckJson(TokensDocument({}),
            R"({"schema": "turbomessage.tokens/1", "tokens": []})");
}

BOOST_AUTO_TEST_CASE(an_error_has_every_field) {
  CheckJson(ErrorDocument(Failure("os_error", "sentence")), R"({
      "schema": "turbomessage.error/1", "code": "os_error", "exit": 71,
      "retryable": false, "retry_after_ms": null, "outcome": "none",
      "key": null, "users": [], "ids": [], "message": "sentence",
      "hint": null})");
}

BOOST_AUTO_TEST_CASE(an_error_says_what_it_is_about) {
  Failure failure("inbox_full", "sentence", "hint");
  failure.users = {"beto"};
  failure.ids = {7};
  failure.key = "key";
  failure.outcome_unknown = true;
  failure.retry_after_ms = 250;
  CheckJson(ErrorDocument(failure), R"({
      "schema": "turbomessage.error/1", "code": "inbox_full", "exit": 75,
      "retryable": true, "retry_after_ms": 250, "outcome": "unknown",
      "key": "key", "users": ["beto"], "ids": [7], "message": "sentence",
      "hint": "hint"})");
}

BOOST_AUTO_TEST_CASE(a_warning) {
  CheckJson(WarningDocument("retry", "sentence"), R"({
      "schema": "turbomessage.warning/1", "code": "retry",
      "message": "sentence"})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
