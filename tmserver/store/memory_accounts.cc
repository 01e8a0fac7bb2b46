// The accounts, logins and access tokens of the store in memory.
#include <algorithm>

#include "tmserver/store/memory_store.h"

namespace turbo::store {
namespace {

bool IsOver(const mail::AccessToken& token, mail::Time now) {
  return token.expires_at && *token.expires_at <= now;
}

}  // namespace

using mail::Nothing;
using mail::Result;
using mail::Time;
using mail::UserId;

Result<UserId> MemoryStore::Create(const mail::NewAccount& op) {
  if (names_.contains(op.user)) return UserExists(op.user);
  if (retired_names_.contains(op.user)) return NameRetired(op.user);
  StoredInvite* invite = nullptr;
  if (!op.invite_hash.empty()) {
    invite = InviteOf(op.invite_hash, op.now);
    if (!invite) return InviteNotGood();
  }
  if (invite && --invite->invite.uses == 0) invites_.erase(invite->invite.id);
  const UserId id = ++newest_account_;
  accounts_[id] = {id,           op.user, op.password_hash, op.role, false,
                   std::nullopt, op.now};
  names_[op.user] = id;
  if (!op.token_hash.empty()) Login(id, op.token_hash, op.now);
  return id;
}

Result<Nothing> MemoryStore::Open(const mail::NewSession& op) {
  if (!HasPassword(op.user, op.password_hash)) return PasswordChanged();
  const mail::Account& account = accounts_.at(op.user);
  if (account.disabled) return AccountDisabled(account.user);
  Login(op.user, op.token_hash, op.now);
  return Nothing();
}

bool MemoryStore::HasPassword(UserId user, const std::string& hash) const {
  const auto account = accounts_.find(user);
  return account != accounts_.end() && account->second.password_hash == hash;
}

void MemoryStore::Login(UserId user, const std::string& token_hash, Time now) {
  EndLogin(user);
  const auto holder = tokens_.find(token_hash);
  if (holder != tokens_.end()) sessions_.erase(holder->second);
  tokens_[token_hash] = user;
  sessions_[user] = {user, accounts_.at(user).user, now, now};
}

mail::AccessToken MemoryStore::Complete(mail::AccessToken token) const {
  const mail::Account& account = accounts_.at(token.user_id);
  token.role = account.role;
  token.disabled = account.disabled;
  return token;
}

Result<mail::AccessToken> MemoryStore::Make(const mail::NewAccessToken& op) {
  if (!accounts_.contains(op.user)) return AccountGone();
  std::vector<TokenKey> expired;
  size_t living = 0;
  for (const auto& [key, token] : access_tokens_) {
    if (key.first != op.user) continue;
    if (IsOver(token, op.now)) {
      expired.push_back(key);
    } else if (key.second == op.name) {
      return TokenExists(op.name);
    } else {
      ++living;
    }
  }
  if (living >= op.limit) return TooManyTokens(op.limit);
  const bool full = living + expired.size() >= op.limit;
  for (const TokenKey& key : expired) {
    if (full || key.second == op.name) Revoke(key).value();
  }
  const TokenKey key(op.user, op.name);
  secrets_[op.secret_hash] = {key, std::nullopt};
  return Complete(access_tokens_[key] = {
                      op.user, accounts_.at(op.user).user, op.name, op.scope,
                      op.life, op.expires_at, std::nullopt, std::nullopt});
}

Result<mail::AccessToken> MemoryStore::Rotate(const mail::TokenRotation& op) {
  const TokenKey key(op.user, op.name);
  const auto lives = [&](const Secret& secret) {
    return secret.token == key && (!secret.ends_at || *secret.ends_at > op.now);
  };
  const auto token = access_tokens_.find(key);
  if (token == access_tokens_.end()) return TokenNotFound(op.name);
  const auto by = secrets_.find(op.by);
  if (!op.by.empty() && (by == secrets_.end() || !lives(by->second))) {
    return SecretReplaced();
  }
  mail::AccessToken& renewed = token->second;
  const Time end = EndOfEarlier(op, renewed.expires_at);
  const auto living =
      std::count_if(secrets_.begin(), secrets_.end(),
                    [&](const auto& secret) { return lives(secret.second); });
  if (end > op.now && static_cast<size_t>(living) >= op.limit) {
    return TooManySecrets(op.name);
  }
  EndEarlierSecrets(op, end);
  secrets_[op.secret_hash] = {key, std::nullopt};
  if (renewed.life) renewed.expires_at = op.now + *renewed.life;
  return Complete(renewed);
}

void MemoryStore::EndEarlierSecrets(const mail::TokenRotation& op, Time end) {
  const TokenKey key(op.user, op.name);
  for (auto& [hash, secret] : secrets_) {
    if (secret.token != key) continue;
    const bool granted = hash == op.by || !secret.ends_at;
    secret.ends_at = granted ? end : std::min(*secret.ends_at, end);
  }
  std::erase_if(secrets_, [&](const auto& secret) {
    return secret.second.token == key && secret.second.ends_at <= op.now;
  });
}

Result<mail::AccessToken> MemoryStore::Revoke(const TokenKey& key) {
  const auto found = access_tokens_.find(key);
  if (found == access_tokens_.end()) return TokenNotFound(key.second);
  std::erase_if(secrets_,
                [&](const auto& secret) { return secret.second.token == key; });
  mail::AccessToken token = std::move(found->second);
  access_tokens_.erase(found);
  return Complete(std::move(token));
}

}  // namespace turbo::store
