// How a SQLite store writes accounts, logins and access tokens.
#include <algorithm>
#include <utility>

#include "tmserver/store/answers.h"
#include "tmserver/store/sqlite_codec.h"
#include "tmserver/store/sqlite_reads.h"
#include "tmserver/store/sqlite_writer.h"

namespace turbo::store {

using mail::Nothing;
using mail::Result;
using mail::Time;
using mail::UserId;
using sqlite::Blob;

Result<UserId> SqliteWriter::CreateAccount(const mail::NewAccount& op) {
  if (FindAccount(db_, op.user)) return UserExists(op.user);
  if (IsRetired(op.user)) return NameRetired(op.user);
  if (!op.invite_hash.empty() && !UseInvite(op.invite_hash, op.now)) {
    return InviteNotGood();
  }
  const UserId id =
      db_.FindInt(
             "INSERT INTO users (name, password_hash, role, created_at)"
             " VALUES (?, ?, ?, ?) RETURNING id",
             op.user, op.password_hash, ToColumn(op.role), ToColumn(op.now))
          .value();
  if (!op.token_hash.empty()) Login(id, op.token_hash, op.now);
  return id;
}

Result<Nothing> SqliteWriter::OpenSession(const mail::NewSession& op) {
  if (!HasPassword(op.user, op.password_hash)) return PasswordChanged();
  if (const auto user = DisabledName(op.user)) return AccountDisabled(*user);
  Login(op.user, op.token_hash, op.now);
  return Nothing();
}

Nothing SqliteWriter::RenewSession(const std::string& token_hash, Time now) {
  db_.Run("UPDATE sessions SET used_at = ? WHERE token_hash = ?", ToColumn(now),
          Blob{token_hash});
  return {};
}

Nothing SqliteWriter::EndSession(const std::string& token_hash) {
  db_.Run("DELETE FROM sessions WHERE token_hash = ?", Blob{token_hash});
  return {};
}

Result<Nothing> SqliteWriter::ChangePassword(const mail::PasswordChange& op) {
  if (!HasPassword(op.user, op.old_hash)) return PasswordChanged();
  db_.Run("UPDATE users SET password_hash = ? WHERE id = ?", op.new_hash,
          op.user);
  return Nothing();
}

bool SqliteWriter::HasPassword(UserId user, const std::string& hash) {
  return db_
      .FindInt("SELECT 1 FROM users WHERE id = ? AND password_hash = ?", user,
               hash)
      .has_value();
}

// Replaces both the user's login and, should a token come twice, its holder's.
void SqliteWriter::Login(UserId user, const std::string& token_hash, Time now) {
  db_.Run(
      "INSERT OR REPLACE INTO sessions (user_id, token_hash, created_at, "
      "used_at)"
      " VALUES (?, ?, ?, ?)",
      user, Blob{token_hash}, ToColumn(now), ToColumn(now));
}

Result<mail::AccessToken> SqliteWriter::CreateAccessToken(
    const mail::NewAccessToken& op) {
  if (!IsThere(op.user)) return AccountGone();
  const int64_t now = ToColumn(op.now);
  if (db_.FindInt("SELECT 1 FROM access_tokens WHERE user_id = ? AND name = ?"
                  " AND (expires_at IS NULL OR expires_at > ?)",
                  op.user, op.name, now)) {
    return TokenExists(op.name);
  }
  const auto living = db_.FindInt(
      "SELECT count(*) FROM access_tokens WHERE user_id = ?"
      " AND (expires_at IS NULL OR expires_at > ?)",
      op.user, now);
  const auto limit = static_cast<int64_t>(op.limit);
  if (living.value() >= limit) return TooManyTokens(op.limit);
  ForgetExpiredTokens(op);
  const auto id = db_.FindInt(
      "INSERT INTO access_tokens (user_id, name, scope, life, expires_at)"
      " VALUES (?, ?, ?, ?, ?) RETURNING id",
      op.user, op.name, ToColumn(op.scope), ToColumn(op.life),
      ToColumn(op.expires_at));
  AddSecret(id.value(), op.secret_hash);
  return TokenOf(op.secret_hash);
}

// The one of the new token's name, and where there is no room left all.
void SqliteWriter::ForgetExpiredTokens(const mail::NewAccessToken& op) {
  const auto all = db_.FindInt(
      "SELECT count(*) FROM access_tokens WHERE user_id = ?", op.user);
  const int full = all.value() >= static_cast<int64_t>(op.limit) ? 1 : 0;
  const int64_t now = ToColumn(op.now);
  db_.Run(
      "DELETE FROM token_secrets WHERE token_id IN"
      " (SELECT id FROM access_tokens WHERE user_id = ? AND expires_at <= ?"
      " AND (? OR name = ?))",
      op.user, now, full, op.name);
  db_.Run(
      "DELETE FROM access_tokens WHERE user_id = ? AND expires_at <= ?"
      " AND (? OR name = ?)",
      op.user, now, full, op.name);
}

Result<mail::AccessToken> SqliteWriter::RotateAccessToken(
    const mail::TokenRotation& op) {
  constexpr sqlite::Sql kBy =
      "SELECT 1 FROM token_secrets WHERE secret_hash = ? AND token_id = ?"
      " AND (ends_at IS NULL OR ends_at > ?)";
  constexpr sqlite::Sql kLiving =
      "SELECT count(*) FROM token_secrets WHERE token_id = ?"
      " AND (ends_at IS NULL OR ends_at > ?)";
  const std::optional<int64_t> id = FindTokenId(op.user, op.name);
  if (!id) return TokenNotFound(op.name);
  const int64_t now = ToColumn(op.now);
  if (!op.by.empty() && !db_.FindInt(kBy, Blob{op.by}, *id, now)) {
    return SecretReplaced();
  }
  const Time end = EndOfEarlier(
      op, ToTime(db_.FindInt(
              "SELECT expires_at FROM access_tokens WHERE id = ?", *id)));
  const auto limit = static_cast<int64_t>(op.limit);
  if (end > op.now && db_.FindInt(kLiving, *id, now).value() >= limit) {
    return TooManySecrets(op.name);
  }
  EndEarlierSecrets(op, *id, end);
  AddSecret(*id, op.secret_hash);
  db_.Run(
      "UPDATE access_tokens SET expires_at = ? + life"
      " WHERE id = ? AND life IS NOT NULL",
      now, *id);
  return TokenOf(op.secret_hash);
}

Result<mail::AccessToken> SqliteWriter::RevokeAccessToken(
    UserId user, const std::string& name) {
  const std::optional<int64_t> id = FindTokenId(user, name);
  if (!id) return TokenNotFound(name);
  std::vector<mail::AccessToken> tokens = ListAccessTokens(db_, user);
  const auto token =
      std::find_if(tokens.begin(), tokens.end(),
                   [&](const auto& each) { return each.name == name; });
  db_.Run("DELETE FROM token_secrets WHERE token_id = ?", *id);
  db_.Run("DELETE FROM access_tokens WHERE id = ?", *id);
  return std::move(*token);
}

Nothing SqliteWriter::UseAccessToken(const std::string& secret_hash, Time now) {
  db_.Run(
      "UPDATE access_tokens SET used_at = ? WHERE id ="
      " (SELECT token_id FROM token_secrets WHERE secret_hash = ?)",
      ToColumn(now), Blob{secret_hash});
  return {};
}

std::optional<int64_t> SqliteWriter::FindTokenId(UserId user,
                                                 const std::string& name) {
  return db_.FindInt(
      "SELECT id FROM access_tokens WHERE user_id = ? AND name = ?", user,
      name);
}

void SqliteWriter::AddSecret(int64_t token, const std::string& secret_hash) {
  db_.Run("INSERT INTO token_secrets (secret_hash, token_id) VALUES (?, ?)",
          Blob{secret_hash}, token);
}

void SqliteWriter::EndEarlierSecrets(const mail::TokenRotation& op,
                                     int64_t token, Time end) {
  db_.Run(
      "UPDATE token_secrets SET ends_at ="
      " CASE WHEN ends_at IS NULL OR secret_hash = ?1 THEN ?2"
      " ELSE min(ends_at, ?2) END WHERE token_id = ?3",
      Blob{op.by}, ToColumn(end), token);
  db_.Run("DELETE FROM token_secrets WHERE token_id = ? AND ends_at <= ?",
          token, ToColumn(op.now));
}

mail::AccessToken SqliteWriter::TokenOf(const std::string& secret_hash) {
  return FindAccessToken(db_, secret_hash).value();
}

}  // namespace turbo::store
