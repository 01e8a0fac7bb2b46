// A store in one SQLite file.
#ifndef TMSERVER_STORE_SQLITE_STORE_H_
#define TMSERVER_STORE_SQLITE_STORE_H_

#include <filesystem>
#include <functional>
#include <string>

#include "tmserver/mail/store.h"
#include "tmserver/store/group_commit.h"
#include "tmserver/store/lookup_cache.h"
#include "tmserver/store/open.h"
#include "tmserver/store/sqlite_file.h"
#include "tmserver/store/sqlite_readers.h"
#include "tmserver/store/sqlite_writer.h"

namespace turbo::store {

// One connection writes, from one thread at a time, mostly the group commit's;
// a few others read, in their callers' threads, each a state that was
// committed.
class SqliteStore : public mail::Store {
 public:
  // As Open in open.h.
  SqliteStore(const std::filesystem::path& path,
              std::function<void(std::string)> on_fault, Tuning tuning);

  std::string Identity() const override { return writer_.identity(); }
  mail::Result<std::optional<mail::Account>> FindAccount(
      const std::string& user) override;
  mail::Result<std::optional<mail::Session>> FindSession(
      const std::string& token_hash) override;
  mail::Result<std::optional<mail::AccessToken>> FindAccessToken(
      const std::string& secret_hash) override;
  mail::Result<std::vector<mail::AccessToken>> ListAccessTokens(
      mail::UserId user) override;
  uint64_t TrayVersion(mail::UserId user, mail::Box box) const override {
    return writer_.tray_versions().Of(user, box);
  }
  mail::Result<mail::Page> List(const mail::ListQuery& query) override;
  mail::Result<mail::Counted> Count(const mail::CountQuery& query) override;
  mail::Result<std::optional<mail::Message>> Get(
      const mail::MessageQuery& query) override;
  mail::Result<std::optional<mail::Sent>> FindRequest(
      const mail::RequestQuery& query) override;
  mail::Result<std::vector<mail::RegisterEntry>> ReadRegister(
      mail::MessageId after, size_t limit) override;
  mail::Result<std::vector<mail::Account>> ListAccounts(
      const std::string& after, size_t limit) override;
  mail::Result<std::vector<mail::Session>> ListSessions(mail::UserId after,
                                                        size_t limit) override;
  mail::Result<std::optional<mail::Invite>> FindInvite(
      const std::string& code_hash, mail::Time now) override;
  mail::Result<std::vector<mail::Invite>> ListInvites(mail::Time now) override;
  mail::Result<mail::Totals> GetTotals() override;

  void CreateAccount(mail::NewAccount op,
                     mail::Done<mail::UserId> done) override;
  void OpenSession(mail::NewSession op,
                   mail::Done<mail::Nothing> done) override;
  void RenewSession(std::string token_hash, mail::Time now,
                    mail::Done<mail::Nothing> done) override;
  void EndSession(std::string token_hash,
                  mail::Done<mail::Nothing> done) override;
  void CreateAccessToken(mail::NewAccessToken op,
                         mail::Done<mail::AccessToken> done) override;
  void RotateAccessToken(mail::TokenRotation op,
                         mail::Done<mail::AccessToken> done) override;
  void RevokeAccessToken(mail::UserId user, std::string name,
                         mail::Done<mail::AccessToken> done) override;
  void UseAccessToken(std::string secret_hash, mail::Time now,
                      mail::Done<mail::Nothing> done) override;
  void ChangePassword(mail::PasswordChange op,
                      mail::Done<mail::Nothing> done) override;
  void ChangeAccount(mail::AccountChange op,
                     mail::Done<mail::Account> done) override;
  void DeleteAccount(mail::Deletion op,
                     mail::Done<mail::Nothing> done) override;
  void EndSessions(std::string user, bool tokens,
                   mail::Done<mail::Ended> done) override;
  void CreateInvite(mail::NewInvite op, mail::Done<mail::Invite> done) override;
  void RevokeInvite(int64_t id, mail::Time now,
                    mail::Done<mail::Invite> done) override;
  void Deliver(mail::Delivery op, mail::Done<mail::Sent> done) override;
  void Mark(mail::MarkRead op, mail::Done<mail::Changed> done) override;
  void Remove(mail::Removal op, mail::Done<mail::Changed> done) override;
  void Purge(size_t limit, mail::Done<size_t> done) override;
  void Expire(mail::Time now, size_t limit, mail::Done<size_t> done) override;
  void Forget(mail::Time requests, mail::Time entries, size_t limit,
              mail::Done<size_t> done) override;

 private:
  // For a write that changes more than mail.
  template <class T>
  void Change(std::function<mail::Result<T>()> run, mail::Done<T> done);
  // For one that may change who may do what.
  template <class T>
  void ChangeAccounts(std::function<mail::Result<T>()> run, mail::Done<T> done);

  // Asked with every call.
  LookupCache<mail::Session> sessions_;
  LookupCache<mail::AccessToken> tokens_;

  // Their order matters: the commits end first, then the writer checkpoints,
  // then the lock goes.
  const std::filesystem::path path_;
  const StoreLock lock_;
  SqliteWriter writer_;
  GroupCommit commits_;
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_SQLITE_STORE_H_
