// How a SQLite store writes accounts and logins.
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
  const UserId id = db_.FindInt(
                           "INSERT INTO users (name, password_hash) VALUES (?, "
                           "?) RETURNING id",
                           op.user, op.password_hash)
                        .value();
  Login(id, op.token_hash, op.now);
  return id;
}

Result<Nothing> SqliteWriter::OpenSession(const mail::NewSession& op) {
  if (!HasPassword(op.user, op.password_hash)) return PasswordChanged();
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

}  // namespace turbo::store
