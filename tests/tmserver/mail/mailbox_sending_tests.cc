#include <string>

#include "tests/tmserver/mail/mailbox_testing.h"
#include "tmserver/mail/draft.h"

namespace turbo::mail {
namespace {

using std::string_literals::operator""s;

BOOST_FIXTURE_TEST_SUITE(mailbox_sending, Mail)

BOOST_AUTO_TEST_CASE(a_message_reaches_all_its_recipients) {
  const Sent sent = Send(To({"Beto", "caro"})).value();
  BOOST_TEST(sent.id == 1);
  BOOST_TEST(!sent.duplicate);
  BOOST_TEST((sent.sent_at == clock.Now()));
  CheckSame(sent.to, {"beto", "caro"});
  for (const Caller& user : {beto, caro}) {
    const Message message = mailbox.Get(user, Box::kInbox, 1, "").value();
    BOOST_TEST(message.from == "ana");
    BOOST_TEST(message.body == "body");
  }
}

BOOST_AUTO_TEST_CASE(a_recipient_named_twice_counts_once) {
  CheckSame(Send(To({"beto", "caro", "BETO", "beto"})).value().to,
            {"beto", "caro"});
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value().count == 1);
}

BOOST_AUTO_TEST_CASE(a_message_needs_a_recipient) {
  BOOST_TEST((Refusal(To({})) == ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_recipient_must_be_a_name) {
  for (const std::string& name : {""s, "no name"s, "beto\0"s}) {
    BOOST_TEST((Refusal(To({"beto", name})) == ErrorCode::kInvalidArgument));
  }
}

BOOST_AUTO_TEST_CASE(a_message_has_at_most_100_different_recipients) {
  Names names;
  for (int i = 0; i < 100; ++i) {
    Add("user" + std::to_string(i));
    names.push_back("user" + std::to_string(i));
  }
  names.push_back("USER0");
  BOOST_TEST(Send(To(names)).value().to.size() == 100u);
  names.push_back("beto");
  BOOST_TEST((Refusal(To(names)) == ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_subject_is_utf8_without_nul) {
  Draft draft = To({"beto"});
  for (const std::string& text : {"a\0b"s, "\xff"s, "\xc3"s, "\xed\xa0\x80"s}) {
    draft.subject = text;
    BOOST_TEST((Refusal(draft) == ErrorCode::kInvalidArgument));
  }
  draft.subject = "¡Grüße! 你好\n\x01";
  BOOST_TEST(Send(draft).has_value());
}

BOOST_AUTO_TEST_CASE(labels_are_utf8_without_nul_and_have_keys) {
  Draft draft = To({"beto"});
  for (const Labels& labels :
       {Labels{{"", "value"}}, Labels{{"k\0"s, "value"}}, Labels{{"k", "\0"s}},
        Labels{{"\xff", "value"}}, Labels{{"k", "\xff"}}}) {
    draft.labels = labels;
    BOOST_TEST((Refusal(draft) == ErrorCode::kInvalidArgument));
  }
  draft.labels = {{"k", ""}, {"ключ", "=,"}};
  BOOST_TEST(Send(draft).has_value());
}

BOOST_AUTO_TEST_CASE(a_body_is_any_bytes) {
  Draft draft = To({"beto"});
  draft.body = "\xff\0\x01"s;
  Send(draft).value();
  BOOST_TEST(Get(beto, 1).value().body == draft.body);
}

BOOST_AUTO_TEST_CASE(subject_body_and_labels_count_towards_the_size) {
  Mailbox small(store, clock, {5, 10});
  Draft draft = To({"beto"});
  draft.subject = "12";
  draft.labels = {{"34", "56"}};
  draft.body = "7890";
  BOOST_TEST(SendBy(small, draft).has_value());
  draft.body += "1";
  BOOST_TEST((CodeOf(SendBy(small, draft)) == ErrorCode::kMessageTooLarge));
}

BOOST_AUTO_TEST_CASE(a_malformed_message_is_refused_before_a_large_one) {
  Draft draft = To({"beto"});
  draft.body.assign(2 << 20, 'x');
  BOOST_TEST((Refusal(draft) == ErrorCode::kMessageTooLarge));
  draft.subject = "\xff";
  BOOST_TEST((Refusal(draft) == ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_large_message_is_refused_before_its_recipients) {
  Draft draft = To({"nobody"});
  draft.body.assign(2 << 20, 'x');
  BOOST_TEST((Refusal(draft) == ErrorCode::kMessageTooLarge));
}

BOOST_AUTO_TEST_CASE(unknown_recipients_are_named) {
  const auto refused = Send(To({"beto", "nobody", "Nemo"}));
  BOOST_TEST((CodeOf(refused) == ErrorCode::kRecipientNotFound));
  CheckSame(refused.error().users, {"nobody", "nemo"});
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value().count == 0);
}

BOOST_AUTO_TEST_CASE(a_checked_message_is_not_stored) {
  const Sent sent = Send(To({"beto"}), {"key", false, true}).value();
  BOOST_TEST(sent.id == 0);
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value().count == 0);
  BOOST_TEST(!SendAs("key", To({"beto"})).value().duplicate);
}

BOOST_AUTO_TEST_CASE(no_capacity_means_no_limit) {
  Mailbox roomy(store, clock, {0, 100});
  for (int i = 0; i < 20; ++i) {
    BOOST_REQUIRE(SendBy(roomy, To({"beto"})).has_value());
  }
}

BOOST_AUTO_TEST_CASE(the_capacity_holds_for_each_tray) {
  for (int i = 0; i < 5; ++i) Send(To({"beto"})).value();
  BOOST_TEST((Refusal(To({"caro"})) == ErrorCode::kOutboxFull));
  Draft draft = To({"beto", "caro"});
  draft.keep_copy = false;
  const auto refused = Send(draft);
  BOOST_TEST((CodeOf(refused) == ErrorCode::kInboxFull));
  CheckSame(refused.error().users, {"beto"});
}

BOOST_AUTO_TEST_CASE(attachments_travel_with_the_message) {
  Draft draft = To({"beto"});
  draft.attachments = {{"a.txt", "text/plain", 2, "hi"},
                       {"ñ", "image/png", 1, "\0"s}};
  Send(draft).value();
  const Message message = mailbox.Get(beto, Box::kInbox, 1, "ñ").value();
  BOOST_TEST_REQUIRE(message.attachments.size() == 2u);
  BOOST_TEST(message.attachments[0].name == "a.txt");
  BOOST_TEST(message.attachments[0].size == 2);
  BOOST_TEST(message.attachments[0].data.empty());
  BOOST_TEST((message.attachments[1] == draft.attachments[1]));
}

BOOST_AUTO_TEST_CASE(an_attachment_is_named_like_a_file) {
  for (const std::string& name : {""s, "."s, ".."s, "a/b"s, "a\nb"s, "a\0"s,
                                  "\xff"s, "\x7f"s, std::string(256, 'x')}) {
    Draft draft = To({"beto"});
    draft.attachments = {{name, "text/plain", 0, ""}};
    BOOST_TEST((Refusal(draft) == ErrorCode::kInvalidArgument), name);
  }
  Draft longest = To({"beto"});
  longest.attachments = {{std::string(255, 'x'), "text/plain", 0, ""},
                         {".hidden", "text/plain", 0, ""}};
  BOOST_TEST(Send(longest).has_value());
}

BOOST_AUTO_TEST_CASE(an_attachment_has_a_media_type) {
  for (const std::string& type :
       {"text"s, "/plain"s, "text/"s, "text/a b"s, "text/\n"s, "ñ/a"s,
        "a/" + std::string(126, 'x')}) {
    Draft draft = To({"beto"});
    draft.attachments = {{"a", type, 0, ""}};
    BOOST_TEST((Refusal(draft) == ErrorCode::kInvalidArgument), type);
  }
}

BOOST_AUTO_TEST_CASE(attachments_are_few_and_have_different_names) {
  Draft draft = To({"beto"});
  draft.attachments = {{"a", "x/y", 0, ""}, {"a", "x/z", 0, ""}};
  BOOST_TEST((Refusal(draft) == ErrorCode::kInvalidArgument));
  draft.attachments.clear();
  for (size_t i = 0; i <= kMaxAttachments; ++i) {
    draft.attachments.push_back({std::to_string(i), "x/y", 0, ""});
  }
  BOOST_TEST((Refusal(draft) == ErrorCode::kInvalidArgument));
  draft.attachments.pop_back();
  BOOST_TEST(Send(draft).has_value());
}

BOOST_AUTO_TEST_CASE(attachments_count_towards_the_size) {
  Mailbox small(store, clock, {5, 30});
  Draft draft = To({"beto"});  // 11 bytes of subject and body
  draft.attachments = {{"a", "text/p", 12, std::string(12, 'x')}};
  BOOST_TEST(SendBy(small, draft).has_value());
  draft.attachments = {{"a", "text/p", 13, std::string(13, 'x')}};
  BOOST_TEST((CodeOf(SendBy(small, draft)) == ErrorCode::kMessageTooLarge));
}

BOOST_AUTO_TEST_CASE(a_reply_names_a_message_of_one_s_own) {
  Send(To({"beto"})).value();
  Draft reply = To({"ana"});
  reply.in_reply_to = 1;
  const auto reply_by = [&](const Caller& caller) {
    return Await<Sent>(
        [&](auto done) { mailbox.Send(caller, reply, {}, std::move(done)); });
  };
  BOOST_TEST(reply_by(beto).has_value());
  BOOST_TEST(reply_by(ana).has_value());
  BOOST_TEST((CodeOf(reply_by(caro)) == ErrorCode::kMessageNotFound));
  Remove(beto, Box::kInbox, {1}).value();
  Remove(ana, Box::kOutbox, {1}).value();
  BOOST_TEST(reply_by(beto).has_value());  // the register still knows it
  for (const MessageId id : {MessageId{99}, kMaxMessageId}) {
    reply.in_reply_to = id;
    BOOST_TEST((CodeOf(reply_by(beto)) == ErrorCode::kMessageNotFound));
    CheckSame(reply_by(beto).error().ids, Ids{id});
  }
  for (const MessageId id : {MessageId{0}, MessageId{-1}, kMaxMessageId + 1}) {
    reply.in_reply_to = id;
    BOOST_TEST((CodeOf(reply_by(beto)) == ErrorCode::kInvalidArgument));
  }
}

BOOST_AUTO_TEST_CASE(a_time_to_live_is_more_than_nothing) {
  Draft draft = To({"beto"});
  for (const Duration ttl :
       {Duration(0), Duration(-1), kMaxTtl + Duration(1), Duration::max()}) {
    draft.ttl = ttl;
    BOOST_TEST((Refusal(draft) == ErrorCode::kInvalidArgument));
  }
  draft.ttl = kMaxTtl;
  BOOST_TEST(Send(draft).has_value());
}

BOOST_AUTO_TEST_CASE(what_has_expired_makes_room) {
  Mailbox small(store, clock, {1, 1000});
  Draft draft = To({"beto"});
  draft.ttl = Duration(1000);
  SendBy(small, draft).value();
  clock.Advance(Duration(999));
  BOOST_TEST((CodeOf(SendBy(small, draft)) == ErrorCode::kOutboxFull));
  clock.Advance(Duration(1));
  BOOST_TEST(SendBy(small, draft).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(mailbox_request_ids, Mail)

BOOST_AUTO_TEST_CASE(the_same_send_again_is_a_duplicate) {
  const Sent first = SendAs("key", To({"beto"})).value();
  clock.Advance(Duration(1000));
  Sent again = SendAs("key", To({"beto"})).value();
  BOOST_TEST(again.duplicate);
  again.duplicate = false;
  BOOST_TEST((again == first));
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value().count == 1);
}

BOOST_AUTO_TEST_CASE(without_a_request_id_nothing_is_remembered) {
  Send(To({"beto"})).value();
  BOOST_TEST(!Send(To({"beto"})).value().duplicate);
}

BOOST_AUTO_TEST_CASE(the_order_and_case_of_recipients_are_not_content) {
  SendAs("key", To({"beto", "caro"})).value();
  BOOST_TEST(SendAs("key", To({"CARO", "beto", "caro"})).value().duplicate);
}

BOOST_AUTO_TEST_CASE(all_else_is_content) {
  SendAs("key", To({"beto"})).value();
  Draft to = To({"caro"});
  Draft more = To({"beto", "caro"});
  Draft subject = To({"beto"});
  subject.subject = "other";
  Draft body = To({"beto"});
  body.body = "other";
  Draft label = To({"beto"});
  label.labels = {{"k", "v"}};
  Draft no_copy = To({"beto"});
  no_copy.keep_copy = false;
  for (const Draft& other : {to, more, subject, body, label, no_copy}) {
    BOOST_TEST((CodeOf(SendAs("key", other)) == ErrorCode::kRequestIdReused));
    BOOST_TEST(SendAs("key", other, true).value().duplicate);
  }
}

BOOST_AUTO_TEST_CASE(attachments_and_replies_are_content_a_ttl_is_not) {
  SendAs("first", To({"beto"})).value();
  Draft draft = To({"beto"});
  draft.attachments = {{"a", "x/y", 1, "z"}};
  draft.in_reply_to = 1;
  SendAs("k", draft).value();
  draft.ttl = Duration(1000);
  BOOST_TEST(SendAs("k", draft).value().duplicate);
  for (const auto& other :
       std::vector<std::vector<Attachment>>{{},
                                            {{"b", "x/y", 1, "z"}},
                                            {{"a", "x/x", 1, "z"}},
                                            {{"a", "x/y", 1, "y"}}}) {
    Draft changed = draft;
    changed.attachments = other;
    BOOST_TEST((CodeOf(SendAs("k", changed)) == ErrorCode::kRequestIdReused));
  }
  draft.in_reply_to.reset();
  BOOST_TEST((CodeOf(SendAs("k", draft)) == ErrorCode::kRequestIdReused));
}

BOOST_AUTO_TEST_CASE(text_that_moves_between_fields_is_other_content) {
  Draft draft = To({"beto"});
  draft.subject = "ab";
  draft.body = "c";
  SendAs("key", draft).value();
  draft.subject = "a";
  draft.body = "bc";
  BOOST_TEST((CodeOf(SendAs("key", draft)) == ErrorCode::kRequestIdReused));
}

BOOST_AUTO_TEST_CASE(a_request_id_answers_before_the_rules_of_content) {
  SendAs("key", To({"beto"})).value();
  Draft large = To({"beto"});
  large.body.assign(2 << 20, 'x');
  Draft garbled = To({"beto"});
  garbled.subject = "\xff";
  for (const Draft& wrong :
       {To({}), To({"no name"}), To({"nobody"}), large, garbled}) {
    BOOST_TEST((CodeOf(SendAs("key", wrong)) == ErrorCode::kRequestIdReused));
    const Sent again = SendAs("key", wrong, true).value();
    BOOST_TEST(again.duplicate);
    BOOST_TEST(again.id == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_request_id_answers_where_the_rules_have_changed) {
  SendAs("key", To({"beto"})).value();
  Mailbox strict(store, clock, {1, 1});
  BOOST_TEST(
      SendBy(strict, To({"beto"}), {"key", false, false}).value().duplicate);
}

BOOST_AUTO_TEST_CASE(a_request_id_answers_where_a_tray_is_full) {
  for (int i = 0; i < 5; ++i) {
    SendAs("key" + std::to_string(i), To({"beto"})).value();
  }
  BOOST_TEST(SendAs("key0", To({"beto"})).value().duplicate);
}

BOOST_AUTO_TEST_CASE(a_refused_send_is_not_remembered) {
  BOOST_TEST(!SendAs("key", To({"nobody"})).has_value());
  BOOST_TEST(!SendAs("key", To({"no name"})).has_value());
  BOOST_TEST(!SendAs("key", To({"beto"})).value().duplicate);
}

BOOST_AUTO_TEST_CASE(request_ids_are_each_account_s_own) {
  SendAs("key", To({"caro"})).value();
  const auto sent = Await<Sent>([&](auto done) {
    mailbox.Send(beto, To({"caro"}), {"key", false, false}, std::move(done));
  });
  BOOST_TEST(!sent.value().duplicate);
}

BOOST_AUTO_TEST_CASE(a_request_id_is_128_printable_characters_at_most) {
  const std::string longest(128, '~');
  BOOST_TEST(SendAs(longest, To({"beto"})).has_value());
  BOOST_TEST(SendAs(" a b ", To({"beto"})).has_value());
  for (const std::string& wrong :
       {longest + "~", "a\nb"s, "\x7f"s, "a\0"s, "ñ"s}) {
    BOOST_TEST(
        (CodeOf(SendAs(wrong, To({"beto"}))) == ErrorCode::kInvalidArgument));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
