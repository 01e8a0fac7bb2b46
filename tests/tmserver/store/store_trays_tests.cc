// What happens to mail after it was sent: what every store promises.
#include "tests/tmserver/store/house.h"

namespace turbo::store {
namespace {

BOOST_AUTO_TEST_SUITE(store_contract_trays)

// --- Reading and marking ---

BOOST_DATA_TEST_CASE(a_mark_is_the_readers_and_a_receipt_for_ever, kStores,
                     engine) {
  House house(engine);
  house.Send(house.FromAna({"beto"}));
  CheckChanged(house.desk.Mark({house.beto, {1}, true, At(10)}), {1}, {});
  BOOST_TEST((house.Get(house.beto, Box::kInbox, 1)->read_at == At(10)));
  BOOST_TEST((house.Get(house.ana, Box::kOutbox, 1)->read_at == At(10)));

  CheckChanged(house.desk.Mark({house.beto, {1}, false, At(20)}), {1}, {});
  BOOST_TEST(!house.Get(house.beto, Box::kInbox, 1)->read_at.has_value());
  CheckChanged(house.desk.Mark({house.beto, {1}, true, At(30)}), {1}, {});
  BOOST_TEST((house.Get(house.beto, Box::kInbox, 1)->read_at == At(30)));

  house.desk.Remove(house.beto, Box::kInbox, {1}).value();
  const auto copy = house.Get(house.ana, Box::kOutbox, 1);
  BOOST_TEST(
      (copy->recipients == std::vector<mail::Recipient>{{"beto", At(10)}}));
  BOOST_TEST((copy->read_at == At(10)));
}

BOOST_DATA_TEST_CASE(the_outbox_is_read_when_all_have_read, kStores, engine) {
  House house(engine);
  house.Send(house.FromAna({"beto", "caro"}));
  house.desk.Mark({house.caro, {1}, true, At(50)}).value();
  auto copy = house.Get(house.ana, Box::kOutbox, 1);
  BOOST_TEST(!copy->read_at.has_value());
  BOOST_TEST(
      (copy->recipients ==
       std::vector<mail::Recipient>{{"beto", std::nullopt}, {"caro", At(50)}}));
  house.desk.Mark({house.beto, {1}, true, At(40)}).value();
  copy = house.Get(house.ana, Box::kOutbox, 1);
  BOOST_TEST((copy->read_at == At(50)));
  const auto received = house.Get(house.caro, Box::kInbox, 1);
  BOOST_TEST((received->recipients ==
              std::vector<mail::Recipient>{{"beto", std::nullopt},
                                           {"caro", std::nullopt}}));
}

BOOST_DATA_TEST_CASE(each_change_gives_a_tray_another_version, kStores,
                     engine) {
  House house(engine);
  const auto changes = [&](mail::UserId user, Box box, const auto& change) {
    const uint64_t before = house.store->TrayVersion(user, box);
    change();
    return house.store->TrayVersion(user, box) != before;
  };
  const auto send = [&] { house.Send(house.FromAna({"beto"})); };
  const auto mark = [&](MessageId id) {
    return [&house, id] {
      house.desk.Mark({house.beto, {id}, true, At(10)}).value();
    };
  };
  const auto remove = [&] {
    house.desk.Remove(house.beto, Box::kInbox, {1}).value();
  };
  BOOST_TEST(changes(house.beto, Box::kInbox, send));
  BOOST_TEST(changes(house.ana, Box::kOutbox, send));
  BOOST_TEST(changes(house.beto, Box::kInbox, mark(1)));
  BOOST_TEST(changes(house.ana, Box::kOutbox, mark(2)));  // shows the receipt
  BOOST_TEST(changes(house.beto, Box::kInbox, remove));
}

BOOST_DATA_TEST_CASE(mail_to_oneself_has_a_receipt_too, kStores, engine) {
  House house(engine);
  house.Send(house.FromAna({"ana"}));
  house.desk.Mark({house.ana, {1}, true, At(10)}).value();
  BOOST_TEST((house.Get(house.ana, Box::kOutbox, 1)->read_at == At(10)));
}

BOOST_DATA_TEST_CASE(mark_tells_changed_from_missing, kStores, engine) {
  House house(engine);
  for (int i = 0; i < 3; ++i) house.Send(house.FromAna({"beto"}));
  house.desk.Mark({house.beto, {2}, true, At(10)}).value();
  CheckChanged(house.desk.Mark({house.beto, {3, 9, 2, 1, 3, 9}, true, At(20)}),
               {3, 1}, {9});
  BOOST_TEST((house.Get(house.beto, Box::kInbox, 2)->read_at == At(10)));
  CheckChanged(house.desk.Mark({house.beto, {}, true, At(20)}), {}, {});
  // The sender's own copy isn't in an inbox.
  CheckChanged(house.desk.Mark({house.ana, {1}, true, At(20)}), {}, {1});
}

// --- Removing and forgetting ---

BOOST_DATA_TEST_CASE(remove_tells_changed_from_missing, kStores, engine) {
  House house(engine);
  for (int i = 0; i < 3; ++i) house.Send(house.FromAna({"beto"}));
  CheckChanged(house.desk.Remove(house.beto, Box::kInbox, {3, 9, 1, 3, 9}),
               {3, 1}, {9});
  CheckSame(house.ListIds(house.beto, Box::kInbox), {2});
  BOOST_TEST(house.Count(house.beto, Box::kInbox) == 1);
  BOOST_TEST(house.Count(house.ana, Box::kOutbox) == 3);
  CheckChanged(house.desk.Remove(house.beto, Box::kInbox, {1, 2}), {2}, {1});
  CheckChanged(house.desk.Remove(house.beto, Box::kOutbox, {1}), {}, {1});
}

BOOST_DATA_TEST_CASE(the_register_outlives_every_tray, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"caro", "beto"});
  op.draft.labels = {{"k", "val"}};
  house.Send(op);
  house.desk.Remove(house.ana, Box::kOutbox, {1}).value();
  house.desk.Remove(house.beto, Box::kInbox, {1}).value();
  house.desk.Remove(house.caro, Box::kInbox, {1}).value();
  const mail::RegisterEntry entry{
      1, "ana", {"caro", "beto"}, At(1000), 7 + 4 + 4};
  BOOST_TEST((house.store->ReadRegister(0, 10).value() ==
              std::vector<mail::RegisterEntry>{entry}));
}

