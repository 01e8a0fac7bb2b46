// How a SQLite store writes down what waits in its tail.
#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "tmserver/store/sqlite_codec.h"
#include "tmserver/store/sqlite_reads.h"
#include "tmserver/store/sqlite_writer.h"

namespace turbo::store {
namespace {

using mail::Box;
using mail::MessageId;

// Commits settle twice what they add, so that a frozen tail is settled before
// the next one is full; and this much or more at once, so that a page is
// written for many, and that a send which comes alone seldom waits for it.
constexpr size_t kShareOfAdded = 2;
constexpr size_t kLeastShare = 128;

// Commits without settling after one that found no room.
constexpr int kCautiousCommits = 100;

constexpr size_t kAll = std::numeric_limits<size_t>::max();

}  // namespace

// Up to a million entries: in their trays' order they are taken in in half the
// time.
void SqliteWriter::Rebuild() {
  Sends sends;
  std::vector<std::pair<TrayKey, Held>> entries;
  std::unordered_map<std::string, std::optional<mail::UserId>> ids;
  newest_ = NewestId(db_);
  const MessageId settled = SettledUpTo();
  sqlite::Query row = db_.Start(R"sql(
SELECT id, sender_id, recipients, copy, request_id, expires_at FROM messages
 WHERE id > ? ORDER BY id)sql",
                                settled);
  while (row.Step()) {
    const auto expires_at = ToTime(row.OptionalInt(5));
    const Held held{row.Int(0), expires_at.value_or(mail::Time::max())};
    const mail::UserId sender = row.Int(1);
    if (row.Int(3) != 0) entries.push_back({{sender, Box::kOutbox}, held});
    for (const std::string& user : ToUsers(row.Text(2))) {
      const auto [id, is_new] = ids.try_emplace(user);
      if (is_new) {
        id->second = db_.FindInt("SELECT id FROM users WHERE name = ?", user);
      }
      if (id->second) entries.push_back({{*id->second, Box::kInbox}, held});
    }
    if (!row.IsNull(4)) sends.Remember({sender, row.Text(4)}, held.id);
  }
  std::stable_sort(
      entries.begin(), entries.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [tray, held] : entries) sends.Hold(tray, held);
  tail_.Restore(std::move(sends), settled, newest_);
}

std::vector<Held> SqliteWriter::WaitingIn(const TrayKey& tray,
                                          MessageId settled,
                                          size_t limit) const {
  std::vector<Held> held = tail_.After(tray, settled, limit);
  const auto pending = pending_.After(tray, settled);
  const size_t some = std::min(pending.size(), limit - held.size());
  held.insert(held.end(), pending.begin(), pending.begin() + some);
  return held;
}

std::optional<MessageId> SqliteWriter::FindWaiting(
    const RequestKey& request) const {
  const auto pending = pending_.requests.find(request);
  if (pending != pending_.requests.end()) return pending->second;
  return tail_.FindRequest(request);
}

size_t SqliteWriter::CountAll(const TrayKey& tray) {
  const TrayRow row = FindTray(db_, tray.user, tray.box);
  return static_cast<size_t>(row.count) + tail_.CountAfter(tray, row.settled) +
         pending_.After(tray, row.settled).size();
}

size_t SqliteWriter::SettleTray(const TrayKey& tray, size_t limit,
                                MessageId last) {
  const MessageId settled = FindTray(db_, tray.user, tray.box).settled;
  std::vector<Held> held = WaitingIn(tray, settled, limit);
  std::erase_if(held, [&](const Held& one) { return one.id > last; });
  if (held.empty()) return 0;
  const int64_t box = ToColumn(tray.box);
  for (const Held& one : held) {
    db_.Run("INSERT INTO entries (user_id, box, message_id) VALUES (?, ?, ?)",
            tray.user, box, one.id);
  }
  db_.Run(
      "INSERT INTO trays (user_id, box, count, settled) VALUES (?1, ?2, ?3, ?4)"
      " ON CONFLICT DO UPDATE SET count = count + ?3, settled = ?4",
      tray.user, box, static_cast<int64_t>(held.size()), held.back().id);
  settled_.push_back(tray);
  return held.size();
}

