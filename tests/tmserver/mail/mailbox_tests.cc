#include <numeric>
#include <string>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/mailbox.h"
#include "tmserver/store/memory_store.h"

namespace turbo::mail {
namespace {

using std::string_literals::operator""s;
using Names = std::vector<std::string>;
using Ids = std::vector<MessageId>;

// The users ana, beto and caro.
struct Fixture {
  Fixture() : ana(Add("ana")), beto(Add("beto")), caro(Add("caro")) {}

  Caller Add(const std::string& user) {
    const auto id = Await<UserId>([&](auto done) {
      store.CreateAccount({user, "hash", user, clock.Now()}, std::move(done));
    });
    return {id.value(), user, user, {}};
  }

  static Draft To(Names names) {
    Draft draft;
    draft.to = std::move(names);
    draft.subject = "subject";
    draft.body = "body";
    return draft;
  }

  Result<Sent> SendBy(Mailbox& by, Draft draft, SendOptions options = {}) {
    return Await<Sent>([&](auto done) {
      by.Send(ana, std::move(draft), std::move(options), std::move(done));
    });
  }
  Result<Sent> Send(Draft draft, SendOptions options = {}) {
    return SendBy(mailbox, std::move(draft), std::move(options));
  }
  // Under a request id.
  Result<Sent> SendAs(const std::string& id, Draft draft, bool once = false) {
    return Send(std::move(draft), {id, once, false});
  }
  ErrorCode Refusal(Draft draft) { return CodeOf(Send(std::move(draft))); }

  Result<Changed> Mark(const Caller& caller, Ids ids) {
    return Await<Changed>([&](auto done) {
      mailbox.Mark(caller, std::move(ids), true, std::move(done));
    });
  }
  Result<Changed> Remove(const Caller& caller, Box box, Ids ids) {
    return Await<Changed>([&](auto done) {
      mailbox.Remove(caller, box, std::move(ids), std::move(done));
    });
  }

  FakeClock clock;
  store::MemoryStore store;
  Mailbox mailbox{store, clock, {}};
  Caller ana, beto, caro;
};

Ids IdsOf(const Page& page) {
  Ids ids;
  for (const Message& message : page.messages) ids.push_back(message.id);
  return ids;
}

template <class T>
void CheckSame(const std::vector<T>& actual, const std::vector<T>& expected) {
  BOOST_TEST(actual == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_SUITE(mailbox_sending, Fixture)

BOOST_AUTO_TEST_CASE(a_message_reaches_all_its_recipients) {
  const Sent sent = Send(To({"Beto", "caro"})).value();
  BOOST_TEST(sent.id == 1);
  BOOST_TEST(!sent.duplicate);
  BOOST_TEST((sent.sent_at == clock.Now()));
  CheckSame(sent.to, {"beto", "caro"});
  for (const Caller& user : {beto, caro}) {
    const Message message = mailbox.Get(user, Box::kInbox, 1).value();
    BOOST_TEST(message.from == "ana");
    BOOST_TEST(message.body == "body");
  }
}

BOOST_AUTO_TEST_CASE(a_recipient_named_twice_counts_once) {
  CheckSame(Send(To({"beto", "caro", "BETO", "beto"})).value().to,
            {"beto", "caro"});
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value() == 1);
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
  BOOST_TEST(mailbox.Get(beto, 1).value().body == draft.body);
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
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value() == 0);
}

BOOST_AUTO_TEST_CASE(a_checked_message_is_not_stored) {
  const Sent sent = Send(To({"beto"}), {"key", false, true}).value();
  BOOST_TEST(sent.id == 0);
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value() == 0);
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

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(mailbox_request_ids, Fixture)

BOOST_AUTO_TEST_CASE(the_same_send_again_is_a_duplicate) {
  const Sent first = SendAs("key", To({"beto"})).value();
  clock.Advance(Duration(1000));
  Sent again = SendAs("key", To({"beto"})).value();
  BOOST_TEST(again.duplicate);
  again.duplicate = false;
  BOOST_TEST((again == first));
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value() == 1);
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

// Beto has the messages 1 and 2, caro has 3.
struct Delivered : Fixture {
  Delivered() {
    for (const char* user : {"beto", "beto", "caro"}) Send(To({user})).value();
  }

