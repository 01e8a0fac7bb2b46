// The newest sends of a store, of which the file has the messages but not yet
// who holds them.
//
// A send is durable by the row of its message alone, appended to its table. Its
// entries in trays and its request id belong on pages all over the file, which
// cost far more to write than the row: they wait here and are written later,
// many to a page ("settled"). After a crash they are known from the messages.
#ifndef TMSERVER_STORE_TAIL_H_
#define TMSERVER_STORE_TAIL_H_

#include <absl/container/btree_map.h>
#include <absl/container/inlined_vector.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "tmserver/mail/types.h"

namespace turbo::store {

// A message in a tray, as it is after its send: unread.
struct Held {
  mail::MessageId id = 0;
  mail::Time expires_at = mail::Time::max();  // that is never
};

struct TrayKey {
  mail::UserId user = 0;
  mail::Box box = mail::Box::kInbox;
  bool operator<(const TrayKey& other) const {
    return std::tie(user, box) < std::tie(other.user, other.box);
  }
};

struct RequestKey {
  mail::UserId sender = 0;
  std::string id;
  bool operator<(const RequestKey& other) const {
    return std::tie(sender, id) < std::tie(other.sender, other.id);
  }
};

// Sends that follow each other, in the order in which they are settled.
struct Sends {
  void Hold(const TrayKey& tray, const Held& held);
  void Remember(RequestKey request, mail::MessageId id);
  // Adds `later`, which follows.
  void Append(Sends later);
  // What the tray has here with greater ids than `id`. Until the next change.
  std::span<const Held> After(const TrayKey& tray, mail::MessageId id) const;

  // Ids ascending. Of many users, most get no more than one.
  absl::btree_map<TrayKey, absl::InlinedVector<Held, 1>> trays;
  absl::btree_map<RequestKey, mail::MessageId> requests;
  size_t entries = 0;  // in all trays
};

// What one tray has here. The tray's row in the file says up to which id it is
// settled; what is here up to that id is to be ignored.
struct Waiting {
  std::vector<Held> held;  // ids ascending
  // The newest committed send. The tray has nothing else up to it.
  mail::MessageId newest = 0;
};

// Those of `held` with greater ids than `settled`.
std::vector<Held> After(mail::MessageId settled, std::vector<Held> held);

// One thread writes; reads may come from any thread. To see all that was
// committed, a reader asks here first and afterwards which state of the file it
// needs: whatever left the tail meanwhile is settled there.
class Tail {
 public:
  Waiting In(const TrayKey& tray) const;
  // What the tray has here with greater ids than `id`: the first of them,
  // `limit` at most, and how many there are.
  std::vector<Held> After(const TrayKey& tray, mail::MessageId id,
                          size_t limit) const;
  size_t CountAfter(const TrayKey& tray, mail::MessageId id) const;
  // Whether the tray has the message here.
  bool Holds(const TrayKey& tray, mail::MessageId id) const;
  std::optional<mail::MessageId> FindRequest(const RequestKey& request) const;

  // The rest is the writing thread's.

  // The first of all: what the file has not settled, which is all after
  // `settled`.
  void Restore(Sends sends, mail::MessageId settled, mail::MessageId newest);
  // Sends that are committed, the newest of all being `newest`.
  void Publish(Sends sends, mail::MessageId newest);

  // The newest committed send.
  mail::MessageId newest() const { return newest_; }
  // Sends that are to be settled; null where Freeze has not been called since
  // the last Drop.
  const Sends* frozen() const { return frozen_.get(); }
  // Those that came after.
  const Sends& fresh() const { return fresh_; }
  // The newest send in frozen().
  mail::MessageId last_frozen() const { return last_frozen_; }

  // From now on all that is here is frozen. There is no frozen() yet.
  void Freeze();
  // Forgets frozen(), which is settled.
  void DropFrozen();
  // Forgets everything, which is settled.
  void DropAll();

 private:
  // With the lock.
  std::vector<Held> Copy(const TrayKey& tray, mail::MessageId id,
                         size_t limit) const;

  // Up to it nothing is here that the file has not settled. Most that is asked
  // for is older, and needs no look at the trays.
  std::atomic<mail::MessageId> settled_ = 0;

  mutable std::mutex mutex_;  // for changes, and for reads by other threads
  std::unique_ptr<const Sends> frozen_;
  Sends fresh_;
  mail::MessageId newest_ = 0;
  mail::MessageId last_frozen_ = 0;
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_TAIL_H_
