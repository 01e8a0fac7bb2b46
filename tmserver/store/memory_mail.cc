// The messages and trays of the store in memory.
#include <algorithm>
#include <set>

#include "tmserver/mail/draft.h"
#include "tmserver/store/memory_store.h"

namespace turbo::store {

using mail::Box;
using mail::Changed;
using mail::Error;
using mail::MessageId;
using mail::Result;
using mail::Sent;
using mail::Time;
using mail::UserId;

Result<Sent> MemoryStore::Send(const mail::Delivery& op) {
  if (!accounts_.contains(op.sender)) return AccountGone();
  auto earlier = Recall({op.sender, op.request_id, op.digest, op.once});
  if (!earlier) return tl::unexpected<Error>(std::move(earlier.error()));
  if (*earlier) return **earlier;
  if (auto refusal = FindRefusal(op)) return *std::move(refusal);
  Sent sent{0, op.now, op.draft.to, false};
  if (op.validate_only) return sent;

  sent.id = ++newest_;
  const mail::Draft& draft = op.draft;
  Record& record = register_[sent.id];
  record.entry = {sent.id, op.from, draft.to, op.now,
                  static_cast<int64_t>(mail::SizeOf(draft))};
  record.sender = op.sender;
  if (!op.request_id.empty()) {
    record.request_id = op.request_id;
    requests_[{op.sender, op.request_id}] = sent.id;
  }
  record.digest = op.digest;
  record.expires_at = op.expires_at;
  record.content = draft;
  if (draft.keep_copy) Hold(op.sender, Box::kOutbox, sent.id);
  for (const std::string& user : draft.to) {
    record.recipients.push_back(names_.at(user));
    Hold(record.recipients.back(), Box::kInbox, sent.id);
  }
  return sent;
}

Changed MemoryStore::MarkAll(const mail::MarkRead& op) {
  Changed changed;
  std::set<MessageId> seen;
  Tray& tray = trays_[{op.user, Box::kInbox}];
  for (const MessageId id : op.ids) {
    if (!seen.insert(id).second) continue;
    if (!IsThere(tray, id, op.now)) {
      changed.missing.push_back(id);
      continue;
    }
    Held& held = tray.at(id);
    if (held.read_at.has_value() != op.read) {
      changed.ids.push_back(id);
      held.read_at = op.read ? std::optional(op.now) : std::nullopt;
      if (op.read) register_.at(id).receipts.try_emplace(op.user, op.now);
    }
  }
  return changed;
}

Changed MemoryStore::RemoveAll(const mail::Removal& op) {
  Changed changed;
  std::set<MessageId> seen;
  for (const MessageId id : op.ids) {
    if (!seen.insert(id).second) continue;
    if (IsThere(TrayOf(op.user, op.box), id, op.now)) {
      Take(op.user, op.box, id);
      changed.ids.push_back(id);
    } else {
      changed.missing.push_back(id);
    }
  }
  return changed;
}

size_t MemoryStore::ExpireSome(Time now, size_t limit) {
  std::vector<MessageId> expired;
  for (const auto& [id, record] : register_) {
    if (expired.size() < limit && HasExpired(id, now)) expired.push_back(id);
  }
  for (const MessageId id : expired) {
    const Record record = register_.at(id);
    Take(record.sender, Box::kOutbox, id);
    for (const UserId user : record.recipients) Take(user, Box::kInbox, id);
  }
  return expired.size();
}

size_t MemoryStore::ForgetRequests(Time before, size_t limit) {
  const auto old = Oldest(before, limit, [](const Record& record) {
    return record.request_id.has_value();
  });
  for (const MessageId id : old) {
    Record& record = register_.at(id);
    requests_.erase({record.sender, *record.request_id});
    record.request_id.reset();
  }
  return old.size();
}

size_t MemoryStore::ForgetEntries(Time before, size_t limit) {
  const auto old = Oldest(before, limit, [](const Record& record) {
    return record.holders == 0 && !record.request_id;
  });
  for (const MessageId id : old) register_.erase(id);
  return old.size();
}

template <class Which>
std::vector<MessageId> MemoryStore::Oldest(Time before, size_t limit,
                                           Which which) const {
  std::set<std::pair<Time, MessageId>> found;
  for (const auto& [id, record] : register_) {
    if (record.entry.sent_at < before && which(record)) {
      found.emplace(record.entry.sent_at, id);
    }
  }
  std::vector<MessageId> ids;
  for (const auto& [sent_at, id] : found) {
    if (ids.size() < limit) ids.push_back(id);
  }
  return ids;
}

Result<std::optional<Sent>> MemoryStore::Recall(
    const mail::RequestQuery& query) const {
  const auto known = requests_.find({query.sender, query.request_id});
  if (known == requests_.end()) return std::nullopt;
  const Record& record = register_.at(known->second);
  return AnswerAgain(
             query,
             {known->second, record.entry.sent_at, record.entry.to, false},
             record.digest)
      .map([](Sent sent) { return std::optional(std::move(sent)); });
}

std::optional<Refusal> MemoryStore::FindRefusal(
    const mail::Delivery& op) const {
  std::vector<std::string> unknown;
  std::vector<std::string> full;
  for (const std::string& user : op.draft.to) {
    const auto id = names_.find(user);
    if (id == names_.end()) {
      unknown.push_back(user);
    } else if (IsFull(id->second, Box::kInbox, op)) {
      full.push_back(user);
    }
  }
  if (!unknown.empty()) return UnknownRecipients(std::move(unknown));
  const auto& reply = op.draft.in_reply_to;
  if (reply && !MayReplyTo(*reply, op)) return NotToReplyTo(*reply);
  if (op.draft.keep_copy && IsFull(op.sender, Box::kOutbox, op)) {
    return OutboxFull(op, CapacityOf(op.sender, op));
  }
  if (!full.empty()) return InboxesFull(std::move(full));
  return std::nullopt;
}

bool MemoryStore::IsFull(UserId user, Box box, const mail::Delivery& op) const {
  const size_t capacity = CapacityOf(user, op);
  if (capacity == 0) return false;
  const Tray& tray = TrayOf(user, box);
  const auto there = std::count_if(
      tray.begin(), tray.end(),
      [&](const auto& held) { return !HasExpired(held.first, op.now); });
  return static_cast<size_t>(there) >= capacity;
}

bool MemoryStore::MayReplyTo(MessageId id, const mail::Delivery& op) const {
  const auto found = register_.find(id);
  return found != register_.end() && IsParty(op, found->second.entry);
}

bool MemoryStore::IsThere(const Tray& tray, MessageId id, Time now) const {
  return tray.contains(id) && !HasExpired(id, now);
}

bool MemoryStore::HasExpired(MessageId id, Time now) const {
  const auto& expires_at = register_.at(id).expires_at;
  return expires_at && *expires_at <= now;
}

void MemoryStore::Hold(UserId user, Box box, MessageId id) {
  trays_[{user, box}][id];
  ++register_.at(id).holders;
}

bool MemoryStore::Take(UserId user, Box box, MessageId id) {
  if (trays_[{user, box}].erase(id) == 0) return false;
  Record& record = register_.at(id);
  if (--record.holders == 0) {
    record.content = {};
    record.receipts.clear();
    record.expires_at.reset();
  }
  return true;
}

}  // namespace turbo::store