  static ListQuery Of(Box box) {
    ListQuery query;
    query.box = box;
    return query;
  }
  Result<Page> After(const Cursor& cursor, Box box = Box::kInbox) {
    return mailbox.ListAfter(beto, cursor, Of(box));
  }
};

BOOST_FIXTURE_TEST_SUITE(mailbox_reading, Delivered)

BOOST_AUTO_TEST_CASE(a_list_is_the_caller_s_whoever_is_asked_for) {
  ListQuery query = Of(Box::kInbox);
  query.user = caro.id;
  CheckSame(IdsOf(mailbox.List(beto, query).value()), {2, 1});
}

BOOST_AUTO_TEST_CASE(names_in_filters_are_folded_and_checked) {
  ListQuery query = Of(Box::kInbox);
  query.filter.from = "ANA";
  query.filter.to = "Beto";
  BOOST_TEST(mailbox.List(beto, query).value().messages.size() == 2u);
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, query.filter).value() == 2);
  query.filter.to = "no name";
  BOOST_TEST(
      (CodeOf(mailbox.List(beto, query)) == ErrorCode::kInvalidArgument));
  BOOST_TEST((CodeOf(mailbox.Count(beto, Box::kInbox, query.filter)) ==
              ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_cursor_leads_to_what_came_after_it_oldest_first) {
  const Cursor start = mailbox.CursorAt(beto, Box::kInbox, 0);
  CheckSame(IdsOf(After(start).value()), {1, 2});
  CheckSame(IdsOf(After(mailbox.CursorAt(beto, Box::kInbox, 1)).value()), {2});
}

BOOST_AUTO_TEST_CASE(a_cursor_may_stand_at_other_people_s_newest_id) {
  BOOST_TEST(
      After(mailbox.CursorAt(beto, Box::kInbox, 3)).value().messages.empty());
}

BOOST_AUTO_TEST_CASE(a_cursor_outlives_its_message) {
  Remove(beto, Box::kInbox, {1}).value();
  CheckSame(IdsOf(After(mailbox.CursorAt(beto, Box::kInbox, 1)).value()), {2});
}

BOOST_AUTO_TEST_CASE(a_foreign_cursor_is_refused) {
  const store::MemoryStore another;
  Cursor of_store = mailbox.CursorAt(beto, Box::kInbox, 1);
  of_store.store = another.Identity();
  for (const Cursor& cursor :
       {of_store, mailbox.CursorAt(caro, Box::kInbox, 1),
        mailbox.CursorAt(beto, Box::kOutbox, 1), Cursor{}}) {
    BOOST_TEST((CodeOf(After(cursor)) == ErrorCode::kCursorInvalid));
  }
}

BOOST_AUTO_TEST_CASE(a_cursor_ahead_of_the_store_is_refused) {
  for (const MessageId id : {MessageId{4}, kMaxMessageId, MessageId{-1}}) {
    BOOST_TEST((CodeOf(After(mailbox.CursorAt(beto, Box::kInbox, id))) ==
                ErrorCode::kCursorInvalid));
  }
}

BOOST_AUTO_TEST_CASE(a_message_is_found_in_the_inbox_then_the_outbox) {
  BOOST_TEST((mailbox.Get(beto, 1).value().box == Box::kInbox));
  BOOST_TEST((mailbox.Get(ana, 1).value().box == Box::kOutbox));
  Send(To({"ana"})).value();
  BOOST_TEST((mailbox.Get(ana, 4).value().box == Box::kInbox));
}

BOOST_AUTO_TEST_CASE(other_people_s_messages_are_not_found) {
  for (const auto& refused :
       {mailbox.Get(caro, 1), mailbox.Get(caro, Box::kInbox, 1),
        mailbox.Get(beto, Box::kOutbox, 1), mailbox.Get(beto, 99)}) {
    BOOST_TEST((CodeOf(refused) == ErrorCode::kMessageNotFound));
  }
  CheckSame(mailbox.Get(caro, 1).error().ids, Ids{1});
}

BOOST_AUTO_TEST_CASE(marking_tells_the_sender_when) {
  clock.Advance(Duration(5));
  CheckSame(Mark(beto, {1, 3}).value().ids, Ids{1});
  const auto receipt = mailbox.Get(ana, 1).value().recipients.at(0).read_at;
  BOOST_REQUIRE(receipt.has_value());
  BOOST_TEST((*receipt == clock.Now()));
}

BOOST_AUTO_TEST_CASE(a_call_takes_at_most_a_thousand_ids) {
  Ids ids(1000);
  std::iota(ids.begin(), ids.end(), 1);
  BOOST_TEST(Mark(beto, ids).value().ids.size() == 2u);
  BOOST_TEST(Remove(ana, Box::kOutbox, ids).value().missing.size() == 997u);
  ids.push_back(1001);
  BOOST_TEST((CodeOf(Mark(beto, ids)) == ErrorCode::kInvalidArgument));
  BOOST_TEST(
      (CodeOf(Remove(beto, Box::kInbox, ids)) == ErrorCode::kInvalidArgument));
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
