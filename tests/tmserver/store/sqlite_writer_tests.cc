#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "tests/tmserver/store/house.h"
#include "tmserver/store/sqlite_file.h"
#include "tmserver/store/sqlite_reads.h"
#include "tmserver/store/sqlite_writer.h"

namespace turbo::store {
namespace {

BOOST_AUTO_TEST_SUITE(sqlite_writer)

// A writer on a new file.
struct Fresh {
  explicit Fresh(size_t most_waiting)
      : writer(Prepared(dir / "mail.db"), most_waiting) {}

  static std::string Prepared(const std::string& path) {
    PrepareFile(path);
    return path;
  }

  const TempDir dir;
  SqliteWriter writer;
};

// One transaction, and what follows it.
template <class Work>
void Transact(SqliteWriter& writer, Work work) {
  writer.Begin();
  work();
  writer.Commit();
  writer.Maintain();
}

// Its id may be somebody else's by then.
BOOST_AUTO_TEST_CASE(an_account_that_was_undone_gets_no_mail) {
  Fresh fresh(Tuning{}.most_waiting);
  SqliteWriter& writer = fresh.writer;
  Delivery op;
  op.from = "ana";
  op.draft.to = {"beto"};
  writer.Begin();
  op.sender = writer.CreateAccount({"ana", "", "", At(1)}).value();
  writer.Commit();

  writer.Begin();
  BOOST_TEST(writer.CreateAccount({"beto", "", "", At(1)}).has_value());
  BOOST_TEST(writer.Deliver(op).has_value());
  writer.Rollback();

  writer.Begin();
  BOOST_TEST((CodeOf(writer.Deliver(op)) == ErrorCode::kRecipientNotFound));
  writer.Commit();
}

// A writer and two users, between two transactions.
struct Pair : Fresh {
  explicit Pair(size_t most_waiting) : Fresh(most_waiting) {
    Transact(writer, [&] {
      op.sender = writer.CreateAccount({"ana", "", "", At(1)}).value();
      BOOST_TEST(writer.CreateAccount({"beto", "", "", At(1)}).has_value());
    });
    op.from = "ana";
    op.draft.to = {"beto"};
  }

  // One transaction. Answers the last id.
  MessageId Send(int count, bool with_request_ids) {
    MessageId last = 0;
    Transact(writer, [&] {
      for (int i = 0; i < count; ++i) {
        op.request_id =
            with_request_ids ? "request " + std::to_string(++requests) : "";
        last = writer.Deliver(op).value().id;
      }
    });
    return last;
  }

