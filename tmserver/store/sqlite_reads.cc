#include "tmserver/store/sqlite_reads.h"

#include <algorithm>
#include <utility>

#include "tmserver/store/answers.h"
#include "tmserver/store/sqlite_codec.h"

namespace turbo::store {
namespace {

using mail::MessageId;
using mail::UserId;
using sqlite::Connection;
using sqlite::Query;

mail::AccessToken ToAccessToken(const Query& row) {
  mail::AccessToken token;
  token.user_id = row.Int(0);
  token.user = row.Text(1);
  token.name = row.Text(2);
  token.scope = ToScope(row.Int(3));
  if (const auto life = row.OptionalInt(4)) token.life = mail::Duration(*life);
  token.expires_at = ToTime(row.OptionalInt(5));
  token.used_at = ToTime(row.OptionalInt(6));
  token.secret_ends_at = ToTime(row.OptionalInt(7));
  token.role = ToRole(row.Int(8));
  token.disabled = row.Int(9) != 0;
  return token;
}

}  // namespace

MessageId NewestId(Connection& db) {
  const auto kept = db.FindInt("SELECT max(id) FROM messages");
  const auto forgotten =
      db.FindInt("SELECT value FROM meta WHERE key = 'forgotten'");
  return std::max(kept.value_or(0), forgotten.value_or(0));
}

std::optional<mail::Account> FindAccount(Connection& db,
                                         const std::string& user) {
  Query row = db.Start(R"sql(
SELECT id, name, password_hash, role, disabled, tray_capacity, created_at
  FROM users WHERE name = ?)sql",
                       user);
  return row.Step() ? std::optional(ToAccount(row)) : std::nullopt;
}

std::optional<mail::Session> FindSession(Connection& db,
                                         const std::string& token_hash) {
  Query row = db.Start(R"sql(
SELECT s.user_id, u.name, s.created_at, s.used_at, u.role, u.disabled
  FROM sessions s JOIN users u ON u.id = s.user_id
 WHERE s.token_hash = ?)sql",
                       sqlite::Blob{token_hash});
  if (!row.Step()) return std::nullopt;
  return ToSession(row);
}

std::optional<mail::AccessToken> FindAccessToken(
    Connection& db, const std::string& secret_hash) {
  Query row = db.Start(R"sql(
SELECT u.id, u.name, t.name, t.scope, t.life, t.expires_at, t.used_at, s.ends_at,
       u.role, u.disabled
  FROM token_secrets s
  JOIN access_tokens t ON t.id = s.token_id
  JOIN users u ON u.id = t.user_id
 WHERE s.secret_hash = ?)sql",
                       sqlite::Blob{secret_hash});
  if (!row.Step()) return std::nullopt;
  return ToAccessToken(row);
}

std::vector<mail::AccessToken> ListAccessTokens(Connection& db, UserId user) {
  Query row = db.Start(R"sql(
SELECT u.id, u.name, t.name, t.scope, t.life, t.expires_at, t.used_at, NULL,
       u.role, u.disabled
  FROM access_tokens t JOIN users u ON u.id = t.user_id
 WHERE t.user_id = ? ORDER BY t.name)sql",
                       user);
  std::vector<mail::AccessToken> tokens;
  while (row.Step()) tokens.push_back(ToAccessToken(row));
  return tokens;
}

mail::Result<std::optional<mail::Sent>> FindRequest(
    Connection& db, std::optional<MessageId> waiting,
    const mail::RequestQuery& query) {
  const auto id = waiting ? waiting
                          : db.FindInt(
                                "SELECT message_id FROM requests"
                                " WHERE sender_id = ? AND request_id = ?",
                                query.sender, query.request_id);
  if (!id) return std::nullopt;
  Query row = db.Start(
      "SELECT id, sent_at, recipients, digest FROM messages"
      " WHERE id = ? AND request_id IS NOT NULL",
      *id);
  if (!row.Step()) return std::nullopt;
  return AnswerAgain(
             query,
             {row.Int(0), ToTime(row.Int(1)), ToUsers(row.Text(2)), false},
             row.Text(3))
      .map([](mail::Sent sent) { return std::optional(std::move(sent)); });
}

std::vector<mail::RegisterEntry> ReadRegister(Connection& db, MessageId after,
                                              size_t limit) {
  Query row = db.Start(R"sql(
SELECT id, sender, recipients, sent_at, size FROM messages
 WHERE id > ? ORDER BY id LIMIT ?)sql",
                       after, ToLimit(limit));
  std::vector<mail::RegisterEntry> entries;
  while (row.Step()) {
    entries.push_back({row.Int(0), row.Text(1), ToUsers(row.Text(2)),
                       ToTime(row.Int(3)), row.Int(4)});
  }
  return entries;
}

}  // namespace turbo::store
