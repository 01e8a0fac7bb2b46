// Many writes at once: what every store promises.
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "tests/tmserver/store/house.h"

namespace turbo::store {
namespace {

BOOST_AUTO_TEST_SUITE(store_contract_threads)

BOOST_DATA_TEST_CASE(answers_come_from_another_thread, kStores, engine) {
  House house(engine);
  std::promise<std::thread::id> thread;
  house.store->EndSession(
      "", [&](auto) { thread.set_value(std::this_thread::get_id()); });
  BOOST_TEST((thread.get_future().get() != std::this_thread::get_id()));
}

BOOST_DATA_TEST_CASE(what_was_acknowledged_is_read, kStores, engine) {
  House house(engine);
  for (int i = 1; i <= 50; ++i) {
    const MessageId id = house.Send(house.FromAna({"beto"}));
    BOOST_TEST(house.List(Inbox(house.beto)).newest == id);
    BOOST_TEST(house.Count(house.beto, Box::kInbox) == id);
  }
}

BOOST_DATA_TEST_CASE(one_refused_write_does_not_touch_its_neighbours, kStores,
                     engine) {
  House house(engine);
  std::vector<std::future<mail::Result<mail::Sent>>> sends;
  for (int i = 0; i < 100; ++i) {
    sends.push_back(Begin<mail::Sent>([&](auto done) {
      house.store->Deliver(house.FromAna({i % 3 == 0 ? "nobody" : "beto"}),
                           done);
    }));
  }
  MessageId next = 1;
  for (size_t i = 0; i < sends.size(); ++i) {
    const auto sent = sends[i].get();
    BOOST_TEST(sent.has_value() == (i % 3 != 0));
    if (sent) BOOST_TEST(sent->id == next++);
  }
}

BOOST_DATA_TEST_CASE(many_threads_get_every_id_once_and_fill_no_tray_too_far,
                     kStores, engine) {
  constexpr int kThreads = 8;
  constexpr int kSends = 100;
  constexpr size_t kCapacity = 300;
  House house(engine);
  std::vector<std::vector<MessageId>> ids(kThreads);
  std::atomic<int> full = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Desk desk(*house.store);
      auto op = house.FromAna({t % 2 == 0 ? "beto" : "caro"});
      op.draft.keep_copy = false;
      op.capacity = kCapacity;
      for (int i = 0; i < kSends; ++i) {
        const auto sent = desk.Send(op);
        if (sent) {
          ids[static_cast<size_t>(t)].push_back(sent->id);
        } else {
          ++full;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<MessageId> all;
  for (const auto& one : ids) {
    BOOST_TEST(std::is_sorted(one.begin(), one.end()));
    all.insert(one.begin(), one.end());
  }
  BOOST_TEST(all.size() == 2 * kCapacity);
  BOOST_TEST(*all.rbegin() == static_cast<MessageId>(all.size()));
  BOOST_TEST(full == kThreads * kSends - static_cast<int>(all.size()));
  BOOST_TEST(house.Count(house.beto, Box::kInbox) ==
             static_cast<int64_t>(kCapacity));
}

BOOST_DATA_TEST_CASE(a_page_and_its_newest_id_are_of_one_moment, kStores,
                     engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.draft.keep_copy = false;
  std::atomic<bool> stop = false;
  std::thread sender([&] {
    Desk desk(*house.store);
    // The tray stays short, so that every list looks at all of it.
    while (!stop) {
      const MessageId id = desk.Send(op).value().id;
      desk.Remove(house.beto, Box::kInbox, {id - 1}).value();
    }
  });
  for (int i = 0; i < 5000; ++i) {
    const auto page = house.List(Inbox(house.beto));
    const MessageId top = page.messages.empty() ? 0 : page.messages.front().id;
    BOOST_TEST(page.newest == top);
  }
  stop = true;
  sender.join();
}

BOOST_DATA_TEST_CASE(a_message_is_there_whatever_is_written_meanwhile, kStores,
                     engine) {
  House house(engine);
  auto op = house.FromAna({"beto"});
  op.draft.keep_copy = false;
  std::atomic<MessageId> newest = house.Send(op);
  std::atomic<bool> stop = false;
  std::thread sender([&] {
    Desk desk(*house.store);
    while (!stop) newest = desk.Send(op).value().id;
  });
  int missing = 0;
  for (int i = 0; i < 5000; ++i) {
    if (!house.Get(house.beto, Box::kInbox, newest)) ++missing;
  }
  stop = true;
  sender.join();
  BOOST_TEST(missing == 0);
}

BOOST_DATA_TEST_CASE(closing_a_store_answers_all_that_was_asked, kStores,
                     engine) {
  House house(engine);
  std::atomic<int> stored = 0;
  for (int i = 0; i < 200; ++i) {
    house.store->Deliver(house.FromAna({"beto"}),
                         [&](auto sent) { stored += sent.has_value(); });
  }
  house.store.reset();
  BOOST_TEST(stored == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
