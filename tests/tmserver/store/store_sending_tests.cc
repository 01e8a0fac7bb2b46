// Sending: what every store promises.
#include "tests/tmserver/store/house.h"

namespace turbo::store {
namespace {

BOOST_AUTO_TEST_SUITE(store_contract_sending)

// --- Sending ---

BOOST_DATA_TEST_CASE(a_send_is_in_the_outbox_and_every_inbox, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"caro", "beto"});
  op.draft.labels = {{"host", "a=b&c%d\n"}, {"ñ", ""}, {"", "x"}};
  op.draft.body = std::string("\0\xff raw", 6);
  const auto sent = house.desk.Send(op);
  BOOST_REQUIRE(sent.has_value());
  BOOST_TEST((*sent == mail::Sent{1, At(1000), {"caro", "beto"}, false}));

  mail::Message message;
  message.id = 1;
  message.box = Box::kInbox;
  message.from = "ana";
  message.recipients = {{"caro", std::nullopt}, {"beto", std::nullopt}};
  message.subject = "subject";
  message.body = op.draft.body;
  message.labels = op.draft.labels;
  message.sent_at = At(1000);
  BOOST_TEST((house.Get(house.beto, Box::kInbox, 1) == message));
  BOOST_TEST((house.Get(house.caro, Box::kInbox, 1) == message));
  message.box = Box::kOutbox;
  BOOST_TEST((house.Get(house.ana, Box::kOutbox, 1) == message));
}

BOOST_DATA_TEST_CASE(a_message_is_in_nobody_elses_trays, kStores, engine) {
  House house(engine);
  house.Send(house.FromAna({"beto"}));
  BOOST_TEST(!house.Get(house.ana, Box::kInbox, 1).has_value());
  BOOST_TEST(!house.Get(house.beto, Box::kOutbox, 1).has_value());
  BOOST_TEST(!house.Get(house.caro, Box::kInbox, 1).has_value());
  BOOST_TEST(!house.Get(house.beto, Box::kInbox, 2).has_value());
  BOOST_TEST(!house.Get(99, Box::kInbox, 1).has_value());
}

BOOST_DATA_TEST_CASE(without_a_copy_the_outbox_stays_empty, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.draft.keep_copy = false;
  house.Send(op);
  BOOST_TEST(house.Count(house.ana, Box::kOutbox) == 0);
  BOOST_TEST(house.Count(house.beto, Box::kInbox) == 1);
}

BOOST_DATA_TEST_CASE(mail_to_oneself_takes_both_trays, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"ana"});
  op.capacity = 1;
  house.Send(op);
  BOOST_TEST(house.Count(house.ana, Box::kInbox) == 1);
  BOOST_TEST(house.Count(house.ana, Box::kOutbox) == 1);
  CheckChanged(house.desk.Remove(house.ana, Box::kInbox, {1}), {1}, {});
  BOOST_TEST(house.Get(house.ana, Box::kOutbox, 1)->body == "body");
  BOOST_TEST((CodeOf(house.desk.Send(op)) == ErrorCode::kOutboxFull));
  op.draft.keep_copy = false;
  BOOST_TEST(house.Send(op) == 2);
}

BOOST_DATA_TEST_CASE(unknown_recipients_are_all_named, kStores, engine) {
  House house(engine);
  const auto sent = house.desk.Send(house.FromAna({"x", "beto", "y"}));
  BOOST_TEST((CodeOf(sent) == ErrorCode::kRecipientNotFound));
  CheckSame(sent.error().users, {"x", "y"});
  BOOST_TEST(house.Count(house.beto, Box::kInbox) == 0);
  BOOST_TEST(house.Count(house.ana, Box::kOutbox) == 0);
}

BOOST_DATA_TEST_CASE(full_inboxes_are_all_named_and_nothing_is_stored, kStores,
                     engine) {
  House house(engine);
  house.desk.Add("dora");
  auto op = house.From("dora", 4, {"beto", "caro"});
  op.capacity = 1;
  house.Send(op);
  op = house.FromAna({"beto", "dora", "caro"});
  op.capacity = 1;
  const auto sent = house.desk.Send(op);
  BOOST_TEST((CodeOf(sent) == ErrorCode::kInboxFull));
  CheckSame(sent.error().users, {"beto", "caro"});
  BOOST_TEST(house.Count(4, Box::kInbox) == 0);
  BOOST_TEST(house.Count(house.ana, Box::kOutbox) == 0);
}

BOOST_DATA_TEST_CASE(refusals_come_in_their_order, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.capacity = 1;
  op.request_id = "first";
  op.digest = "d";
  house.Send(op);
  // Everything is wrong with this one.
  op.draft.to = {"beto", "nobody"};
  op.digest = "other";
  BOOST_TEST((CodeOf(house.desk.Send(op)) == ErrorCode::kRequestIdReused));
  op.request_id = "second";
  BOOST_TEST((CodeOf(house.desk.Send(op)) == ErrorCode::kRecipientNotFound));
  op.draft.to = {"beto"};
  const auto outbox_full = house.desk.Send(op);
  BOOST_TEST((CodeOf(outbox_full) == ErrorCode::kOutboxFull));
  CheckSame(outbox_full.error().users, {"ana"});
  op.draft.keep_copy = false;
  BOOST_TEST((CodeOf(house.desk.Send(op)) == ErrorCode::kInboxFull));
  op.validate_only = true;
  BOOST_TEST((CodeOf(house.desk.Send(op)) == ErrorCode::kInboxFull));
  op.draft.to = {"caro"};
  BOOST_TEST(house.Send(op) == 0);
}

