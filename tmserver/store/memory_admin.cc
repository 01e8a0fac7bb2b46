// How the store in memory is administered.
#include <algorithm>

#include "tmserver/store/memory_store.h"

namespace turbo::store {

using mail::Account;
using mail::Invite;
using mail::Nothing;
using mail::Result;
using mail::Time;
using mail::UserId;

Result<std::vector<Account>> MemoryStore::ListAccounts(const std::string& after,
                                                       size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<Account> accounts;
  for (auto it = names_.upper_bound(after);
       it != names_.end() && accounts.size() < limit; ++it) {
    accounts.push_back(accounts_.at(it->second));
  }
  return accounts;
}

Result<std::vector<mail::Session>> MemoryStore::ListSessions(UserId after,
                                                             size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<mail::Session> sessions;
  for (auto it = sessions_.upper_bound(after);
       it != sessions_.end() && sessions.size() < limit; ++it) {
    const Account& account = accounts_.at(it->first);
    if (account.disabled) continue;
    sessions.push_back(it->second);
    sessions.back().role = account.role;
  }
  return sessions;
}

Result<std::optional<Invite>> MemoryStore::FindInvite(
    const std::string& code_hash, Time now) {
  const std::lock_guard lock(mutex_);
  const StoredInvite* found = InviteOf(code_hash, now);
  return found ? std::optional(found->invite) : std::nullopt;
}

Result<std::vector<Invite>> MemoryStore::ListInvites(Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<Invite> invites;
  for (const auto& [id, stored] : invites_) {
    if (stored.invite.expires_at > now) invites.push_back(stored.invite);
  }
  return invites;
}

Result<mail::Totals> MemoryStore::GetTotals() {
  const std::lock_guard lock(mutex_);
  return mail::Totals{static_cast<int64_t>(accounts_.size()),
                      static_cast<int64_t>(sessions_.size()), newest_,
                      static_cast<int64_t>(register_.size()), 0};
}

Result<Account> MemoryStore::Change(const mail::AccountChange& op) {
  const auto found = names_.find(op.user);
  if (found == names_.end()) return UserNotFound(op.user);
  Account& account = accounts_.at(found->second);
  if (op.role) account.role = *op.role;
  if (op.tray_capacity) account.tray_capacity = *op.tray_capacity;
  if (op.password_hash) account.password_hash = *op.password_hash;
  if (op.disabled) account.disabled = *op.disabled;
  if (op.password_hash || op.disabled == false) EndLogin(account.id);
  return account;
}

Result<Nothing> MemoryStore::Delete(const mail::Deletion& op) {
  const auto found = names_.find(op.user);
  if (found == names_.end()) {
    if (!op.free_name || retired_names_.erase(op.user) == 0) {
      return UserNotFound(op.user);
    }
    return Nothing();
  }
  const UserId id = found->second;
  EndLogin(id);
  RevokeAll(id);
  for (const mail::Box box : {mail::Box::kInbox, mail::Box::kOutbox}) {
    const Tray held = TrayOf(id, box);
    for (const auto& [message, mark] : held) Take(id, box, message);
  }
  accounts_.erase(id);
  names_.erase(found);
  if (!op.free_name) retired_names_.insert(op.user);
  return Nothing();
}

Result<mail::Ended> MemoryStore::EndAll(const std::string& user, bool tokens) {
  const auto found = names_.find(user);
  if (found == names_.end()) return UserNotFound(user);
  mail::Ended ended;
  ended.login = sessions_.contains(found->second);
  EndLogin(found->second);
  if (tokens) ended.tokens = RevokeAll(found->second);
  return ended;
}

Result<Invite> MemoryStore::Add(const mail::NewInvite& op) {
  std::erase_if(invites_, [&](const auto& stored) {
    return stored.second.invite.expires_at <= op.now;
  });
  if (invites_.size() >= op.limit) return TooManyInvites(op.limit);
  const Invite invite{++newest_invite_, op.uses, op.created_by, op.now,
                      op.expires_at};
  invites_[invite.id] = {op.code_hash, invite};
  return invite;
}

Result<Invite> MemoryStore::Take(int64_t id, Time now) {
  const auto found = invites_.find(id);
  if (found == invites_.end() || found->second.invite.expires_at <= now) {
    return InviteNotFound(id);
  }
  const Invite invite = found->second.invite;
  invites_.erase(found);
  return invite;
}

MemoryStore::StoredInvite* MemoryStore::InviteOf(const std::string& code_hash,
                                                 Time now) {
  for (auto& [id, stored] : invites_) {
    if (stored.code_hash == code_hash && stored.invite.expires_at > now) {
      return &stored;
    }
  }
  return nullptr;
}

void MemoryStore::EndLogin(UserId user) {
  sessions_.erase(user);
  std::erase_if(tokens_,
                [&](const auto& token) { return token.second == user; });
}

size_t MemoryStore::RevokeAll(UserId user) {
  std::erase_if(secrets_, [&](const auto& secret) {
    return secret.second.token.first == user;
  });
  return std::erase_if(access_tokens_, [&](const auto& token) {
    return token.first.first == user;
  });
}

size_t MemoryStore::CapacityOf(UserId user, const mail::Delivery& op) const {
  return accounts_.at(user).tray_capacity.value_or(op.capacity);
}

void MemoryStore::ChangeAccount(mail::AccountChange op,
                                mail::Done<Account> done) {
  Apply<Account>([this, op = std::move(op)] { return Change(op); },
                 std::move(done));
}

void MemoryStore::DeleteAccount(mail::Deletion op, mail::Done<Nothing> done) {
  Apply<Nothing>([this, op = std::move(op)] { return Delete(op); },
                 std::move(done));
}

// A deletion leaves nothing to be let go of.
void MemoryStore::Purge(size_t, mail::Done<size_t> done) {
  Apply<size_t>([] { return size_t{0}; }, std::move(done));
}

void MemoryStore::EndSessions(std::string user, bool tokens,
                              mail::Done<mail::Ended> done) {
  Apply<mail::Ended>(
      [this, user = std::move(user), tokens] { return EndAll(user, tokens); },
      std::move(done));
}

void MemoryStore::CreateInvite(mail::NewInvite op, mail::Done<Invite> done) {
  Apply<Invite>([this, op = std::move(op)] { return Add(op); },
                std::move(done));
}

void MemoryStore::RevokeInvite(int64_t id, Time now, mail::Done<Invite> done) {
  Apply<Invite>([this, id, now] { return Take(id, now); }, std::move(done));
}

}  // namespace turbo::store
