// The accounts and logins of the store in memory.
#include "tmserver/store/memory_store.h"

namespace turbo::store {

using mail::Nothing;
using mail::Result;
using mail::Time;
using mail::UserId;

Result<UserId> MemoryStore::Create(const mail::NewAccount& op) {
  if (names_.contains(op.user)) return UserExists(op.user);
  const UserId id = static_cast<UserId>(accounts_.size()) + 1;
  accounts_[id] = {id, op.user, op.password_hash};
  names_[op.user] = id;
  Login(id, op.token_hash, op.now);
  return id;
}

Result<Nothing> MemoryStore::Open(const mail::NewSession& op) {
  if (!HasPassword(op.user, op.password_hash)) return PasswordChanged();
  Login(op.user, op.token_hash, op.now);
  return Nothing();
}

bool MemoryStore::HasPassword(UserId user, const std::string& hash) const {
  const auto account = accounts_.find(user);
  return account != accounts_.end() && account->second.password_hash == hash;
}

void MemoryStore::Login(UserId user, const std::string& token_hash, Time now) {
  std::erase_if(tokens_,
                [&](const auto& token) { return token.second == user; });
  const auto holder = tokens_.find(token_hash);
  if (holder != tokens_.end()) sessions_.erase(holder->second);
  tokens_[token_hash] = user;
  sessions_[user] = {user, accounts_.at(user).user, now, now};
}

}  // namespace turbo::store
