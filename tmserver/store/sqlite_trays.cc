#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "tmserver/store/listing.h"
#include "tmserver/store/sqlite_codec.h"
#include "tmserver/store/sqlite_reads.h"

namespace turbo::store {
namespace {

using mail::Box;
using mail::Message;
using mail::MessageId;
using sqlite::Connection;
using sqlite::Query;

// The columns of ToMessage, of messages that have not expired.
#define TURBO_COLUMNS                                                \
  " m.sender, m.recipients, m.sent_at, m.subject, m.labels, m.size," \
  " m.attachments, m.in_reply_to, m.expires_at "
#define TURBO_BODY    \
  "coalesce(m.body, " \
  "(SELECT b.body FROM bodies b WHERE b.message_id = m.id))"
#define TURBO_NOT_EXPIRED " AND (m.expires_at IS NULL OR m.expires_at > ?)"

// Entries of one tray. CROSS JOIN keeps SQLite to this order of the tables.
#define TURBO_SELECT_ENTRIES                                     \
  "SELECT e.message_id, e.read_at," TURBO_COLUMNS                \
  " FROM entries e CROSS JOIN messages m ON m.id = e.message_id" \
  " WHERE e.user_id = ? AND e.box = ?" TURBO_NOT_EXPIRED

constexpr sqlite::Sql kOldestFirst =
    TURBO_SELECT_ENTRIES " AND e.message_id > ? ORDER BY e.message_id";
constexpr sqlite::Sql kNewestFirst =
    TURBO_SELECT_ENTRIES " AND e.message_id < ? ORDER BY e.message_id DESC";

// The same entries without their messages.
constexpr sqlite::Sql kEntriesOldestFirst =
    "SELECT message_id, read_at FROM entries"
    " WHERE user_id = ? AND box = ? AND message_id > ? ORDER BY message_id";
constexpr sqlite::Sql kEntriesNewestFirst =
    "SELECT message_id, read_at FROM entries"
    " WHERE user_id = ? AND box = ? AND message_id < ?"
    " ORDER BY message_id DESC";

constexpr sqlite::Sql kOne =
    "SELECT e.message_id, e.read_at," TURBO_COLUMNS ", " TURBO_BODY
    " FROM entries e CROSS JOIN messages m ON m.id = e.message_id"
    " WHERE e.message_id = ? AND e.user_id = ? AND e.box = ?" TURBO_NOT_EXPIRED;
constexpr int kBody = 11;  // its column

// Such as wait in the tail, unless they have been settled.
constexpr sqlite::Sql kOneWaiting =
    "SELECT m.id, NULL," TURBO_COLUMNS ", " TURBO_BODY
    " FROM messages m WHERE m.id = ? AND NOT EXISTS (SELECT 1 FROM trays t "
    "WHERE t.user_id = ?"
    " AND t.box = ? AND t.settled >= m.id)" TURBO_NOT_EXPIRED;
// One whose entry is known: what that has for read_at, and the id.
constexpr sqlite::Sql kAlone =
    "SELECT m.id, ?," TURBO_COLUMNS
    " FROM messages m WHERE m.id = ?" TURBO_NOT_EXPIRED;

constexpr sqlite::Sql kBodyOf =
    "SELECT " TURBO_BODY " FROM messages m WHERE id = ?";

#undef TURBO_SELECT_ENTRIES
#undef TURBO_BODY
#undef TURBO_NOT_EXPIRED
#undef TURBO_COLUMNS

// A deleted account's name has its id behind a '#'.
constexpr sqlite::Sql kReceipts = R"sql(
SELECT substr(u.name, 1, instr(u.name || '#', '#') - 1), r.read_at FROM receipts r JOIN users u ON u.id = r.user_id
 WHERE r.message_id = ?)sql";

void AddReceipts(Connection& db, Message* message) {
  Query receipts = db.Start(kReceipts, message->id);
  while (receipts.Step()) {
    const std::string user = receipts.Text(0);
    const auto reader =
        std::find_if(message->recipients.begin(), message->recipients.end(),
                     [&](const mail::Recipient& recipient) {
                       return recipient.user == user;
                     });
    if (reader != message->recipients.end()) {
      reader->read_at = ToTime(receipts.Int(1));
    }
  }
  message->read_at = ReadByAll(message->recipients);
}

// The message of a row, without its body and the attachments' data.
Message ToMessage(Connection& db, Box box, const Query& row) {
  Message message;
  message.id = row.Int(0);
  message.box = box;
  message.from = row.Text(2);
  for (std::string& user : ToUsers(row.Text(3))) {
    message.recipients.push_back({std::move(user), std::nullopt});
  }
  message.sent_at = ToTime(row.Int(4));
  message.subject = row.Text(5);
  message.labels = ToLabels(row.Text(6));
  message.attachments = ToAttachments(row.Text(8));
  message.in_reply_to = row.OptionalInt(9);
  message.expires_at = ToTime(row.OptionalInt(10));
  if (box == Box::kInbox) {
    message.read_at = ToTime(row.OptionalInt(1));
  } else {
    AddReceipts(db, &message);
  }
  return message;
}

size_t BodyBytes(const Message& message, const Query& row) {
  int64_t rest = row.Int(7) - static_cast<int64_t>(HeadBytes(message));
  for (const mail::Attachment& attachment : message.attachments) {
    rest -= attachment.size;
  }
  return static_cast<size_t>(rest);
}

std::string ReadBody(Connection& db, MessageId id) {
  Query body = db.Start(kBodyOf, id);
  return body.Step() ? body.Text(0) : std::string();
}

std::string ReadAttachment(Connection& db, MessageId id, size_t place) {
  Query data = db.Start(
      "SELECT data FROM attachments WHERE message_id = ? AND place = ?", id,
      static_cast<int64_t>(place));
  return data.Step() ? data.Text(0) : std::string();
}

// Messages in a tray that have expired and were not taken out yet.
int64_t CountExpired(Connection& db, const mail::CountQuery& query) {
  return db
      .FindInt(
          "SELECT count(*) FROM messages m CROSS JOIN entries e"
          " ON e.user_id = ? AND e.box = ? AND e.message_id = m.id"
          " WHERE m.expires_at <= ?",
          query.user, ToColumn(query.box), ToColumn(query.now))
      .value_or(0);
}

// The messages of a tray that a query looks at, in its order. What waits is
// newer than all that is settled.
class TrayScan {
 public:
  // Gets a message and its body's size, and tells whether it wants more.
  using Visit = std::function<bool(Message message, size_t body_bytes)>;

