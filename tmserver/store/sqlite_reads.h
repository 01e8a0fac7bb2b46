// What a store reads, on one connection. Where something of the tail is given,
// that was asked for before the state that the connection sees was chosen.
// Everything throws what the connection throws.
#ifndef TMSERVER_STORE_SQLITE_READS_H_
#define TMSERVER_STORE_SQLITE_READS_H_

#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/store.h"
#include "tmserver/store/sqlite.h"
#include "tmserver/store/tail.h"

namespace turbo::store {

// The greatest id that was ever given.
mail::MessageId NewestId(sqlite::Connection& db);

std::optional<mail::Account> FindAccount(sqlite::Connection& db,
                                         const std::string& user);
std::optional<mail::Session> FindSession(sqlite::Connection& db,
                                         const std::string& token_hash);
std::optional<mail::AccessToken> FindAccessToken(
    sqlite::Connection& db, const std::string& secret_hash);
std::vector<mail::AccessToken> ListAccessTokens(sqlite::Connection& db,
                                                mail::UserId user);

// `waiting` is what the tail knows of the request id.
mail::Result<std::optional<mail::Sent>> FindRequest(
    sqlite::Connection& db, std::optional<mail::MessageId> waiting,
    const mail::RequestQuery& query);

std::vector<mail::RegisterEntry> ReadRegister(sqlite::Connection& db,
                                              mail::MessageId after,
                                              size_t limit);

// --- Of sqlite_admin.cc ---

// From a row of id, name, password_hash, role, disabled, tray_capacity,
// created_at.
mail::Account ToAccount(const sqlite::Query& row);
// From a row of user_id, name, created_at, used_at, role, disabled.
mail::Session ToSession(const sqlite::Query& row);

std::vector<mail::Account> ListAccounts(sqlite::Connection& db,
                                        const std::string& after, size_t limit);
std::vector<mail::Session> ListSessions(sqlite::Connection& db,
                                        mail::UserId after, size_t limit);
std::optional<mail::Invite> FindInvite(sqlite::Connection& db,
                                       const std::string& code_hash,
                                       mail::Time now);
std::vector<mail::Invite> ListInvites(sqlite::Connection& db, mail::Time now);
mail::Totals GetTotals(sqlite::Connection& db);

// --- Of sqlite_trays.cc ---

// A tray as far as it is settled.
struct TrayRow {
  int64_t count = 0;  // with what has expired and was not taken out yet
  mail::MessageId settled = 0;
};
TrayRow FindTray(sqlite::Connection& db, mail::UserId user, mail::Box box);

// `waiting` is the tray's.
mail::Page List(sqlite::Connection& db, const Waiting& waiting,
                const mail::ListQuery& query);
mail::Counted Count(sqlite::Connection& db, const Waiting& waiting,
                    const mail::CountQuery& query);

// What the file does not tell of a message's tray.
struct Aside {
  bool waits = false;  // the message, in the tail
  // The tray may be a deleted account's, which shows none of its entries.
  bool may_be_deleted = true;
};
std::optional<mail::Message> Get(sqlite::Connection& db, const Aside& aside,
                                 const mail::MessageQuery& query);

}  // namespace turbo::store

#endif  // TMSERVER_STORE_SQLITE_READS_H_
