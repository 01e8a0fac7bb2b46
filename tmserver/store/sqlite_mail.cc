// How a SQLite store writes messages and trays.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "tmserver/mail/draft.h"
#include "tmserver/store/answers.h"
#include "tmserver/store/sqlite_codec.h"
#include "tmserver/store/sqlite_reads.h"
#include "tmserver/store/sqlite_writer.h"

namespace turbo::store {
namespace {

using mail::Box;
using mail::Changed;
using mail::Error;
using mail::MessageId;
using mail::Result;
using mail::Sent;
using mail::Time;
using mail::UserId;
using sqlite::Blob;

// Bytes of a body that stands in its message's row; a read finds both at once.
constexpr size_t kShortBody = 1024;

// The ids of a request, each once.
std::vector<MessageId> Unique(const std::vector<MessageId>& ids) {
  std::vector<MessageId> unique;
  std::unordered_set<MessageId> seen;
  for (const MessageId id : ids) {
    if (seen.insert(id).second) unique.push_back(id);
  }
  return unique;
}

// The ids that `rows` have in their first column.
std::vector<MessageId> Ids(sqlite::Query rows) {
  std::vector<MessageId> ids;
  while (rows.Step()) ids.push_back(rows.Int(0));
  return ids;
}

// A message in a tray.
struct Entry {
  bool is_read;
  UserId sender;
};

// Nothing where it isn't there or has expired.
std::optional<Entry> FindEntry(sqlite::Connection& db, UserId user, Box box,
                               MessageId id, Time now) {
  if (FindTray(db, user, box).count == 0) return std::nullopt;
  sqlite::Query row = db.Start(
      "SELECT e.read_at IS NOT NULL, m.sender_id FROM entries e"
      " CROSS JOIN messages m ON m.id = e.message_id"
      " WHERE e.user_id = ? AND e.box = ? AND e.message_id = ?"
      " AND (m.expires_at IS NULL OR m.expires_at > ?)",
      user, ToColumn(box), id, ToColumn(now));
  if (!row.Step()) return std::nullopt;
  return Entry{row.Int(0) != 0, row.Int(1)};
}

}  // namespace

Result<Sent> SqliteWriter::Deliver(const mail::Delivery& op) {
  const auto sender = FindParty(op.from);
  if (!sender || sender->id != op.sender) return AccountGone();
  if (!op.request_id.empty()) {
    auto earlier = FindRequest(db_, FindWaiting({op.sender, op.request_id}),
                               {op.sender, op.request_id, op.digest, op.once});
    if (!earlier) return tl::unexpected<Error>(std::move(earlier.error()));
    if (*earlier) return **earlier;
  }
  const auto recipients = FindRoom(op, *sender);
  if (!recipients) return tl::unexpected<Error>(recipients.error());
  Sent sent{0, op.now, op.draft.to, false};
  if (op.validate_only) return sent;

  sent.id = ++newest_;
  Store(op, sent.id);
  const Held held{sent.id, op.expires_at.value_or(mail::Time::max())};
  const auto hold = [&](UserId user, Box box) {
    pending_.Hold({user, box}, held);
    changed_.push_back({user, box});
  };
  if (op.draft.keep_copy) hold(op.sender, Box::kOutbox);
  for (const UserId user : *recipients) hold(user, Box::kInbox);
  if (!op.request_id.empty()) {
    pending_.Remember({op.sender, op.request_id}, sent.id);
  }
  return sent;
}

std::optional<SqliteWriter::Party> SqliteWriter::FindParty(
    const std::string& user) {
  const auto look_up = [&]() -> Result<std::optional<Party>> {
    sqlite::Query row =
        db_.Start("SELECT id, tray_capacity FROM users WHERE name = ?", user);
    if (!row.Step()) return std::nullopt;
    return Party{row.Int(0), row.OptionalInt(1)};
  };
  return parties_.Find(user, look_up).value();
}

size_t SqliteWriter::CapacityOf(const Party& party, const mail::Delivery& op) {
  return party.capacity ? static_cast<size_t>(*party.capacity) : op.capacity;
}

Result<std::vector<UserId>> SqliteWriter::FindRoom(const mail::Delivery& op,
                                                   const Party& sender) {
  std::vector<UserId> ids;
  std::vector<std::string> unknown;
  std::vector<std::string> full;
  for (const std::string& user : op.draft.to) {
    const auto recipient = FindParty(user);
    if (!recipient) {
      unknown.push_back(user);
      continue;
    }
    ids.push_back(recipient->id);
    if (IsFull(*recipient, Box::kInbox, op)) full.push_back(user);
  }
  if (!unknown.empty()) return UnknownRecipients(std::move(unknown));
  const auto& reply = op.draft.in_reply_to;
  if (reply && !MayReplyTo(*reply, op)) return NotToReplyTo(*reply);
  if (op.draft.keep_copy && IsFull(sender, Box::kOutbox, op)) {
    return OutboxFull(op, CapacityOf(sender, op));
  }
  if (!full.empty()) return InboxesFull(std::move(full));
  return ids;
}

bool SqliteWriter::IsFull(const Party& party, Box box,
                          const mail::Delivery& op) {
  const size_t capacity = CapacityOf(party, op);
  const auto is_full = [&] { return CountAll({party.id, box}) >= capacity; };
  if (capacity == 0 || !is_full()) return false;
  SettleTray(party.id, box);
  const auto expired =
      Ids(db_.Start("SELECT m.id FROM messages m CROSS JOIN entries e"
                    " ON e.user_id = ? AND e.box = ? AND e.message_id = m.id"
                    " WHERE m.expires_at <= ?",
                    party.id, ToColumn(box), ToColumn(op.now)));
  for (const MessageId id : expired) TakeAll(id);
  return is_full();
}

bool SqliteWriter::MayReplyTo(MessageId id, const mail::Delivery& op) {
  const auto found = ReadRegister(db_, id - 1, 1);
  return !found.empty() && found.front().id == id && IsParty(op, found.front());
}

void SqliteWriter::Store(const mail::Delivery& op, MessageId id) {
  const mail::Draft& draft = op.draft;
  const std::string recipients = ToColumn(draft.to);
  const auto labels = ToColumn(draft.labels);
  const auto attachments = ToColumn(draft.attachments);
  std::optional<int64_t> expires_at;
  if (op.expires_at) expires_at = ToColumn(*op.expires_at);
  std::optional<std::string_view> request_id;
  std::optional<Blob> digest;
  if (!op.request_id.empty()) {
    request_id = op.request_id;
    digest = Blob{op.digest};
  }
  const bool is_short = draft.body.size() <= kShortBody;
  const auto body = is_short ? std::optional(Blob{draft.body}) : std::nullopt;
  const size_t refs = draft.to.size() + (draft.keep_copy ? 1 : 0);
  db_.Run(
      "INSERT INTO messages (id, sender_id, sender, recipients, sent_at, size,"
      " refs, copy, request_id, digest, subject, labels, attachments,"
      " in_reply_to, expires_at, body)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      id, op.sender, op.from, recipients, ToColumn(op.now),
      static_cast<int64_t>(mail::SizeOf(draft)), static_cast<int64_t>(refs),
      draft.keep_copy ? 1 : 0, request_id, digest, draft.subject, labels,
      attachments, draft.in_reply_to, expires_at, body);
  if (!is_short) {
    db_.Run("INSERT INTO bodies (message_id, body) VALUES (?, ?)", id,
            Blob{draft.body});
  }
  int64_t place = 0;
  for (const mail::Attachment& attachment : draft.attachments) {
    db_.Run(
        "INSERT INTO attachments (message_id, place, data) VALUES (?, ?, ?)",
        id, place++, Blob{attachment.data});
  }
}

Changed SqliteWriter::Mark(const mail::MarkRead& op) {
  SettleTray(op.user, Box::kInbox);
  Changed changed;
  const auto mark = op.read ? std::optional(ToColumn(op.now)) : std::nullopt;
  for (const MessageId id : Unique(op.ids)) {
    const auto entry = FindEntry(db_, op.user, Box::kInbox, id, op.now);
    if (!entry) {
      changed.missing.push_back(id);
      continue;
    }
    if (entry->is_read == op.read) continue;
    changed.ids.push_back(id);
    changed_.push_back({op.user, Box::kInbox});
    db_.Run(
        "UPDATE entries SET read_at = ?"
        " WHERE user_id = ? AND box = ? AND message_id = ?",
        mark, op.user, ToColumn(Box::kInbox), id);
    if (!op.read) continue;
    db_.Run(
        "INSERT OR IGNORE INTO receipts (message_id, user_id, read_at)"
        " VALUES (?, ?, ?)",
        id, op.user, *mark);
    changed_.push_back({entry->sender, Box::kOutbox});
  }
  return changed;
}

Changed SqliteWriter::Remove(const mail::Removal& op) {
  SettleTray(op.user, op.box);
  Changed changed;
  for (const MessageId id : Unique(op.ids)) {
    if (FindEntry(db_, op.user, op.box, id, op.now)) {
      Take(op.user, op.box, id);
      changed.ids.push_back(id);
    } else {
      changed.missing.push_back(id);
    }
  }
  return changed;
}

bool SqliteWriter::Take(UserId user, Box box, MessageId id) {
  const int64_t removed = db_.Run(
      "DELETE FROM entries WHERE user_id = ? AND box = ? AND message_id = ?",
      user, ToColumn(box), id);
  if (removed == 0) return false;
  changed_.push_back({user, box});
  db_.Run("UPDATE trays SET count = count - 1 WHERE user_id = ? AND box = ?",
          user, ToColumn(box));
  Release(id);
  return true;
}

void SqliteWriter::TakeAll(MessageId id) {
  const mail::RegisterEntry entry = ReadRegister(db_, id - 1, 1).at(0);
  const auto take = [&](const std::string& user, Box box) {
    const auto found = FindAccount(db_, user);
    if (!found) return;
    SettleTray(found->id, box);
    Take(found->id, box, id);
  };
  take(entry.sender, Box::kOutbox);
  for (const std::string& user : entry.to) take(user, Box::kInbox);
}

void SqliteWriter::Release(MessageId id) {
  bool is_last = false;
  bool has_body_apart = false;
  bool has_attachments = false;
  {
    sqlite::Query row = db_.Start(
        "SELECT refs = 1, body IS NULL, attachments IS NOT NULL"
        " FROM messages WHERE id = ?",
        id);
    if (!row.Step()) return;
    is_last = row.Int(0) != 0;
    has_body_apart = row.Int(1) != 0;
    has_attachments = row.Int(2) != 0;
  }
  if (!is_last) {
    db_.Run("UPDATE messages SET refs = refs - 1 WHERE id = ?", id);
    return;
  }
  db_.Run(
      "UPDATE messages SET refs = 0, subject = NULL, labels = NULL,"
      " attachments = NULL, in_reply_to = NULL, expires_at = NULL, body = NULL"
      " WHERE id = ?",
      id);
  if (has_body_apart) db_.Run("DELETE FROM bodies WHERE message_id = ?", id);
  if (has_attachments) {
    db_.Run("DELETE FROM attachments WHERE message_id = ?", id);
  }
  db_.Run("DELETE FROM receipts WHERE message_id = ?", id);
}

size_t SqliteWriter::Expire(Time now, size_t limit) {
  const auto expired =
      Ids(db_.Start("SELECT id FROM messages WHERE expires_at <= ? LIMIT ?",
                    ToColumn(now), ToLimit(limit)));
  for (const MessageId id : expired) {
    TakeAll(id);
    // What a deleted account still holds is not to be found again and again.
    db_.Run("UPDATE messages SET expires_at = NULL WHERE id = ?", id);
  }
  return expired.size();
}

size_t SqliteWriter::Forget(Time requests, Time entries, size_t limit) {
  const auto old_requests = Ids(db_.Start(
      "SELECT id FROM messages WHERE request_id IS NOT NULL AND sent_at < ?"
      " ORDER BY sent_at, id LIMIT ?",
      ToColumn(requests), ToLimit(limit)));
  // What waits in the tail would come back from there.
  const MessageId settled = SettledUpTo();
  if (std::any_of(old_requests.begin(), old_requests.end(),
                  [&](MessageId id) { return id > settled; })) {
    SettleAll();
  }
  for (const MessageId id : old_requests) {
    db_.Run(
        "DELETE FROM requests WHERE (sender_id, request_id) ="
        " (SELECT sender_id, request_id FROM messages WHERE id = ?)",
        id);
    db_.Run("UPDATE messages SET request_id = NULL, digest = NULL WHERE id = ?",
            id);
  }
  const auto old_entries =
      Ids(db_.Start("SELECT id FROM messages"
                    " WHERE refs = 0 AND request_id IS NULL AND sent_at < ?"
                    " ORDER BY sent_at, id LIMIT ?",
                    ToColumn(entries), ToLimit(limit)));
  for (const MessageId id : old_entries) {
    db_.Run("DELETE FROM messages WHERE id = ?", id);
  }
  if (!old_entries.empty()) {
    // Keeps ids from being given again when the newest rows are gone.
    db_.Run(
        "INSERT INTO meta (key, value) VALUES ('forgotten', ?1)"
        " ON CONFLICT DO UPDATE SET value = max(value, ?1)",
        *std::max_element(old_entries.begin(), old_entries.end()));
  }
  return old_requests.size() + old_entries.size();
}

}  // namespace turbo::store
