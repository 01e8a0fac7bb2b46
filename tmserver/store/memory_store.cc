#include "tmserver/store/memory_store.h"

#include <algorithm>
#include <set>

#include "tmserver/store/listing.h"

namespace turbo::store {
namespace {

using mail::Box;
using mail::Changed;
using mail::MessageId;
using mail::Nothing;
using mail::Result;
using mail::Sent;
using mail::Time;
using mail::UserId;

// Offers the messages of `tray` in the query's order until `offer` says no.
template <class Tray, class Offer>
void Walk(const Tray& tray, const mail::ListQuery& query, Offer offer) {
  if (query.order == mail::Order::kOldestFirst) {
    auto it = query.position ? tray.upper_bound(*query.position) : tray.begin();
    while (it != tray.end() && offer(*it)) ++it;
  } else {
    auto it = query.position ? tray.lower_bound(*query.position) : tray.end();
    while (it != tray.begin() && offer(*std::prev(it))) --it;
  }
}

}  // namespace

MemoryStore::MemoryStore(std::function<bool()> may_wait)
    : identity_(NewIdentity()),
      commits_(
          engine_, [](const std::string&) {}, std::move(may_wait)) {}

Result<std::optional<mail::Account>> MemoryStore::FindAccount(
    const std::string& user) {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(user);
  if (found == names_.end()) return std::nullopt;
  return accounts_.at(found->second);
}

Result<std::optional<mail::Session>> MemoryStore::FindSession(
    const std::string& token_hash) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(token_hash);
  if (found == tokens_.end()) return std::nullopt;
  const mail::Account& account = accounts_.at(found->second);
  mail::Session session = sessions_.at(found->second);
  session.role = account.role;
  session.disabled = account.disabled;
  return session;
}

Result<std::optional<mail::AccessToken>> MemoryStore::FindAccessToken(
    const std::string& secret_hash) {
  const std::lock_guard lock(mutex_);
  const auto secret = secrets_.find(secret_hash);
  if (secret == secrets_.end()) return std::nullopt;
  mail::AccessToken token = access_tokens_.at(secret->second.token);
  token.secret_ends_at = secret->second.ends_at;
  return Complete(std::move(token));
}

Result<std::vector<mail::AccessToken>> MemoryStore::ListAccessTokens(
    UserId user) {
  const std::lock_guard lock(mutex_);
  std::vector<mail::AccessToken> tokens;
  for (auto it = access_tokens_.lower_bound({user, ""});
       it != access_tokens_.end() && it->first.first == user; ++it) {
    tokens.push_back(Complete(it->second));
  }
  return tokens;
}

Result<mail::Page> MemoryStore::List(const mail::ListQuery& query) {
  const std::lock_guard lock(mutex_);
  mail::Page page;
  PageCutter cutter(query);
  Walk(TrayOf(query.user, query.box), query, [&](const auto& held) {
    if (HasExpired(held.first, query.now)) return true;
    mail::Message message = View(query.box, held);
    const std::string& body = register_.at(held.first).content.body;
    const auto verdict = cutter.Judge(message, body.size());
    if (verdict == PageCutter::Verdict::kTake) {
      if (query.with_body) message.body = body;
      page.messages.push_back(std::move(message));
    }
    return verdict != PageCutter::Verdict::kEnd;
  });
  page.next = cutter.Next();
  page.newest = newest_;
  return page;
}

Result<mail::Counted> MemoryStore::Count(const mail::CountQuery& query) {
  const std::lock_guard lock(mutex_);
  const mail::ListQuery all = AllOf(query);
  PageCutter cutter(all);
  Walk(TrayOf(query.user, query.box), all, [&](const auto& held) {
    return HasExpired(held.first, query.now) ||
           cutter.Judge(View(query.box, held), 0) != PageCutter::Verdict::kEnd;
  });
  return cutter.Count();
}

Result<std::optional<mail::Message>> MemoryStore::Get(
    const mail::MessageQuery& query) {
  const std::lock_guard lock(mutex_);
  const Tray& tray = TrayOf(query.user, query.box);
  if (!IsThere(tray, query.id, query.now)) return std::nullopt;
  mail::Message message = View(query.box, *tray.find(query.id));
  const mail::Draft& content = register_.at(query.id).content;
  message.body = content.body;
  for (size_t i = 0; i < content.attachments.size(); ++i) {
    if (content.attachments[i].name != query.attachment) continue;
    message.attachments[i].data = content.attachments[i].data;
  }
  return message;
}

Result<std::optional<Sent>> MemoryStore::FindRequest(
    const mail::RequestQuery& query) {
  const std::lock_guard lock(mutex_);
  return Recall(query);
}

Result<std::vector<mail::RegisterEntry>> MemoryStore::ReadRegister(
    MessageId after, size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<mail::RegisterEntry> entries;
  for (auto it = register_.upper_bound(after);
       it != register_.end() && entries.size() < limit; ++it) {
    entries.push_back(it->second.entry);
  }
  return entries;
}