  Delivery op;
  int requests = 0;
};

BOOST_AUTO_TEST_CASE(an_id_that_was_undone_is_given_again) {
  Pair pair(Tuning{}.most_waiting);
  BOOST_TEST(pair.Send(1, false) == 1);
  pair.writer.Begin();
  BOOST_TEST(pair.writer.Deliver(pair.op).value().id == 2);
  pair.writer.Rollback();
  BOOST_TEST(pair.Send(1, false) == 2);
}

BOOST_AUTO_TEST_CASE(ids_go_on_after_messages_that_were_forgotten) {
  Pair pair(Tuning{}.most_waiting);
  BOOST_TEST(pair.Send(3, false) == 3);
  Transact(pair.writer, [&] {
    pair.writer.Remove({1, Box::kOutbox, {1, 2, 3}, At(1)});
    pair.writer.Remove({2, Box::kInbox, {1, 2, 3}, At(1)});
    BOOST_TEST(pair.writer.Forget(At(9), At(9), 10) == 3);
  });
  BOOST_TEST(pair.Send(1, false) == 4);
}

// The tail is bounded, whatever is sent: entries, and request ids, which sends
// need not have.
BOOST_AUTO_TEST_CASE(a_frozen_tail_is_settled_before_the_next_is_full) {
  constexpr size_t kMost = 1000;
  for (const int together : {1, 50}) {
    Pair pair(kMost);
    pair.Send(kMost / 2, true);  // in an outbox and an inbox
    const Tail& tail = pair.writer.tail();
    while (tail.frozen() != nullptr && tail.fresh().entries <= kMost) {
      pair.Send(together, false);
    }
    BOOST_TEST(tail.fresh().entries <= kMost);
  }
}

// What an inbox holds, beto's for one, in the file and waiting.
size_t InboxOf(const SqliteWriter& writer, const TempDir& dir,
               mail::UserId user = 2) {
  const TrayKey tray{user, Box::kInbox};
  sqlite::Connection db(dir / "mail.db");
  const TrayRow row = FindTray(db, tray.user, tray.box);
  return static_cast<size_t>(row.count) +
         writer.tail().CountAfter(tray, row.settled);
}

// What waits is found by name after a crash.
BOOST_AUTO_TEST_CASE(a_newcomer_under_a_freed_name_has_nothing_after_a_crash) {
  constexpr size_t kMost = 10;
  Pair pair(kMost);
  SqliteWriter& writer = pair.writer;
  pair.Send(kMost / 2, false);  // in an outbox and an inbox: frozen
  pair.Send(1, false);
  pair.Send(1, false);
  BOOST_TEST_REQUIRE(writer.tail().frozen() != nullptr);
  Transact(writer, [&] {
    BOOST_TEST(writer.DeleteAccount({"beto", true, At(2)}).has_value());
    pair.op.draft.to = {"ana"};
    BOOST_TEST(writer.Deliver(pair.op).has_value());
  });
  mail::UserId newcomer = 0;
  Transact(writer, [&] {
    newcomer = writer.CreateAccount({"beto", "", "", At(3)}).value();
  });
  const TempDir crashed;
  for (const char* name : {"mail.db", "mail.db-wal"}) {
    std::filesystem::copy_file(pair.dir / name, crashed / name);
  }
  const SqliteWriter again(crashed / "mail.db", kMost);
  BOOST_TEST(InboxOf(again, crashed, newcomer) == 0u);
}

BOOST_AUTO_TEST_CASE(a_purge_that_was_undone_is_made_again) {
  Pair pair(Tuning{}.most_waiting);
  SqliteWriter& writer = pair.writer;
  pair.Send(3, false);
  Transact(writer, [&] {
    BOOST_TEST(writer.DeleteAccount({"beto", false, At(2)}).has_value());
  });
  writer.Begin();
  BOOST_TEST(writer.Purge(9) == 3u);
  BOOST_TEST(writer.Purge(9) == 0u);
  writer.Rollback();
  Transact(writer, [&] { BOOST_TEST(writer.Purge(9) == 3u); });
}

// A tray is written down before its turn by whatever changes it.
BOOST_AUTO_TEST_CASE(what_was_settled_ahead_is_not_settled_again) {
  constexpr int kSends = 60;
  for (int marked_after = 1; marked_after <= 20; ++marked_after) {
    Pair pair(10);
    for (int i = 1; i <= kSends; ++i) {
      pair.Send(1, false);
      if (i % marked_after != 0) continue;
      Transact(pair.writer, [&] {
        const auto marked = pair.writer.Mark({2, {i}, true, At(1)});
        BOOST_TEST((marked.ids == std::vector<MessageId>{i}));
      });
    }
    BOOST_TEST(InboxOf(pair.writer, pair.dir) == kSends);
  }
}

BOOST_AUTO_TEST_CASE(what_was_settled_before_a_crash_is_not_settled_again) {
  for (int waiting = 1; waiting <= 12; ++waiting) {
    Pair pair(100);
    pair.Send(waiting, false);
    pair.writer.Begin();
    pair.writer.Mark({2, {1}, true, At(1)});
    pair.writer.Commit();
    pair.writer.Abandon();
    SqliteWriter next(pair.dir / "mail.db", 10);
    for (int i = 0; i < 30; ++i) {
      Transact(next, [&] { BOOST_TEST(next.Deliver(pair.op).has_value()); });
    }
    BOOST_TEST(InboxOf(next, pair.dir) == static_cast<size_t>(waiting + 30));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
