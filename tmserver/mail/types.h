// The nouns of the mail: users, messages, trays.
#ifndef TMSERVER_MAIL_TYPES_H_
#define TMSERVER_MAIL_TYPES_H_

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tmserver/mail/clock.h"

namespace turbo::mail {

using UserId = int64_t;     // the store's key of an account; means nothing else
using MessageId = int64_t;  // the folio: 1, 2, 3 ... in commit order
using Labels = std::map<std::string, std::string>;

inline constexpr MessageId kMaxMessageId = (MessageId{1} << 53) - 1;

// Where a call comes from, as limits count it: an IPv4 address or the /64 of an
// IPv6 address. Empty: from this machine through a Unix socket, which has none.
using Origin = std::string;

enum class Box { kInbox, kOutbox };

struct Recipient {
  std::string user;
  std::optional<Time> read_at;  // the receipt: its first reading, for ever
  bool operator==(const Recipient&) const = default;
};

// A file that travels with a message.
struct Attachment {
  std::string name;        // one file's, without folders
  std::string media_type;  // type/subtype
  int64_t size = 0;        // bytes
  std::string data;        // empty where it was not asked for
  bool operator==(const Attachment&) const = default;
};

// A message as one user sees it in one tray.
struct Message {
  MessageId id = 0;
  Box box = Box::kInbox;
  std::string from;
  std::vector<Recipient> recipients;  // read_at is set in the outbox only
  std::string subject;
  std::string body;  // empty where it was not asked for
  Labels labels;
  std::vector<Attachment> attachments;
  std::optional<MessageId> in_reply_to;
  Time sent_at;
  std::optional<Time> expires_at;
  // Inbox: the reader's own mark and when it was set. Outbox: all recipients
  // have a receipt, and the last one's time.
  std::optional<Time> read_at;
  bool operator==(const Message&) const = default;
};

// What a sender writes.
struct Draft {
  std::vector<std::string> to;
  std::string subject;
  std::string body;
  Labels labels;
  std::vector<Attachment> attachments;  // their size is that of their data
  std::optional<MessageId> in_reply_to;
  std::optional<Duration> ttl;  // after it every tray lets go of the message
  bool keep_copy = true;        // in the sender's outbox
};

// The answer to an accepted send.
struct Sent {
  MessageId id = 0;  // 0 where a send was only checked
  Time sent_at;
  std::vector<std::string> to;
  bool duplicate = false;  // an earlier send's answer
  bool operator==(const Sent&) const = default;
};

// Which ids a Mark or Remove changed, and which are not in the tray. An id in
// neither list was there and already as asked.
struct Changed {
  std::vector<MessageId> ids;
  std::vector<MessageId> missing;
  bool operator==(const Changed&) const = default;
};

// What a list selects: every condition that is set must hold.
struct Filter {
  std::optional<bool> read;   // has a read_at
  std::string from;           // a name, folded
  std::string to;             // a name, folded: one of the recipients
  std::optional<Time> since;  // sent_at >= since
  std::optional<Time> until;  // sent_at < until
  std::string subject;        // part of it, as FoldCase has it
  Labels labels;              // all of them
  std::optional<MessageId> in_reply_to;
  bool operator==(const Filter&) const = default;

  bool empty() const { return *this == Filter{}; }
};

// `text` as Unicode compares it without case.
std::string FoldCase(const std::string& text);

// Whether `message` is selected. `message` needs no body.
bool Matches(const Filter& filter, const Message& message);

struct CountQuery {
  UserId user = 0;
  Box box = Box::kInbox;
  Time now;
  Filter filter;
  // Counted::next of the part before; unset: from the newest message on.
  std::optional<MessageId> position = {};
};

// What one look counted, and where the next one goes on; unset after the last.
struct Counted {
  int64_t count = 0;
  std::optional<MessageId> next;
  bool operator==(const Counted&) const = default;
};

struct MessageQuery {
  UserId user = 0;
  Box box = Box::kInbox;
  Time now;
  MessageId id = 0;
  std::string attachment;  // the name of the one to come with its data
};

// Messages of a tray as an earlier list had them, by id.
using KnownMessages = std::unordered_map<MessageId, Message>;

enum class Order { kOldestFirst, kNewestFirst };

struct ListQuery {
  UserId user = 0;
  Box box = Box::kInbox;
  Time now;  // what has expired by then is not there
  Filter filter;
  Order order = Order::kNewestFirst;
  // Where to go on: only ids after (oldest first) or before (newest first) it.
  // Unset: from that order's beginning.
  std::optional<MessageId> position;
  size_t limit = 100;  // messages in the page, > 0
  bool with_body = false;
  // Of an inbox, without bodies, or null. The store may move from here what it
  // would read otherwise: of a message that is in the inbox still, nothing but
  // read_at can be another than it was.
  KnownMessages* known = nullptr;
};

struct Page {
  std::vector<Message> messages;
  // The next page goes on here; unset after the last page.
  std::optional<MessageId> next;
  // The newest id of the whole store when the page was read: what is committed
  // later has a greater one.
  MessageId newest = 0;
};

// A page ends, with at least one message, where what is on it exceeds this many
// bytes, and after this many messages, or bytes of subjects and labels, were
// looked at.
inline constexpr size_t kMaxPageBytes = size_t{2} << 20;
inline constexpr size_t kMaxPageScan = 10000;
inline constexpr size_t kMaxPageScanBytes = size_t{1} << 20;

// One line of the register of sends.
struct RegisterEntry {
  MessageId id = 0;
  std::string sender;
  std::vector<std::string> to;
  Time sent_at;
  int64_t size = 0;  // bytes of subject, labels, body and attachments
  bool operator==(const RegisterEntry&) const = default;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_TYPES_H_