  TrayScan(Connection& db, const mail::ListQuery& query, Visit visit)
      : db_(db), query_(query), visit_(std::move(visit)) {}

  void Run(const TrayRow& tray, std::vector<Held> waiting) const {
    if (!oldest_first_) {
      std::reverse(waiting.begin(), waiting.end());
      if (ShowWaiting(waiting)) ShowSettled(tray);
    } else if (ShowSettled(tray)) {
      ShowWaiting(waiting);
    }
  }

 private:
  using Limits = std::numeric_limits<MessageId>;

  // Whether more is wanted.
  bool ShowSettled(const TrayRow& tray) const {
    if (tray.count == 0) return true;
    if (query_.known != nullptr) return ShowEntries();
    Query row = db_.Start(oldest_first_ ? kOldestFirst : kNewestFirst,
                          query_.user, ToColumn(query_.box), now_, position_);
    while (row.Step()) {
      if (!Show(row)) return false;
    }
    return true;
  }

  // The same where most of them are known.
  bool ShowEntries() const {
    Query entry =
        db_.Start(oldest_first_ ? kEntriesOldestFirst : kEntriesNewestFirst,
                  query_.user, ToColumn(query_.box), position_);
    while (entry.Step()) {
      if (!ShowOne(entry.Int(0), entry.OptionalInt(1))) return false;
    }
    return true;
  }

  bool ShowWaiting(const std::vector<Held>& waiting) const {
    for (const Held& held : waiting) {
      const bool is_next =
          oldest_first_ ? held.id > position_ : held.id < position_;
      if (is_next && !ShowOne(held.id, std::nullopt)) return false;
    }
    return true;
  }

