// A process that writes is killed at any moment; what it was told is stored
// must be there. TURBOMESSAGE_LONG=1 kills many more of them.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <random>
#include <set>

#include "tests/tmserver/store/house.h"
#include "tmserver/store/sqlite.h"

namespace turbo::store {
namespace {

std::string UrlIn(const TempDir& dir) {
  return "sqlite:" + (dir / "mail.db").string();
}

// Sends from several threads' worth of outstanding writes, for ever, and writes
// each acknowledged id to `pipe`.
[[noreturn]] void SendForEver(const std::string& url, Tuning tuning, int pipe) {
  const auto store = Open(url, NoFault, tuning);
  std::atomic<int> outstanding = 0;
  for (;;) {
    if (outstanding >= 16) {
      usleep(50);
      continue;
    }
    ++outstanding;
    Delivery op;
    op.sender = 1;
    op.from = "ana";
    op.draft.to = {"beto"};
    op.draft.body = std::string(300, 'x');
    op.now = At(1000);
    store->Deliver(op, [&outstanding, pipe](const mail::Result<mail::Sent>& r) {
      --outstanding;
      const MessageId id = r.value().id;
      if (write(pipe, &id, sizeof(id)) != sizeof(id)) _exit(1);
    });
  }
}

// Runs a sender until `acks` ids came, plus a moment, and kills it. Returns all
// ids that it was told.
std::vector<MessageId> KillAfter(const std::string& url, Tuning tuning,
                                 size_t acks, useconds_t moment) {
  std::array<int, 2> ends{};
  BOOST_REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    SendForEver(url, tuning, ends[1]);
  }
  close(ends[1]);
  std::vector<MessageId> ids;
  MessageId id = 0;
  while (ids.size() < acks && read(ends[0], &id, sizeof(id)) == sizeof(id)) {
    ids.push_back(id);
  }
  usleep(moment);
  kill(child, SIGKILL);
  while (read(ends[0], &id, sizeof(id)) == sizeof(id)) ids.push_back(id);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return ids;
}

// What is written twice in the file is the same both times.
void CheckFile(const std::string& path) {
  sqlite::Connection db(path);
  BOOST_TEST(db.GetText("PRAGMA integrity_check") == "ok");
  constexpr sqlite::Sql kDiffering[] = {
      "SELECT count(*) FROM trays t WHERE count <> (SELECT count(*)"
      " FROM entries e WHERE e.user_id = t.user_id AND e.box = t.box)",
      "SELECT count(*) FROM (SELECT DISTINCT user_id, box FROM entries"
      " EXCEPT SELECT user_id, box FROM trays)",
      "SELECT count(*) FROM messages m LEFT JOIN (SELECT message_id,"
      " count(*) AS held FROM entries GROUP BY message_id) e"
      " ON e.message_id = m.id WHERE refs <> coalesce(held, 0)",
      "SELECT count(*) FROM messages m LEFT JOIN bodies b ON b.message_id ="
      " m.id WHERE (refs > 0) <> (coalesce(m.body, b.body) IS NOT NULL)"};
  for (const sqlite::Sql differing : kDiffering) {
    BOOST_TEST(db.FindInt(differing).value() == 0);
  }
}

// Ids are 1 to N, entries and counters agree with them, and every id that was
// told is there once.
void CheckStore(const std::string& url, const std::vector<MessageId>& told) {
  const auto store = Open(url, NoFault);
  std::vector<MessageId> ids;
  for (;;) {
    const auto more =
        store->ReadRegister(ids.empty() ? 0 : ids.back(), 10000).value();
    if (more.empty()) break;
    for (const auto& entry : more) ids.push_back(entry.id);
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    BOOST_REQUIRE_EQUAL(ids[i], static_cast<MessageId>(i + 1));
  }
  const auto count = static_cast<int64_t>(ids.size());
  BOOST_TEST(Desk(*store).Count(1, Box::kOutbox) == count);
  BOOST_TEST(Desk(*store).Count(2, Box::kInbox) == count);
  const std::set<MessageId> distinct(told.begin(), told.end());
  BOOST_TEST(distinct.size() == told.size());
  BOOST_REQUIRE(!distinct.empty());
  BOOST_TEST(*distinct.rbegin() <= count);
  BOOST_TEST(Desk(*store).Get(2, Box::kInbox, *distinct.rbegin()).has_value());
}

BOOST_AUTO_TEST_SUITE(store_crash)

BOOST_AUTO_TEST_CASE(what_was_acknowledged_survives_a_kill) {
  const TempDir dir;
  {
    const auto store = Open(UrlIn(dir), NoFault);
    Desk desk(*store);
    desk.Add("ana");
    desk.Add("beto");
  }
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<size_t> acks(1, 400);
  std::uniform_int_distribution<useconds_t> moment(0, 2000);
  const int rounds = std::getenv("TURBOMESSAGE_LONG") != nullptr ? 1000 : 15;
  std::vector<MessageId> told;
  for (int round = 0; round < rounds; ++round) {
    const Tuning tuning{.most_waiting = round % 3 == 0 ? 10'000u : 20u,
                        .may_wait = [round] { return round % 2 == 0; }};
    const auto more =
        KillAfter(UrlIn(dir), tuning, acks(random), moment(random));
    told.insert(told.end(), more.begin(), more.end());
    CheckStore(UrlIn(dir), told);
  }
  CheckFile((dir / "mail.db").string());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store
