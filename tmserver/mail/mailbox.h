// The rules of sending and keeping mail.
#ifndef TMSERVER_MAIL_MAILBOX_H_
#define TMSERVER_MAIL_MAILBOX_H_

#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/arrivals.h"
#include "tmserver/mail/clock.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/mail/store.h"

namespace turbo::mail {

struct MailRules {
  size_t tray_capacity = 5;                   // messages; 0: no limit
  size_t max_message_size = size_t{1} << 20;  // bytes, as SizeOf counts them
};

inline constexpr size_t kMaxRequestId = 128;
inline constexpr size_t kMaxIds = 1000;         // in one Mark or Remove
inline constexpr size_t kMaxFilterText = 4096;  // bytes of subject and labels

// How a send is asked for, beside what it says.
struct SendOptions {
  std::string request_id;
  bool once = false;
  bool validate_only = false;
};

// A place in one tray of one user in one store: "after this id".
struct Cursor {
  std::string store;
  std::string user;
  Box box = Box::kInbox;
  MessageId id = 0;
  bool operator==(const Cursor&) const = default;
};

// Thread-safe. `done` is called as Store's is, or at once from the caller's
// thread where a rule was broken.
class Mailbox {
 public:
  // Both outlive it.
  Mailbox(Store& store, const Clock& clock, MailRules rules);

  // A remembered request id answers before every other rule does. Then
  // kInvalidArgument, kMessageTooLarge, and what Store::Deliver checks.
  void Send(const Caller& caller, Draft draft, SendOptions options,
            Done<Sent> done);

  // For as long as it is the same number, List and Get give the caller the same
  // answers from `box`, but for what expires by Now.
  uint64_t TrayVersion(const Caller& caller, Box box) const {
    return store_.TrayVersion(caller.id, box);
  }
  Time Now() const { return clock_.Now(); }

  // `query.user` is filled in. kInvalidArgument for names that can't be and
  // for a filter with more than kMaxFilterText.
  Result<Page> List(const Caller& caller, ListQuery query);

  // The same for what came after `cursor`, oldest first. kCursorInvalid where
  // it is another store's, user's or tray's, or ahead of the store.
  Result<Page> ListAfter(const Caller& caller, const Cursor& cursor,
                         ListQuery query);

  // How many messages List would return in all its pages, a part at a time:
  // `position` is Counted::next of the part before.
  Result<Counted> Count(const Caller& caller, Box box, Filter filter,
                        std::optional<MessageId> position = {});

  // From the inbox or, where it isn't there, the outbox, unless `box` says
  // which; with the data of the attachment of that name. kMessageNotFound.
  Result<Message> Get(const Caller& caller, std::optional<Box> box,
                      MessageId id, const std::string& attachment);

  // kInvalidArgument for more than kMaxIds ids.
  void Mark(const Caller& caller, std::vector<MessageId> ids, bool read,
            Done<Changed> done);
  void Remove(const Caller& caller, Box box, std::vector<MessageId> ids,
              Done<Changed> done);

  // Tells of every message that is sent from now on, to its sender and to its
  // recipients.
  Arrivals& arrivals() { return arrivals_; }

  // The newest id of the whole store.
  Result<MessageId> Newest(const Caller& caller);

  // The cursor at `id` of the caller's `box`.
  Cursor CursorAt(const Caller& caller, Box box, MessageId id) const;

 private:
  Store& store_;
  const Clock& clock_;
  const MailRules rules_;
  Arrivals arrivals_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_MAILBOX_H_
