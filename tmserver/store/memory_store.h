// The specification of a store, in standard containers. Nothing is durable.
#ifndef TMSERVER_STORE_MEMORY_STORE_H_
#define TMSERVER_STORE_MEMORY_STORE_H_

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tmserver/mail/store.h"
#include "tmserver/store/answers.h"
#include "tmserver/store/group_commit.h"
#include "tmserver/store/tray_versions.h"

namespace turbo::store {

class MemoryStore final : public mail::Store {
 public:
  // As GroupCommit's.
  explicit MemoryStore(std::function<bool()> may_wait = {});

  std::string Identity() const override { return identity_; }
  mail::Result<std::optional<mail::Account>> FindAccount(
      const std::string& user) override;
  mail::Result<std::optional<mail::Session>> FindSession(
      const std::string& token_hash) override;
  mail::Result<std::optional<mail::AccessToken>> FindAccessToken(
      const std::string& secret_hash) override;
  mail::Result<std::vector<mail::AccessToken>> ListAccessTokens(
      mail::UserId user) override;
  uint64_t TrayVersion(mail::UserId user, mail::Box box) const override {
    return versions_.Of(user, box);
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
  // Nothing to begin and nothing to lose.
  class NoEngine final : public Engine {
   public:
    void Begin() override {}
    void Commit() override {}
    void Rollback() override {}
    void Maintain() override {}
    bool IsMaintenanceLong() const override { return false; }
    void MakeRoom() override {}
    void Abandon() noexcept override {}
  };

  // A line of the register, with its content while a tray holds it.
  struct Record {
    mail::RegisterEntry entry;
    mail::UserId sender = 0;
    std::vector<mail::UserId> recipients;   // in the order of entry.to
    std::optional<std::string> request_id;  // while it is remembered
    std::string digest;
    std::optional<mail::Time> expires_at;  // while a tray holds it
    int holders = 0;                       // trays
    mail::Draft content;
    std::map<mail::UserId, mail::Time> receipts;
  };

  struct Held {
    std::optional<mail::Time> read_at;  // the reader's own mark
  };
  using Tray = std::map<mail::MessageId, Held>;

  struct StoredInvite {
    std::string code_hash;
    mail::Invite invite;
  };

  using TokenKey = std::pair<mail::UserId, std::string>;  // and its name
  struct Secret {
    TokenKey token;
    std::optional<mail::Time> ends_at;  // unset: the newest
  };

  // Submits `run`, under the lock.
  template <class T>
  void Apply(std::function<mail::Result<T>()> run, mail::Done<T> done) {
    commits_.SubmitOrRun<T>(
        [this, run = std::move(run)] {
          const std::lock_guard lock(mutex_);
          auto result = run();
          versions_.ChangeAll(++changes_);
          return result;
        },
        std::move(done));
  }

  // All of these under the lock.
  mail::Result<mail::UserId> Create(const mail::NewAccount& op);
  mail::Result<mail::Nothing> Open(const mail::NewSession& op);
  mail::Result<mail::AccessToken> Make(const mail::NewAccessToken& op);
  mail::Result<mail::AccessToken> Rotate(const mail::TokenRotation& op);
  mail::Result<mail::AccessToken> Revoke(const TokenKey& key);
  void EndEarlierSecrets(const mail::TokenRotation& op, mail::Time end);
  // With what the account says.
  mail::AccessToken Complete(mail::AccessToken token) const;
  mail::Result<mail::Account> Change(const mail::AccountChange& op);
  mail::Result<mail::Nothing> Delete(const mail::Deletion& op);
  mail::Result<mail::Ended> EndAll(const std::string& user, bool tokens);
  mail::Result<mail::Invite> Add(const mail::NewInvite& op);
  mail::Result<mail::Invite> Take(int64_t id, mail::Time now);
  // Null where no invitation is good for it.
  StoredInvite* InviteOf(const std::string& code_hash, mail::Time now);
  void EndLogin(mail::UserId user);
  size_t RevokeAll(mail::UserId user);
  size_t CapacityOf(mail::UserId user, const mail::Delivery& op) const;
  mail::Result<mail::Sent> Send(const mail::Delivery& op);
  mail::Changed MarkAll(const mail::MarkRead& op);
  mail::Changed RemoveAll(const mail::Removal& op);
  size_t ExpireSome(mail::Time now, size_t limit);
  size_t ForgetRequests(mail::Time before, size_t limit);
  size_t ForgetEntries(mail::Time before, size_t limit);

  // Register entries that `which` holds for, by time, at most `limit`.
  template <class Which>
  std::vector<mail::MessageId> Oldest(mail::Time before, size_t limit,
                                      Which which) const;
  bool HasPassword(mail::UserId user, const std::string& hash) const;

  mail::Result<std::optional<mail::Sent>> Recall(
      const mail::RequestQuery& query) const;
  // Why `op` can't be stored, if it can't.
  std::optional<Refusal> FindRefusal(const mail::Delivery& op) const;
  bool IsFull(mail::UserId user, mail::Box box, const mail::Delivery& op) const;
  bool MayReplyTo(mail::MessageId id, const mail::Delivery& op) const;
  bool IsThere(const Tray& tray, mail::MessageId id, mail::Time now) const;
  bool HasExpired(mail::MessageId id, mail::Time now) const;
  void Hold(mail::UserId user, mail::Box box, mail::MessageId id);
  void Login(mail::UserId user, const std::string& token_hash, mail::Time now);
  // Out of one tray, if it is there.
  bool Take(mail::UserId user, mail::Box box, mail::MessageId id);
  // The message without its body and the attachments' data.
  mail::Message View(mail::Box box, const Tray::value_type& held) const;
  const Tray& TrayOf(mail::UserId user, mail::Box box) const;

  const std::string identity_;
  TrayVersions versions_;
  std::mutex mutex_;  // guards all below but commits_
  uint64_t changes_ = 0;
  std::map<mail::UserId, mail::Account> accounts_;
  std::map<std::string, mail::UserId> names_;
  std::set<std::string> retired_names_;  // of deleted accounts
  mail::UserId newest_account_ = 0;
  std::map<int64_t, StoredInvite> invites_;
  int64_t newest_invite_ = 0;
  std::map<mail::UserId, mail::Session> sessions_;
  std::map<std::string, mail::UserId> tokens_;  // of the sessions
  std::map<TokenKey, mail::AccessToken> access_tokens_;
  std::map<std::string, Secret> secrets_;  // of the access tokens
  std::map<std::pair<mail::UserId, mail::Box>, Tray> trays_;
  std::map<mail::MessageId, Record> register_;
  std::map<std::pair<mail::UserId, std::string>, mail::MessageId> requests_;
  mail::MessageId newest_ = 0;

  NoEngine engine_;
  GroupCommit commits_;  // last: its writes use the rest
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_MEMORY_STORE_H_