BOOST_DATA_TEST_CASE(without_a_limit_no_tray_is_full, kStores, engine) {
  House house(engine);
  for (int i = 0; i < 20; ++i) house.Send(house.FromAna({"beto"}));
  BOOST_TEST(house.Count(house.beto, Box::kInbox) == 20);
}

BOOST_DATA_TEST_CASE(a_removal_makes_room, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.draft.keep_copy = false;
  op.capacity = 2;
  house.Send(op);
  house.Send(op);
  BOOST_TEST((CodeOf(house.desk.Send(op)) == ErrorCode::kInboxFull));
  CheckChanged(house.desk.Remove(house.beto, Box::kInbox, {1}), {1}, {});
  BOOST_TEST(house.Send(op) == 3);
  BOOST_TEST((CodeOf(house.desk.Send(op)) == ErrorCode::kInboxFull));
}

BOOST_DATA_TEST_CASE(only_accepted_sends_get_ids, kStores, engine) {
  House house(engine);
  BOOST_TEST(house.Send(house.FromAna({"beto"})) == 1);
  BOOST_TEST(!house.desk.Send(house.FromAna({"nobody"})).has_value());
  auto checked = house.FromAna({"beto"});
  checked.validate_only = true;
  checked.request_id = "key";
  const auto answer = house.desk.Send(checked);
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST((*answer == mail::Sent{0, At(1000), {"beto"}, false}));
  BOOST_TEST(house.Count(house.beto, Box::kInbox) == 1);
  BOOST_TEST(!house.store->FindRequest({house.ana, "key", "", false})
                  .value()
                  .has_value());
  BOOST_TEST(house.Send(house.FromAna({"beto"})) == 2);
}

// --- Request ids ---

BOOST_DATA_TEST_CASE(a_repeated_request_gets_the_first_answer, kStores,
                     engine) {
  House house(engine);
  auto op = house.FromAna({"caro", "beto"});
  op.request_id = "key";
  op.digest = std::string("\0d", 2);
  house.Send(op);
  op.now = At(2000);
  const mail::Sent first{1, At(1000), {"caro", "beto"}, true};
  BOOST_TEST((house.desk.Send(op) == first));
  BOOST_TEST(
      (house.store->FindRequest({house.ana, "key", op.digest, false}).value() ==
       first));
  op.validate_only = true;
  BOOST_TEST((house.desk.Send(op) == first));
  BOOST_TEST(house.Count(house.beto, Box::kInbox) == 1);
}

BOOST_DATA_TEST_CASE(other_content_under_a_known_request_id, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.request_id = "key";
  op.digest = "one";
  house.Send(op);
  op.digest = "two";
  op.draft.to = {"caro"};
  const auto refused = house.desk.Send(op);
  BOOST_TEST((CodeOf(refused) == ErrorCode::kRequestIdReused));
  CheckSame(refused.error().ids, {1});
  BOOST_TEST(
      (CodeOf(house.store->FindRequest({house.ana, "key", "two", false})) ==
       ErrorCode::kRequestIdReused));
  op.once = true;
  const mail::Sent first{1, At(1000), {"beto"}, true};
  BOOST_TEST((house.desk.Send(op) == first));
  BOOST_TEST(
      (house.store->FindRequest({house.ana, "key", "two", true}).value() ==
       first));
  BOOST_TEST(house.Count(house.caro, Box::kInbox) == 0);
}

BOOST_DATA_TEST_CASE(request_ids_belong_to_one_account, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"caro"});
  op.request_id = "key";
  BOOST_TEST(house.Send(op) == 1);
  op.sender = house.beto;
  op.from = "beto";
  BOOST_TEST(house.Send(op) == 2);
}

BOOST_DATA_TEST_CASE(sends_without_a_request_id_are_not_remembered, kStores,
                     engine) {
  House house(engine);
  house.Send(house.FromAna({"beto"}));
  BOOST_TEST(house.Send(house.FromAna({"beto"})) == 2);
  BOOST_TEST(!house.store->FindRequest({house.ana, "", "", false})
                  .value()
                  .has_value());
}

BOOST_DATA_TEST_CASE(refused_sends_are_not_remembered, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"nobody"});
  op.request_id = "key";
  BOOST_TEST(!house.desk.Send(op).has_value());
  op.draft.to = {"beto"};
  op.digest = "other";
  BOOST_TEST(house.Send(op) == 1);
}

BOOST_DATA_TEST_CASE(a_request_id_outlives_its_message, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.request_id = "key";
  house.Send(op);
  house.desk.Remove(house.ana, Box::kOutbox, {1}).value();
  house.desk.Remove(house.beto, Box::kInbox, {1}).value();
  BOOST_TEST((house.desk.Send(op) == mail::Sent{1, At(1000), {"beto"}, true}));
  BOOST_TEST(house.Count(house.beto, Box::kInbox) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
