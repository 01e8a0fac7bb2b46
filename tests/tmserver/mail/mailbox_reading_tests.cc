#include <numeric>
#include <string>

#include "tests/tmserver/mail/mailbox_testing.h"

namespace turbo::mail {
namespace {

Ids IdsOf(const Page& page) {
  Ids ids;
  for (const Message& message : page.messages) ids.push_back(message.id);
  return ids;
}

// Beto has the messages 1 and 2, caro has 3.
struct Delivered : Mail {
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
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, query.filter).value().count == 2);
  query.filter.to = "no name";
  BOOST_TEST(
      (CodeOf(mailbox.List(beto, query)) == ErrorCode::kInvalidArgument));
  BOOST_TEST((CodeOf(mailbox.Count(beto, Box::kInbox, query.filter)) ==
              ErrorCode::kInvalidArgument));
}

// Looking for long texts in long texts would take the server's time.
BOOST_AUTO_TEST_CASE(what_a_filter_looks_for_is_short) {
  ListQuery query = Of(Box::kInbox);
  query.filter.subject = std::string(kMaxFilterText - 2, 's');
  query.filter.labels = {{"k", "v"}};
  BOOST_TEST(mailbox.List(beto, query).has_value());
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, query.filter).has_value());
  query.filter.labels = {{"k", "vv"}};
  BOOST_TEST(
      (CodeOf(mailbox.List(beto, query)) == ErrorCode::kInvalidArgument));
  BOOST_TEST((CodeOf(mailbox.Count(beto, Box::kInbox, query.filter)) ==
              ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_subject_is_looked_for_in_any_case) {
  Draft draft = To({"beto"});
  draft.subject = "Straße";
  Send(draft).value();
  ListQuery query = Of(Box::kInbox);
  query.filter.subject = "STRASSE";
  CheckSame(IdsOf(mailbox.List(beto, query).value()), {4});
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
  BOOST_TEST((Get(beto, 1).value().box == Box::kInbox));
  BOOST_TEST((Get(ana, 1).value().box == Box::kOutbox));
  Send(To({"ana"})).value();
  BOOST_TEST((Get(ana, 4).value().box == Box::kInbox));
}

BOOST_AUTO_TEST_CASE(other_people_s_messages_are_not_found) {
  for (const auto& refused :
       {Get(caro, 1), mailbox.Get(caro, Box::kInbox, 1, ""),
        mailbox.Get(beto, Box::kOutbox, 1, ""), Get(beto, 99)}) {
    BOOST_TEST((CodeOf(refused) == ErrorCode::kMessageNotFound));
  }
  CheckSame(Get(caro, 1).error().ids, Ids{1});
}

BOOST_AUTO_TEST_CASE(marking_tells_the_sender_when) {
  clock.Advance(Duration(5));
  CheckSame(Mark(beto, {1, 3}).value().ids, Ids{1});
  const auto receipt = Get(ana, 1).value().recipients.at(0).read_at;
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
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value().count == 2);
}

BOOST_AUTO_TEST_CASE(what_has_expired_is_not_there) {
  Draft draft = To({"beto"});
  draft.ttl = Duration(1000);
  const MessageId id = Send(draft).value().id;
  BOOST_TEST((Get(beto, id).value().expires_at == clock.Now() + *draft.ttl));
  clock.Advance(Duration(1000));
  BOOST_TEST((CodeOf(Get(beto, id)) == ErrorCode::kMessageNotFound));
  BOOST_TEST((CodeOf(Get(ana, id)) == ErrorCode::kMessageNotFound));
  BOOST_TEST(mailbox.Count(beto, Box::kInbox, {}).value().count == 2);
  CheckSame(IdsOf(mailbox.List(beto, Of(Box::kInbox)).value()), {2, 1});
  CheckSame(Mark(beto, {id}).value().missing, {id});
  CheckSame(Remove(beto, Box::kInbox, {id}).value().missing, {id});
}

BOOST_AUTO_TEST_CASE(replies_to_a_message_are_found) {
  Draft reply = To({"ana"});
  reply.in_reply_to = 2;
  Await<Sent>([&](auto done) {
    mailbox.Send(beto, reply, {}, std::move(done));
  }).value();
  ListQuery query = Of(Box::kInbox);
  query.filter.in_reply_to = 2;
  CheckSame(IdsOf(mailbox.List(ana, query).value()), {4});
  query.filter.in_reply_to = 1;
  CheckSame(IdsOf(mailbox.List(ana, query).value()), {});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail
