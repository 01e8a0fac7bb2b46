// How a SQLite store is administered.
#include <tuple>
#include <utility>
#include <vector>

#include "tmserver/store/answers.h"
#include "tmserver/store/sqlite_codec.h"
#include "tmserver/store/sqlite_reads.h"
#include "tmserver/store/sqlite_writer.h"

namespace turbo::store {
namespace {

using mail::Account;
using mail::Invite;
using mail::Nothing;
using mail::Result;
using mail::Time;
using mail::UserId;
using sqlite::Blob;
using sqlite::Connection;
using sqlite::Query;

// From a row of id, uses, created_by, created_at, expires_at.
Invite ToInvite(const Query& row) {
  return {row.Int(0), row.Int(1), row.Text(2), ToTime(row.Int(3)),
          ToTime(row.Int(4))};
}

}  // namespace

Account ToAccount(const Query& row) {
  Account account{row.Int(0), row.Text(1), row.Text(2), ToRole(row.Int(3)),
                  row.Int(4) != 0};
  if (const auto capacity = row.OptionalInt(5)) {
    account.tray_capacity = static_cast<size_t>(*capacity);
  }
  account.created_at = ToTime(row.OptionalInt(6));
  return account;
}

mail::Session ToSession(const Query& row) {
  return {row.Int(0),         row.Text(1),        ToTime(row.Int(2)),
          ToTime(row.Int(3)), ToRole(row.Int(4)), row.Int(5) != 0};
}

std::vector<Account> ListAccounts(Connection& db, const std::string& after,
                                  size_t limit) {
  Query row = db.Start(R"sql(
SELECT id, name, password_hash, role, disabled, tray_capacity, created_at
  FROM users WHERE name > ? AND deleted_at IS NULL ORDER BY name LIMIT ?)sql",
                       after, ToLimit(limit));
  std::vector<Account> accounts;
  while (row.Step()) accounts.push_back(ToAccount(row));
  return accounts;
}

std::vector<mail::Session> ListSessions(Connection& db, UserId after,
                                        size_t limit) {
  Query row = db.Start(R"sql(
SELECT s.user_id, u.name, s.created_at, s.used_at, u.role, u.disabled
  FROM sessions s CROSS JOIN users u ON u.id = s.user_id
 WHERE s.user_id > ? AND NOT u.disabled ORDER BY s.user_id LIMIT ?)sql",
                       after, ToLimit(limit));
  std::vector<mail::Session> sessions;
  while (row.Step()) sessions.push_back(ToSession(row));
  return sessions;
}

std::optional<Invite> FindInvite(Connection& db, const std::string& code_hash,
                                 Time now) {
  Query row = db.Start(R"sql(
SELECT id, uses, created_by, created_at, expires_at
  FROM invites WHERE code_hash = ? AND expires_at > ?)sql",
                       Blob{code_hash}, ToColumn(now));
  return row.Step() ? std::optional(ToInvite(row)) : std::nullopt;
}

std::vector<Invite> ListInvites(Connection& db, Time now) {
  Query row = db.Start(R"sql(
SELECT id, uses, created_by, created_at, expires_at
  FROM invites WHERE expires_at > ? ORDER BY id)sql",
                       ToColumn(now));
  std::vector<Invite> invites;
  while (row.Step()) invites.push_back(ToInvite(row));
  return invites;
}

// SQLite counts a whole table by its pages, not its rows; messages, which may
// be many more, are known from ids.
mail::Totals GetTotals(Connection& db) {
  const auto number = [&](sqlite::Sql sql) {
    return db.FindInt(sql).value_or(0);
  };
  mail::Totals totals;
  totals.users = number("SELECT count(*) FROM users") -
                 number(
                     "SELECT count(*) FROM users"
                     " WHERE deleted_at IS NOT NULL");
  totals.sessions = number("SELECT count(*) FROM sessions");
  totals.newest = NewestId(db);
  totals.register_entries =
      totals.newest -
      number("SELECT value FROM meta WHERE key = 'forgotten_entries'");
  totals.bytes = number("PRAGMA page_count") * number("PRAGMA page_size");
  return totals;
}

Result<Account> SqliteWriter::ChangeAccount(const mail::AccountChange& op) {
  const auto found = FindAccount(db_, op.user);
  if (!found) return UserNotFound(op.user);
  const UserId id = found->id;
  if (op.role) {
    db_.Run("UPDATE users SET role = ? WHERE id = ?", ToColumn(*op.role), id);
  }
  if (op.tray_capacity) {
    std::optional<int64_t> capacity;
    if (*op.tray_capacity) capacity = static_cast<int64_t>(**op.tray_capacity);
    db_.Run("UPDATE users SET tray_capacity = ? WHERE id = ?", capacity, id);
    parties_.ForgetAll();
  }
  if (op.password_hash) {
    db_.Run("UPDATE users SET password_hash = ? WHERE id = ?",
            *op.password_hash, id);
  }
  if (op.disabled) {
    db_.Run("UPDATE users SET disabled = ? WHERE id = ?",
            int64_t{*op.disabled ? 1 : 0}, id);
  }
  if (op.password_hash || op.disabled == false) EndLogin(id);
  return FindAccount(db_, op.user).value();
}

