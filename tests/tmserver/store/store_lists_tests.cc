// Lists: what every store promises.
#include "tests/tmserver/store/house.h"

namespace turbo::store {
namespace {

BOOST_AUTO_TEST_SUITE(store_contract_lists)

BOOST_DATA_TEST_CASE(pages_go_on_in_both_orders, kStores, engine) {
  House house(engine);
  for (int i = 0; i < 5; ++i) house.Send(house.FromAna({"beto"}));
  mail::ListQuery query;
  query.user = house.beto;
  query.limit = 2;
  query.order = Order::kOldestFirst;
  const std::vector<Ids> up = {{1, 2}, {3, 4}, {5}};
  for (const Ids& expected : up) {
    const auto page = house.List(query);
    CheckSame(House::IdsOf(page), expected);
    BOOST_TEST(page.next.has_value() == (expected.back() != 5));
    BOOST_TEST(page.newest == 5);
    query.position = page.next;
  }
  query.order = Order::kNewestFirst;
  const std::vector<Ids> down = {{5, 4}, {3, 2}, {1}};
  for (const Ids& expected : down) {
    const auto page = house.List(query);
    CheckSame(House::IdsOf(page), expected);
    BOOST_TEST(page.next.has_value() == (expected.back() != 1));
    query.position = page.next;
  }
}

BOOST_DATA_TEST_CASE(a_position_need_not_be_in_the_tray, kStores, engine) {
  House house(engine);
  for (int i = 0; i < 3; ++i) house.Send(house.FromAna({"beto"}));
  house.desk.Remove(house.beto, Box::kInbox, {2}).value();
  auto query = Inbox(house.beto);
  query.position = 2;
  CheckSame(House::IdsOf(house.List(query)), {1});
  query.order = Order::kOldestFirst;
  CheckSame(House::IdsOf(house.List(query)), {3});
  query.position = 1000;
  BOOST_TEST(house.List(query).messages.empty());
  query.position = -1;
  BOOST_TEST(house.List(query).messages.size() == 2u);
}

BOOST_DATA_TEST_CASE(an_exactly_full_page_is_the_last_one, kStores, engine) {
  House house(engine);
  for (int i = 0; i < 4; ++i) {
    auto op = house.FromAna({"beto"});
    op.draft.subject = i < 2 ? "wanted" : "other";
    house.Send(op);
  }
  auto query = Inbox(house.beto, Order::kOldestFirst);
  query.limit = 4;
  BOOST_TEST(!house.List(query).next.has_value());
  query.limit = 2;
  query.filter.subject = mail::FoldCase("WANTED");
  const auto page = house.List(query);
  BOOST_TEST(page.messages.size() == 2u);
  BOOST_TEST(!page.next.has_value());
}

BOOST_DATA_TEST_CASE(an_empty_tray_has_an_empty_page, kStores, engine) {
  House house(engine);
  const auto page = house.List(Inbox(house.beto));
  BOOST_TEST(page.messages.empty());
  BOOST_TEST(!page.next.has_value());
  BOOST_TEST(page.newest == 0);
}

// The memory store has it all at hand.
BOOST_DATA_TEST_CASE(of_known_messages_only_the_marks_are_read,
                     boost::unit_test::data::make({"sqlite", "settling"}),
                     engine) {
  House house(engine);
  for (const int64_t expires_at : {9000, 9000, 9000, 2000, 9000}) {
    auto op = house.FromAna({"beto"});
    op.expires_at = At(expires_at);
    house.Send(op);
  }
  mail::KnownMessages known;
  for (mail::Message& message : house.List(Inbox(house.beto)).messages) {
    message.subject = "known";
    if (message.id != 5) known[message.id] = std::move(message);
  }
  house.desk.Mark({house.beto, {1}, true, At(1500)}).value();
  house.desk.Remove(house.beto, Box::kInbox, {2}).value();

  auto query = Inbox(house.beto, Order::kOldestFirst);
  query.now = At(2000);
  query.known = &known;
  const auto page = house.List(query);
  CheckSame(House::IdsOf(page), {1, 3, 5});
  BOOST_TEST(page.messages[0].subject == "known");
  BOOST_TEST((page.messages[0].read_at == At(1500)));
  BOOST_TEST(page.messages[1].subject == "known");
  BOOST_TEST(!page.messages[1].read_at.has_value());
  BOOST_TEST(page.messages[2].subject == "subject");
}

BOOST_DATA_TEST_CASE(bodies_come_where_they_are_asked_for, kStores, engine) {
  House house(engine);
  house.Send(house.FromAna({"beto"}));
  auto query = Inbox(house.beto);
  BOOST_TEST(house.List(query).messages.at(0).body.empty());
  query.with_body = true;
  BOOST_TEST(house.List(query).messages.at(0).body == "body");
}

BOOST_DATA_TEST_CASE(bodies_of_all_sizes_come_back, kStores, engine) {
  House house(engine);
  const std::vector<size_t> sizes = {0, 1, 1023, 1024, 1025, 4096, 100'000};
  for (const size_t size : sizes) {
    auto op = house.FromAna({"beto"});
    op.draft.body = std::string(size, '\0');
    house.Send(op);
  }
  auto query = Inbox(house.beto, Order::kOldestFirst);
  query.with_body = true;
  const auto listed = house.List(query).messages;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const std::string body(sizes[i], '\0');
    BOOST_TEST((listed.at(i).body == body));
    const auto id = static_cast<MessageId>(i + 1);
    BOOST_TEST((house.Get(house.beto, Box::kInbox, id)->body == body));
  }
}

BOOST_DATA_TEST_CASE(filters_select_and_count_the_same, kStores, engine) {
  House house(engine);
  for (int i = 0; i < 6; ++i) {
    auto op = i % 2 == 0 ? house.FromAna({"caro", "beto"})
                         : house.From("beto", house.beto, {"caro"});
    op.now = At(i * 100);
    op.draft.subject = i < 3 ? "Ñandú" : "other";
    op.draft.labels = {{"n", std::to_string(i % 3)}};
    house.Send(op);
  }
  house.desk.Mark({house.caro, {1, 4}, true, At(1)}).value();
  using F = mail::Filter;
  const auto check = [&](auto set, const Ids& expected) {
    auto query = Inbox(house.caro, Order::kOldestFirst);
    set(query.filter);
    CheckSame(House::IdsOf(house.List(query)), expected);
    BOOST_TEST(house.Count(house.caro, Box::kInbox, query.filter) ==
               static_cast<int64_t>(expected.size()));
  };
  check([](F&) {}, {1, 2, 3, 4, 5, 6});
  check([](F& f) { f.read = true; }, {1, 4});
  check([](F& f) { f.read = false; }, {2, 3, 5, 6});
  check([](F& f) { f.from = "ana"; }, {1, 3, 5});
  check([](F& f) { f.to = "beto"; }, {1, 3, 5});
  check([](F& f) { f.to = "ana"; }, {});
  check([](F& f) { f.since = At(200), f.until = At(400); }, {3, 4});
  check([](F& f) { f.subject = mail::FoldCase("ñANDÚ"); }, {1, 2, 3});
  check([](F& f) { f.labels = {{"n", "1"}}; }, {2, 5});
  check([](F& f) { f.read = true, f.from = "ana"; }, {1});
}

BOOST_DATA_TEST_CASE(the_outbox_is_filtered_by_what_all_have_read, kStores,
                     engine) {
  House house(engine);
  house.Send(house.FromAna({"beto", "caro"}));
  house.Send(house.FromAna({"beto"}));
  house.desk.Mark({house.beto, {1, 2}, true, At(1)}).value();
  auto query = Inbox(house.ana);
  query.box = Box::kOutbox;
  query.filter.read = true;
  CheckSame(House::IdsOf(house.List(query)), {2});
  BOOST_TEST(house.Count(house.ana, Box::kOutbox, query.filter) == 1);
}

BOOST_DATA_TEST_CASE(a_page_ends_before_its_bytes_are_too_many, kStores,
                     engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.draft.subject.clear();
  for (const size_t bytes : {mail::kMaxPageBytes / 2, mail::kMaxPageBytes / 2,
                             size_t{1}, mail::kMaxPageBytes + 1, size_t{1}}) {
    op.draft.body.assign(bytes, 'x');
    house.Send(op);
  }
  auto query = Inbox(house.beto, Order::kOldestFirst);
  query.with_body = true;
  const std::vector<Ids> pages = {{1, 2}, {3}, {4}, {5}};
  for (const Ids& expected : pages) {
    const auto page = house.List(query);
    CheckSame(House::IdsOf(page), expected);
    BOOST_TEST(page.next.has_value() == (expected.back() != 5));
    query.position = page.next;
  }
  query.position.reset();
  query.with_body = false;
  BOOST_TEST(house.List(query).messages.size() == 5u);
}

BOOST_DATA_TEST_CASE(a_page_ends_after_a_long_look, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.draft.keep_copy = false;
  const auto count = static_cast<MessageId>(mail::kMaxPageScan) + 2;
  std::vector<std::future<mail::Result<mail::Sent>>> sends;
  for (MessageId i = 1; i <= count; ++i) {
    op.draft.subject = i == count ? "needle" : "hay";
    sends.push_back(
        Begin<mail::Sent>([&](auto done) { house.store->Deliver(op, done); }));
  }
  for (auto& send : sends) BOOST_REQUIRE(send.get().has_value());
  auto query = Inbox(house.beto, Order::kOldestFirst);
  query.filter.subject = "needle";
  auto page = house.List(query);
  BOOST_TEST(page.messages.empty());
  BOOST_REQUIRE(page.next.has_value());
  BOOST_TEST(*page.next == count - 2);
  query.position = page.next;
  page = house.List(query);
  CheckSame(House::IdsOf(page), {count});
  BOOST_TEST(!page.next.has_value());
  BOOST_TEST(house.Count(house.beto, Box::kInbox, query.filter) == 1);

  // Looking for one more match ends there too.
  query.position.reset();
  query.order = Order::kNewestFirst;
  query.limit = 1;
  page = house.List(query);
  CheckSame(House::IdsOf(page), {count});
  BOOST_TEST(
      (page.next == count - static_cast<MessageId>(mail::kMaxPageScan) + 1));
}

// Whoever keeps long subjects can't have all of them gone through at once.
BOOST_DATA_TEST_CASE(a_page_ends_after_a_look_at_many_bytes, kStores, engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.draft.keep_copy = false;
  op.draft.subject = std::string(mail::kMaxPageScanBytes / 2, 'x');
  for (int i = 0; i < 4; ++i) house.Send(op);
  auto query = Inbox(house.beto, Order::kOldestFirst);
  query.filter.subject = "needle";
  const auto page = house.List(query);
  BOOST_TEST(page.messages.empty());
  BOOST_TEST((page.next == 3));
  const mail::CountQuery all{house.beto, Box::kInbox, query.now, query.filter};
  const auto counted = house.store->Count(all).value();
  BOOST_TEST(counted.count == 0);
  BOOST_TEST((counted.next == 2));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