BOOST_DATA_TEST_CASE(the_register_is_read_in_pieces, kStores, engine) {
  House house(engine);
  for (int i = 0; i < 5; ++i) house.Send(house.FromAna({"beto"}));
  const auto piece = house.store->ReadRegister(2, 2).value();
  BOOST_REQUIRE(piece.size() == 2u);
  BOOST_TEST(piece[0].id == 3);
  BOOST_TEST(piece[1].id == 4);
  BOOST_TEST(house.store->ReadRegister(5, 2).value().empty());
}

BOOST_DATA_TEST_CASE(forget_ends_what_is_old_and_not_needed, kStores, engine) {
  House house(engine);
  for (int i = 1; i <= 4; ++i) {
    auto op = house.FromAna({"beto"});
    op.now = At(i * 100);
    op.request_id = std::to_string(i);
    op.draft.keep_copy = false;
    house.Send(op);
  }
  house.desk.Remove(house.beto, Box::kInbox, {1, 2, 4}).value();
  // Request ids before 300: 1 and 2. Entries: 1, 2 are free; 3 is in a tray and
  // 4 has its request id.
  BOOST_TEST(house.desk.Forget(300, 1000).value() == 4u);
  const auto left = house.store->ReadRegister(0, 10).value();
  BOOST_REQUIRE(left.size() == 2u);
  BOOST_TEST(left[0].id == 3);
  BOOST_TEST(left[1].id == 4);
  BOOST_TEST(house.Get(house.beto, Box::kInbox, 3)->body == "body");
  BOOST_TEST(!house.store->FindRequest({house.ana, "2", "", false})
                  .value()
                  .has_value());
  BOOST_TEST(house.store->FindRequest({house.ana, "3", "", false})
                 .value()
                 .has_value());
  BOOST_TEST(house.desk.Forget(300, 1000).value() == 0u);
}