void SqliteWriter::SettleTray(mail::UserId user, Box box) {
  SettleTray({user, box}, kAll, newest_);
}

void SqliteWriter::SettleRequest(const RequestKey& request, MessageId id) {
  db_.Run(
      "INSERT OR REPLACE INTO requests (sender_id, request_id, message_id)"
      " VALUES (?, ?, ?)",
      request.sender, request.id, id);
}

MessageId SqliteWriter::SettledUpTo() {
  return db_.FindInt("SELECT value FROM meta WHERE key = 'settled'").value();
}

void SqliteWriter::SettleUpTo(MessageId id) {
  db_.Run("UPDATE meta SET value = ? WHERE key = 'settled'", id);
}

void SqliteWriter::SettleShare() {
  if (all_settled_) return;  // more than what is frozen
  if (tail_.frozen() == nullptr || cautious_commits_ > 0) return;
  owed_ += kShareOfAdded * (pending_.entries + pending_.requests.size());
  if (owed_ < std::min(kLeastShare, most_waiting_)) return;
  SettleFrozen(std::exchange(owed_, 0));
}

// Trays in the order of the file's pages, so that one page is written for many.
void SqliteWriter::SettleFrozen(size_t share) {
  const Sends& frozen = *tail_.frozen();
  auto& [tray, request] = progress_;
  while (share > 0 && tray != frozen.trays.end()) {
    const size_t settled = SettleTray(tray->first, share, tail_.last_frozen());
    if (settled == share) return;  // the tray may have more
    share -= std::max<size_t>(settled, 1);
    ++tray;
  }
  for (; share > 0 && request != frozen.requests.end(); --share, ++request) {
    SettleRequest(request->first, request->second);
  }
  if (IsFrozenSettled()) SettleUpTo(tail_.last_frozen());
}

bool SqliteWriter::IsFrozenSettled() const {
  const Sends* frozen = tail_.frozen();
  return frozen != nullptr && progress_.tray == frozen->trays.end() &&
         progress_.request == frozen->requests.end();
}

void SqliteWriter::SettleAll() {
  const auto settle = [this](const Sends& sends) {
    for (const auto& [tray, held] : sends.trays) {
      SettleTray(tray.user, tray.box);
    }
    for (const auto& [request, id] : sends.requests) SettleRequest(request, id);
  };
  if (tail_.frozen() != nullptr) settle(*tail_.frozen());
  settle(tail_.fresh());
  settle(pending_);
  SettleUpTo(newest_);
  pending_ = {};
  all_settled_ = true;
}

void SqliteWriter::UpdateTail(uint64_t commit) {
  if (std::exchange(all_settled_, false)) {
    tail_.DropAll();
  } else if (IsFrozenSettled()) {
    tail_.DropFrozen();
  }
  tail_.Publish(std::exchange(pending_, {}), newest_);
  if (tail_.frozen() == nullptr && tail_.fresh().entries >= most_waiting_) {
    tail_.Freeze();
    progress_ = {tail_.frozen()->trays.begin(),
                 tail_.frozen()->requests.begin()};
  }
  committed_progress_ = progress_;
  for (const auto& [user, box] : changed_) {
    tray_versions_.Change(user, box, commit);
  }
  changed_.clear();
  settled_.clear();
}

void SqliteWriter::ForgetChanges() {
  parties_.ForgetAll();
  newest_ = tail_.newest();
  pending_ = {};
  changed_.clear();
  settled_.clear();
  all_settled_ = false;
  accounts_changed_ = false;
  may_purge_ = true;
  progress_ = committed_progress_;
  cautious_commits_ = kCautiousCommits;
}

}  // namespace turbo::store
