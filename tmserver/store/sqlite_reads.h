// What a store reads, on one connection. Everything throws what the connection
// throws.
#ifndef TMSERVER_STORE_SQLITE_READS_H_
#define TMSERVER_STORE_SQLITE_READS_H_

#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/store.h"
#include "tmserver/store/sqlite.h"

namespace turbo::store {

// The greatest id that was ever given.
mail::MessageId NewestId(sqlite::Connection& db);

// Messages that `user` has in `box`, with those that have expired and were not
// taken out yet.
int64_t CountTray(sqlite::Connection& db, mail::UserId user, mail::Box box);

std::optional<mail::Account> FindAccount(sqlite::Connection& db,
                                         const std::string& user);
std::optional<mail::Session> FindSession(sqlite::Connection& db,
                                         const std::string& token_hash);
std::optional<mail::AccessToken> FindAccessToken(
    sqlite::Connection& db, const std::string& secret_hash);
std::vector<mail::AccessToken> ListAccessTokens(sqlite::Connection& db,
                                                mail::UserId user);
mail::Page List(sqlite::Connection& db, const mail::ListQuery& query);
int64_t Count(sqlite::Connection& db, const mail::CountQuery& query);
std::optional<mail::Message> Get(sqlite::Connection& db,
                                 const mail::MessageQuery& query);
mail::Result<std::optional<mail::Sent>> FindRequest(
    sqlite::Connection& db, const mail::RequestQuery& query);
std::vector<mail::RegisterEntry> ReadRegister(sqlite::Connection& db,
                                              mail::MessageId after,
                                              size_t limit);

}  // namespace turbo::store

#endif  // TMSERVER_STORE_SQLITE_READS_H_