BOOST_DATA_TEST_CASE(a_forgotten_request_id_can_be_used_again, kStores,
                     engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.request_id = "key";
  op.digest = "one";
  house.Send(op);
  BOOST_TEST(house.desk.Forget(1000, 0).value() == 0u);
  BOOST_TEST(house.desk.Forget(1001, 0).value() == 1u);
  op.digest = "two";
  BOOST_TEST(house.Send(op) == 2);
}

BOOST_DATA_TEST_CASE(forget_goes_by_age_and_stops_at_its_limit, kStores,
                     engine) {
  House house(engine);
  const int64_t times[] = {500, 100, 300, 200, 400};
  for (const int64_t time : times) {
    auto op = house.FromAna({"beto"});
    op.draft.keep_copy = false;
    op.now = At(time);
    house.Send(op);
  }
  house.desk.Remove(house.beto, Box::kInbox, {1, 2, 3, 4, 5}).value();
  BOOST_TEST(house.desk.Forget(0, 1000, 2).value() == 2u);
  Ids left;
  const auto entries = house.store->ReadRegister(0, 10).value();
  for (const auto& entry : entries) left.push_back(entry.id);
  CheckSame(left, {1, 3, 5});
}

BOOST_DATA_TEST_CASE(forgotten_ids_are_not_given_again, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.draft.keep_copy = false;
  for (int i = 0; i < 3; ++i) house.Send(op);
  // First with an older message still there, then with none.
  for (const Ids& ids : {Ids{2, 3}, Ids{1}}) {
    house.desk.Remove(house.beto, Box::kInbox, ids).value();
    BOOST_TEST(house.desk.Forget(0, 5000).value() == ids.size());
    BOOST_TEST(house.List(Inbox(house.beto)).newest == 3);
  }
  BOOST_TEST(house.Send(op) == 4);
}

BOOST_DATA_TEST_CASE(what_has_expired_leaves_every_tray, kStores, engine) {
  House house(engine);
  Delivery op = house.FromAna({"beto", "caro"});
  op.draft.attachments = {{"a", "x/y", 4, "data"}};
  op.expires_at = At(2000);
  const MessageId id = house.Send(op);
  const MessageId lasting = house.Send(house.FromAna({"beto"}));
  BOOST_TEST(house.desk.Expire(1999).value() == 0u);
  BOOST_TEST(house.desk.Get(house.beto, Box::kInbox, id, 1999).has_value());
  BOOST_TEST(!house.desk.Get(house.beto, Box::kInbox, id, 2000).has_value());
  BOOST_TEST(house.desk.Count(house.beto, Box::kInbox, {}, 2000) == 1);
  BOOST_TEST(house.desk.Expire(2000).value() == 1u);
  BOOST_TEST(house.desk.Expire(2000).value() == 0u);
  // Even for a clock that goes back, it is gone now.
  BOOST_TEST(!house.Get(house.beto, Box::kInbox, id).has_value());
  BOOST_TEST(!house.Get(house.ana, Box::kOutbox, id).has_value());
  BOOST_TEST(house.Count(house.caro, Box::kInbox) == 0);
  BOOST_TEST(house.Get(house.beto, Box::kInbox, lasting).has_value());
  BOOST_TEST(house.store->ReadRegister(0, 10).value().size() == 2u);
}

BOOST_DATA_TEST_CASE(some_expire_at_a_time, kStores, engine) {
  House house(engine);
  for (int i = 0; i < 5; ++i) {
    Delivery op = house.FromAna({"beto"});
    op.expires_at = At(2000);
    house.Send(op);
  }
  BOOST_TEST(house.desk.Expire(2000, 3).value() == 3u);
  BOOST_TEST(house.desk.Expire(2000, 3).value() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