Result<Nothing> SqliteWriter::DeleteAccount(const mail::Deletion& op) {
  const auto found = FindAccount(db_, op.user);
  if (!found && !(op.free_name && IsRetired(op.user))) {
    return UserNotFound(op.user);
  }
  // What waits is found by name after a crash: it must not be a newcomer's.
  if (op.free_name) SettleAll();
  if (!found) {
    db_.Run("DELETE FROM retired_names WHERE name = ?", op.user);
    return Nothing();
  }
  EndLogin(found->id);
  RevokeAll(found->id);
  EmptyTrays(found->id);
  db_.Run(
      "UPDATE users SET name = name || '#' || id, password_hash = '', role = 0,"
      " deleted_at = ? WHERE id = ?",
      ToColumn(op.now), found->id);
  parties_.ForgetAll();
  if (!op.free_name) {
    db_.Run("INSERT INTO retired_names (name) VALUES (?)", op.user);
  }
  return Nothing();
}

// A tray whose count is 0 shows no entry, whatever is left of them.
void SqliteWriter::EmptyTrays(UserId user) {
  for (const mail::Box box : {mail::Box::kInbox, mail::Box::kOutbox}) {
    SettleTray(user, box);
    changed_.push_back({user, box});
  }
  db_.Run("UPDATE trays SET count = 0 WHERE user_id = ?", user);
  may_purge_ = true;
  has_leftovers_ = true;
}

size_t SqliteWriter::Purge(size_t limit) {
  if (!may_purge_) return 0;
  std::vector<std::tuple<UserId, int64_t, mail::MessageId>> left;
  {
    Query row = db_.Start(R"sql(
SELECT e.user_id, e.box, e.message_id
  FROM users u CROSS JOIN entries e ON e.user_id = u.id
 WHERE u.deleted_at IS NOT NULL LIMIT ?)sql",
                          ToLimit(limit));
    while (row.Step()) left.emplace_back(row.Int(0), row.Int(1), row.Int(2));
  }
  for (const auto& [user, box, id] : left) {
    db_.Run(
        "DELETE FROM entries WHERE user_id = ? AND box = ? AND message_id = ?",
        user, box, id);
    Release(id);
  }
  may_purge_ = !left.empty();
  return left.size();
}

Result<mail::Ended> SqliteWriter::EndSessions(const std::string& user,
                                              bool tokens) {
  const auto found = FindAccount(db_, user);
  if (!found) return UserNotFound(user);
  mail::Ended ended;
  ended.login = EndLogin(found->id);
  if (tokens) ended.tokens = RevokeAll(found->id);
  return ended;
}

Result<Invite> SqliteWriter::CreateInvite(const mail::NewInvite& op) {
  const int64_t now = ToColumn(op.now);
  const auto living =
      db_.FindInt("SELECT count(*) FROM invites WHERE expires_at > ?", now);
  if (living.value() >= ToLimit(op.limit)) return TooManyInvites(op.limit);
  db_.Run("DELETE FROM invites WHERE expires_at <= ?", now);
  const int64_t id =
      db_.FindInt(
             "INSERT INTO invites (code_hash, uses, created_by, created_at,"
             " expires_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
             Blob{op.code_hash}, op.uses, op.created_by, now,
             ToColumn(op.expires_at))
          .value();
  return Invite{id, op.uses, op.created_by, op.now, op.expires_at};
}

Result<Invite> SqliteWriter::RevokeInvite(int64_t id, Time now) {
  Query row = db_.Start(R"sql(
DELETE FROM invites WHERE id = ? AND expires_at > ?
RETURNING id, uses, created_by, created_at, expires_at)sql",
                        id, ToColumn(now));
  if (!row.Step()) return InviteNotFound(id);
  const Invite invite = ToInvite(row);
  row.Step();
  return invite;
}

bool SqliteWriter::UseInvite(const std::string& code_hash, Time now) {
  const auto invite = FindInvite(db_, code_hash, now);
  if (!invite) return false;
  if (invite->uses == 1) {
    db_.Run("DELETE FROM invites WHERE id = ?", invite->id);
  } else {
    db_.Run("UPDATE invites SET uses = uses - 1 WHERE id = ?", invite->id);
  }
  return true;
}

bool SqliteWriter::IsThere(UserId user) {
  return db_
      .FindInt("SELECT 1 FROM users WHERE id = ? AND deleted_at IS NULL", user)
      .has_value();
}

std::optional<std::string> SqliteWriter::DisabledName(UserId user) {
  Query row =
      db_.Start("SELECT name FROM users WHERE id = ? AND disabled", user);
  return row.Step() ? std::optional(row.Text(0)) : std::nullopt;
}

bool SqliteWriter::IsRetired(const std::string& name) {
  return db_.FindInt("SELECT 1 FROM retired_names WHERE name = ?", name)
      .has_value();
}

bool SqliteWriter::EndLogin(UserId user) {
  return db_.Run("DELETE FROM sessions WHERE user_id = ?", user) > 0;
}

size_t SqliteWriter::RevokeAll(UserId user) {
  db_.Run(
      "DELETE FROM token_secrets WHERE token_id IN"
      " (SELECT id FROM access_tokens WHERE user_id = ?)",
      user);
  return static_cast<size_t>(
      db_.Run("DELETE FROM access_tokens WHERE user_id = ?", user));
}

}  // namespace turbo::store