  bool ShowOne(MessageId id, std::optional<int64_t> read_at) const {
    if (query_.known != nullptr) {
      const auto known = query_.known->find(id);
      if (known != query_.known->end()) {
        Message& message = known->second;
        message.read_at = ToTime(read_at);
        const bool is_over =
            message.expires_at && *message.expires_at <= query_.now;
        return is_over || visit_(std::move(message), 0);
      }
    }
    Query row = db_.Start(kAlone, read_at, id, now_);
    return !row.Step() || Show(row);
  }

  bool Show(const Query& row) const {
    Message message = ToMessage(db_, query_.box, row);
    const size_t body_bytes = BodyBytes(message, row);
    return visit_(std::move(message), body_bytes);
  }

  Connection& db_;
  const mail::ListQuery& query_;
  const Visit visit_;
  const bool oldest_first_ = query_.order == mail::Order::kOldestFirst;
  const MessageId position_ =
      query_.position.value_or(oldest_first_ ? Limits::min() : Limits::max());
  const int64_t now_ = ToColumn(query_.now);
};

// The tray's messages that a count without filter does not count.
int64_t CountExpired(Connection& db, const TrayRow& tray,
                     const std::vector<Held>& waiting,
                     const mail::CountQuery& query) {
  const auto is_over = [&](const Held& held) {
    return held.expires_at <= query.now;
  };
  return (tray.count > 0 ? CountExpired(db, query) : 0) +
         std::count_if(waiting.begin(), waiting.end(), is_over);
}

}  // namespace

TrayRow FindTray(Connection& db, mail::UserId user, Box box) {
  Query row =
      db.Start("SELECT count, settled FROM trays WHERE user_id = ? AND box = ?",
               user, ToColumn(box));
  return row.Step() ? TrayRow{row.Int(0), row.Int(1)} : TrayRow{};
}

mail::Page List(Connection& db, const Waiting& waiting,
                const mail::ListQuery& query) {
  const TrayRow tray = FindTray(db, query.user, query.box);
  mail::Page page;
  PageCutter cutter(query);
  const TrayScan scan(db, query, [&](Message message, size_t body_bytes) {
    const auto verdict = cutter.Judge(message, body_bytes);
    if (verdict == PageCutter::Verdict::kEnd) return false;
    if (verdict == PageCutter::Verdict::kPass) return true;
    if (query.with_body) message.body = ReadBody(db, message.id);
    page.messages.push_back(std::move(message));
    return true;
  });
  scan.Run(tray, After(tray.settled, waiting.held));
  page.next = cutter.Next();
  page.newest = std::max(waiting.newest, tray.settled);
  return page;
}

mail::Counted Count(Connection& db, const Waiting& waiting,
                    const mail::CountQuery& query) {
  const TrayRow tray = FindTray(db, query.user, query.box);
  std::vector<Held> held = After(tray.settled, waiting.held);
  if (query.filter.empty()) {
    return {tray.count + static_cast<int64_t>(held.size()) -
                CountExpired(db, tray, held, query),
            std::nullopt};
  }
  const mail::ListQuery all = AllOf(query);
  PageCutter cutter(all);
  const TrayScan scan(db, all, [&](const Message& message, size_t) {
    return cutter.Judge(message, 0) != PageCutter::Verdict::kEnd;
  });
  scan.Run(tray, std::move(held));
  return cutter.Count();
}

std::optional<Message> Get(Connection& db, const Aside& aside,
                           const mail::MessageQuery& query) {
  const auto show = [&](Query row) -> std::optional<Message> {
    if (!row.Step()) return std::nullopt;
    Message message = ToMessage(db, query.box, row);
    message.body = row.Text(kBody);
    for (size_t i = 0; i < message.attachments.size(); ++i) {
      if (message.attachments[i].name != query.attachment) continue;
      message.attachments[i].data = ReadAttachment(db, query.id, i);
    }
    return message;
  };
  const auto find = [&](sqlite::Sql sql) {
    return show(db.Start(sql, query.id, query.user, ToColumn(query.box),
                         ToColumn(query.now)));
  };
  if (aside.waits) {
    if (auto message = find(kOneWaiting)) return message;
  }
  // It may have been settled meanwhile.
  if (aside.may_be_deleted && FindTray(db, query.user, query.box).count == 0) {
    return std::nullopt;
  }
  return find(kOne);
}

}  // namespace turbo::store