void MemoryStore::CreateAccount(mail::NewAccount op, mail::Done<UserId> done) {
  Apply<UserId>([this, op = std::move(op)] { return Create(op); },
                std::move(done));
}

void MemoryStore::OpenSession(mail::NewSession op, mail::Done<Nothing> done) {
  Apply<Nothing>([this, op = std::move(op)] { return Open(op); },
                 std::move(done));
}

void MemoryStore::RenewSession(std::string token_hash, Time now,
                               mail::Done<Nothing> done) {
  Apply<Nothing>(
      [this, token_hash = std::move(token_hash), now] {
        const auto found = tokens_.find(token_hash);
        if (found != tokens_.end()) sessions_.at(found->second).used_at = now;
        return Nothing();
      },
      std::move(done));
}

void MemoryStore::EndSession(std::string token_hash, mail::Done<Nothing> done) {
  Apply<Nothing>(
      [this, token_hash = std::move(token_hash)] {
        const auto found = tokens_.find(token_hash);
        if (found != tokens_.end()) {
          sessions_.erase(found->second);
          tokens_.erase(found);
        }
        return Nothing();
      },
      std::move(done));
}

void MemoryStore::CreateAccessToken(mail::NewAccessToken op,
                                    mail::Done<mail::AccessToken> done) {
  Apply<mail::AccessToken>([this, op = std::move(op)] { return Make(op); },
                           std::move(done));
}

void MemoryStore::RotateAccessToken(mail::TokenRotation op,
                                    mail::Done<mail::AccessToken> done) {
  Apply<mail::AccessToken>([this, op = std::move(op)] { return Rotate(op); },
                           std::move(done));
}

void MemoryStore::RevokeAccessToken(UserId user, std::string name,
                                    mail::Done<mail::AccessToken> done) {
  Apply<mail::AccessToken>(
      [this, key = TokenKey(user, std::move(name))] { return Revoke(key); },
      std::move(done));
}

void MemoryStore::UseAccessToken(std::string secret_hash, Time now,
                                 mail::Done<Nothing> done) {
  Apply<Nothing>(
      [this, secret_hash = std::move(secret_hash), now] {
        const auto secret = secrets_.find(secret_hash);
        if (secret != secrets_.end()) {
          access_tokens_.at(secret->second.token).used_at = now;
        }
        return Nothing();
      },
      std::move(done));
}

void MemoryStore::ChangePassword(mail::PasswordChange op,
                                 mail::Done<Nothing> done) {
  Apply<Nothing>(
      [this, op = std::move(op)]() -> Result<Nothing> {
        if (!HasPassword(op.user, op.old_hash)) return PasswordChanged();
        accounts_.at(op.user).password_hash = op.new_hash;
        return Nothing();
      },
      std::move(done));
}

void MemoryStore::Deliver(mail::Delivery op, mail::Done<Sent> done) {
  Apply<Sent>([this, op = std::move(op)] { return Send(op); }, std::move(done));
}

void MemoryStore::Mark(mail::MarkRead op, mail::Done<Changed> done) {
  Apply<Changed>([this, op = std::move(op)] { return MarkAll(op); },
                 std::move(done));
}

void MemoryStore::Remove(mail::Removal op, mail::Done<Changed> done) {
  Apply<Changed>([this, op = std::move(op)] { return RemoveAll(op); },
                 std::move(done));
}

void MemoryStore::Expire(Time now, size_t limit, mail::Done<size_t> done) {
  Apply<size_t>([this, now, limit] { return ExpireSome(now, limit); },
                std::move(done));
}

void MemoryStore::Forget(Time requests, Time entries, size_t limit,
                         mail::Done<size_t> done) {
  Apply<size_t>(
      [this, requests, entries, limit] {
        const size_t forgotten = ForgetRequests(requests, limit);
        return forgotten + ForgetEntries(entries, limit);
      },
      std::move(done));
}

mail::Message MemoryStore::View(Box box, const Tray::value_type& held) const {
  const Record& record = register_.at(held.first);
  mail::Message message;
  message.id = held.first;
  message.box = box;
  message.from = record.entry.sender;
  message.subject = record.content.subject;
  message.labels = record.content.labels;
  message.attachments = record.content.attachments;
  for (mail::Attachment& attachment : message.attachments) {
    attachment.data.clear();
  }
  message.in_reply_to = record.content.in_reply_to;
  message.sent_at = record.entry.sent_at;
  message.expires_at = record.expires_at;
  for (size_t i = 0; i < record.recipients.size(); ++i) {
    message.recipients.push_back({record.entry.to[i], std::nullopt});
    const auto receipt = record.receipts.find(record.recipients[i]);
    if (box == Box::kOutbox && receipt != record.receipts.end()) {
      message.recipients.back().read_at = receipt->second;
    }
  }
  message.read_at =
      box == Box::kInbox ? held.second.read_at : ReadByAll(message.recipients);
  return message;
}

const MemoryStore::Tray& MemoryStore::TrayOf(UserId user, Box box) const {
  static const Tray kEmpty;
  const auto found = trays_.find({user, box});
  return found == trays_.end() ? kEmpty : found->second;
}

}  // namespace turbo::store
