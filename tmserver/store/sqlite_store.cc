#include "tmserver/store/sqlite_store.h"

#include <exception>
#include <utility>

#include "tmserver/store/answers.h"
#include "tmserver/store/open.h"
#include "tmserver/store/sqlite_reads.h"

namespace turbo::store {
namespace {

using mail::AccessToken;
using mail::Changed;
using mail::MessageId;
using mail::Nothing;
using mail::Result;
using mail::Sent;
using mail::Time;
using mail::UserId;
using sqlite::Connection;

// Logins, and access tokens, that are kept at hand: some 25 MB of each.
constexpr size_t kMostCached = 131'072;

// `path`, whose file and directory are there and safe from other servers.
std::string Prepared(const std::filesystem::path& path) {
  PrepareFile(path);
  return path.string();
}

// What `use` answers, which reads.
template <class T, class Use>
Result<T> Guarded(Use use) {
  try {
    return use();
  } catch (const std::exception& error) {
    return mail::Fail(
        mail::ErrorCode::kUnavailable,
        std::string("the server can't read its store: ") + error.what());
  }
}

template <class T, class Function>
Result<T> Read(SqliteReaders& readers, Function function) {
  return Guarded<T>([&] {
    return readers.Use(
        [&](Connection& db) -> Result<T> { return function(db); });
  });
}

// The same where mail doesn't matter: of every call by somebody new.
template <class T, class Function>
Result<T> ReadCaller(SqliteWriter& writer, Function function) {
  return Guarded<T>([&] {
    return writer.readers().Use(
        writer.accounts_commit(),
        [&](Connection& db) -> Result<T> { return function(db); });
  });
}

// `function` of a connection, of what is known of the tray beside the file, and
// of the query, as its tray is after the last commit that changed it.
template <class T, class Known, class Query, class Function>
Result<T> ReadTray(SqliteWriter& writer, const Known& known, const Query& query,
                   Function function) {
  const uint64_t commits = writer.tray_commits().Of(query.user, query.box);
  return Guarded<T>([&] {
    return writer.readers().Use(commits, [&](Connection& db) -> Result<T> {
      return function(db, known, query);
    });
  });
}

// `done`, with `step` before it.
template <class Step, class T>
mail::Done<T> DoneAfter(Step step, mail::Done<T> done) {
  return [step = std::move(step), done = std::move(done)](Result<T> result) {
    step();
    done(std::move(result));
  };
}

}  // namespace

SqliteStore::SqliteStore(const std::filesystem::path& path,
                         std::function<void(std::string)> on_fault,
                         Tuning tuning)
    : sessions_(kMostCached),
      tokens_(kMostCached),
      path_(PrepareDirectory(path)),
      lock_(path_),
      writer_(Prepared(path_), tuning.most_waiting),
      commits_(writer_, std::move(on_fault), std::move(tuning.may_wait)) {
  SyncDirectory(path_.parent_path());
}

Result<std::optional<mail::Account>> SqliteStore::FindAccount(
    const std::string& user) {
  return Read<std::optional<mail::Account>>(
      writer_.readers(),
      [&](Connection& db) { return store::FindAccount(db, user); });
}

Result<std::optional<mail::Session>> SqliteStore::FindSession(
    const std::string& token_hash) {
  return sessions_.Find(token_hash, [&] {
    return ReadCaller<std::optional<mail::Session>>(
        writer_,
        [&](Connection& db) { return store::FindSession(db, token_hash); });
  });
}

Result<std::optional<AccessToken>> SqliteStore::FindAccessToken(
    const std::string& secret_hash) {
  return tokens_.Find(secret_hash, [&] {
    return ReadCaller<std::optional<AccessToken>>(writer_, [&](Connection& db) {
      return store::FindAccessToken(db, secret_hash);
    });
  });
}

Result<std::vector<AccessToken>> SqliteStore::ListAccessTokens(UserId user) {
  return Read<std::vector<AccessToken>>(writer_.readers(), [&](Connection& db) {
    return store::ListAccessTokens(db, user);
  });
}

Result<std::vector<mail::Account>> SqliteStore::ListAccounts(
    const std::string& after, size_t limit) {
  return Read<std::vector<mail::Account>>(
      writer_.readers(),
      [&](Connection& db) { return store::ListAccounts(db, after, limit); });
}

Result<std::vector<mail::Session>> SqliteStore::ListSessions(UserId after,
                                                             size_t limit) {
  return Read<std::vector<mail::Session>>(
      writer_.readers(),
      [&](Connection& db) { return store::ListSessions(db, after, limit); });
}

Result<std::optional<mail::Invite>> SqliteStore::FindInvite(
    const std::string& code_hash, Time now) {
  return Read<std::optional<mail::Invite>>(
      writer_.readers(),
      [&](Connection& db) { return store::FindInvite(db, code_hash, now); });
}

Result<std::vector<mail::Invite>> SqliteStore::ListInvites(Time now) {
  return Read<std::vector<mail::Invite>>(
      writer_.readers(),
      [&](Connection& db) { return store::ListInvites(db, now); });
}

Result<mail::Totals> SqliteStore::GetTotals() {
  return Read<mail::Totals>(
      writer_.readers(), [&](Connection& db) { return store::GetTotals(db); });
}

Result<mail::Page> SqliteStore::List(const mail::ListQuery& query) {
  const Waiting waiting = writer_.tail().In({query.user, query.box});
  return ReadTray<mail::Page>(writer_, waiting, query, store::List);
}

Result<mail::Counted> SqliteStore::Count(const mail::CountQuery& query) {
  const Waiting waiting = writer_.tail().In({query.user, query.box});
  return ReadTray<mail::Counted>(writer_, waiting, query, store::Count);
}

Result<std::optional<mail::Message>> SqliteStore::Get(
    const mail::MessageQuery& query) {
  const Aside aside{writer_.tail().Holds({query.user, query.box}, query.id),
                    writer_.has_leftovers()};
  return ReadTray<std::optional<mail::Message>>(writer_, aside, query,
                                                store::Get);
}

Result<std::optional<Sent>> SqliteStore::FindRequest(
    const mail::RequestQuery& query) {
  const auto waiting =
      writer_.tail().FindRequest({query.sender, query.request_id});
  return Read<std::optional<Sent>>(writer_.readers(), [&](Connection& db) {
    return store::FindRequest(db, waiting, query);
  });
}

Result<std::vector<mail::RegisterEntry>> SqliteStore::ReadRegister(
    MessageId after, size_t limit) {
  return Read<std::vector<mail::RegisterEntry>>(
      writer_.readers(),
      [&](Connection& db) { return store::ReadRegister(db, after, limit); });
}

template <class T>
void SqliteStore::Change(std::function<Result<T>()> run, mail::Done<T> done) {
  commits_.Submit<T>(
      [this, run = std::move(run)] {
        writer_.NoteAccounts();
        return run();
      },
      std::move(done));
}

template <class T>
void SqliteStore::ChangeAccounts(std::function<Result<T>()> run,
                                 mail::Done<T> done) {
  Change<T>(std::move(run), DoneAfter(
                                [this] {
                                  sessions_.ForgetAll();
                                  tokens_.ForgetAll();
                                },
                                std::move(done)));
}

void SqliteStore::CreateAccount(mail::NewAccount op, mail::Done<UserId> done) {
  Change<UserId>(
      [this, op = std::move(op)] { return writer_.CreateAccount(op); },
      std::move(done));
}

void SqliteStore::OpenSession(mail::NewSession op, mail::Done<Nothing> done) {
  ChangeAccounts<Nothing>(
      [this, op = std::move(op)] { return writer_.OpenSession(op); },
      std::move(done));
}

void SqliteStore::RenewSession(std::string token_hash, Time now,
                               mail::Done<Nothing> done) {
  Change<Nothing>(
      [this, token_hash, now] { return writer_.RenewSession(token_hash, now); },
      DoneAfter([this, token_hash] { sessions_.Forget(token_hash); },
                std::move(done)));
}

void SqliteStore::EndSession(std::string token_hash, mail::Done<Nothing> done) {
  Change<Nothing>(
      [this, token_hash] { return writer_.EndSession(token_hash); },
      DoneAfter([this, token_hash] { sessions_.Forget(token_hash); },
                std::move(done)));
}

void SqliteStore::CreateAccessToken(mail::NewAccessToken op,
                                    mail::Done<AccessToken> done) {
  ChangeAccounts<AccessToken>(
      [this, op = std::move(op)] { return writer_.CreateAccessToken(op); },
      std::move(done));
}

void SqliteStore::RotateAccessToken(mail::TokenRotation op,
                                    mail::Done<AccessToken> done) {
  ChangeAccounts<AccessToken>(
      [this, op = std::move(op)] { return writer_.RotateAccessToken(op); },
      std::move(done));
}

void SqliteStore::RevokeAccessToken(UserId user, std::string name,
                                    mail::Done<AccessToken> done) {
  ChangeAccounts<AccessToken>(
      [this, user, name = std::move(name)] {
        return writer_.RevokeAccessToken(user, name);
      },
      std::move(done));
}

void SqliteStore::UseAccessToken(std::string secret_hash, Time now,
                                 mail::Done<Nothing> done) {
  Change<Nothing>(
      [this, secret_hash, now] {
        return writer_.UseAccessToken(secret_hash, now);
      },
      DoneAfter([this, secret_hash] { tokens_.Forget(secret_hash); },
                std::move(done)));
}

void SqliteStore::ChangePassword(mail::PasswordChange op,
                                 mail::Done<Nothing> done) {
  ChangeAccounts<Nothing>(
      [this, op = std::move(op)] { return writer_.ChangePassword(op); },
      std::move(done));
}

void SqliteStore::ChangeAccount(mail::AccountChange op,
                                mail::Done<mail::Account> done) {
  ChangeAccounts<mail::Account>(
      [this, op = std::move(op)] { return writer_.ChangeAccount(op); },
      std::move(done));
}

void SqliteStore::DeleteAccount(mail::Deletion op, mail::Done<Nothing> done) {
  ChangeAccounts<Nothing>(
      [this, op = std::move(op)] { return writer_.DeleteAccount(op); },
      std::move(done));
}

void SqliteStore::EndSessions(std::string user, bool tokens,
                              mail::Done<mail::Ended> done) {
  ChangeAccounts<mail::Ended>(
      [this, user = std::move(user), tokens] {
        return writer_.EndSessions(user, tokens);
      },
      std::move(done));
}

void SqliteStore::CreateInvite(mail::NewInvite op,
                               mail::Done<mail::Invite> done) {
  Change<mail::Invite>(
      [this, op = std::move(op)] { return writer_.CreateInvite(op); },
      std::move(done));
}

void SqliteStore::RevokeInvite(int64_t id, Time now,
                               mail::Done<mail::Invite> done) {
  Change<mail::Invite>(
      [this, id, now] { return writer_.RevokeInvite(id, now); },
      std::move(done));
}

void SqliteStore::Deliver(mail::Delivery op, mail::Done<Sent> done) {
  commits_.SubmitOrRun<Sent>(
      [this, op = std::move(op)] { return writer_.Deliver(op); },
      std::move(done));
}

void SqliteStore::Mark(mail::MarkRead op, mail::Done<Changed> done) {
  commits_.SubmitOrRun<Changed>(
      [this, op = std::move(op)] { return writer_.Mark(op); }, std::move(done));
}

void SqliteStore::Remove(mail::Removal op, mail::Done<Changed> done) {
  commits_.SubmitOrRun<Changed>(
      [this, op = std::move(op)] { return writer_.Remove(op); },
      std::move(done));
}

void SqliteStore::Purge(size_t limit, mail::Done<size_t> done) {
  commits_.Submit<size_t>([this, limit] { return writer_.Purge(limit); },
                          std::move(done));
}

void SqliteStore::Expire(Time now, size_t limit, mail::Done<size_t> done) {
  commits_.Submit<size_t>(
      [this, now, limit] { return writer_.Expire(now, limit); },
      std::move(done));
}

void SqliteStore::Forget(Time requests, Time entries, size_t limit,
                         mail::Done<size_t> done) {
  commits_.Submit<size_t>(
      [this, requests, entries, limit] {
        return writer_.Forget(requests, entries, limit);
      },
      std::move(done));
}

}  // namespace turbo::store
