// The one connection that writes to a SQLite store, and those that read.
#ifndef TMSERVER_STORE_SQLITE_WRITER_H_
#define TMSERVER_STORE_SQLITE_WRITER_H_

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/store.h"
#include "tmserver/store/group_commit.h"
#include "tmserver/store/lookup_cache.h"
#include "tmserver/store/sqlite.h"
#include "tmserver/store/sqlite_readers.h"
#include "tmserver/store/tail.h"
#include "tmserver/store/tray_versions.h"

namespace turbo::store {

// The engine and the writes that run in its transactions, all from one thread
// at a time. Each write makes its checks before its first change. No other
// connection may checkpoint: SQLite before 3.51.3 can corrupt its log when one
// does while another commits. Closing it leaves the file complete, without a
// log, unless it was abandoned.
class SqliteWriter final : public Engine {
 public:
  // Makes or updates the tables where needed. The caller holds the StoreLock.
  // Where `most_waiting` entries are in the tail they are settled bit by bit.
  // Throws OpenError, and what the connection throws.
  SqliteWriter(const std::string& path, size_t most_waiting);
  ~SqliteWriter() override;
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  const std::string& identity() const { return identity_; }
  // From any thread.
  SqliteReaders& readers() { return readers_; }
  // What is committed and not settled. From any thread, as far as Tail allows.
  const Tail& tail() const { return tail_; }
  // Of what is committed. From any thread.
  const TrayVersions& tray_versions() const { return tray_versions_; }
  // For readers(), asked after tail(): up to which commit a tray's part of the
  // file has changed. From any thread.
  const TrayVersions& tray_commits() const { return tray_commits_; }
  // Whether a deleted account may have left entries: asked before
  // tray_commits(), for what has not begun before the deletion. From any
  // thread.
  bool has_leftovers() const { return has_leftovers_; }
  // For readers(): the last commit that changed more than mail.
  uint64_t accounts_commit() const { return accounts_commit_; }

  void Begin() override;
  void Commit() override;
  void Rollback() override;
  void Maintain() override;
  bool IsMaintenanceLong() const override;
  void MakeRoom() override;
  void Abandon() noexcept override;

  // The open transaction changes more than mail.
  void NoteAccounts() { accounts_changed_ = true; }

  mail::Result<mail::UserId> CreateAccount(const mail::NewAccount& op);
  mail::Result<mail::Nothing> OpenSession(const mail::NewSession& op);
  mail::Nothing RenewSession(const std::string& token_hash, mail::Time now);
  mail::Nothing EndSession(const std::string& token_hash);
  mail::Result<mail::AccessToken> CreateAccessToken(
      const mail::NewAccessToken& op);
  mail::Result<mail::AccessToken> RotateAccessToken(
      const mail::TokenRotation& op);
  mail::Result<mail::AccessToken> RevokeAccessToken(mail::UserId user,
                                                    const std::string& name);
  mail::Nothing UseAccessToken(const std::string& secret_hash, mail::Time now);
  mail::Result<mail::Nothing> ChangePassword(const mail::PasswordChange& op);
  mail::Result<mail::Account> ChangeAccount(const mail::AccountChange& op);
  mail::Result<mail::Nothing> DeleteAccount(const mail::Deletion& op);
  mail::Result<mail::Ended> EndSessions(const std::string& user, bool tokens);
  mail::Result<mail::Invite> CreateInvite(const mail::NewInvite& op);
  mail::Result<mail::Invite> RevokeInvite(int64_t id, mail::Time now);
  mail::Result<mail::Sent> Deliver(const mail::Delivery& op);
  mail::Changed Mark(const mail::MarkRead& op);
  mail::Changed Remove(const mail::Removal& op);
  size_t Purge(size_t limit);
  size_t Expire(mail::Time now, size_t limit);
  size_t Forget(mail::Time requests, mail::Time entries, size_t limit);

 private:
  // Whether the account was not deleted.
  bool IsThere(mail::UserId user);
  bool HasPassword(mail::UserId user, const std::string& hash);
  void Login(mail::UserId user, const std::string& token_hash, mail::Time now);

  // The name of an account that is disabled.
  std::optional<std::string> DisabledName(mail::UserId user);
  bool IsRetired(const std::string& name);
  // False where no living invitation has that code.
  bool UseInvite(const std::string& code_hash, mail::Time now);
  bool EndLogin(mail::UserId user);
  size_t RevokeAll(mail::UserId user);
  // For readers; the entries are left to Purge.
  void EmptyTrays(mail::UserId user);

  void ForgetExpiredTokens(const mail::NewAccessToken& op);
  std::optional<int64_t> FindTokenId(mail::UserId user,
                                     const std::string& name);
  void AddSecret(int64_t token, const std::string& secret_hash);
  void EndEarlierSecrets(const mail::TokenRotation& op, int64_t token,
                         mail::Time end);
  // The token as FindAccessToken answers for its newest secret.
  mail::AccessToken TokenOf(const std::string& secret_hash);

  // Who takes part in a delivery.
  struct Party {
    mail::UserId id = 0;
    std::optional<int64_t> capacity;  // of each tray, where it has its own
  };
  std::optional<Party> FindParty(const std::string& user);
  // 0: no limit.
  static size_t CapacityOf(const Party& party, const mail::Delivery& op);
  // The users named in `op`, if it may be stored.
  mail::Result<std::vector<mail::UserId>> FindRoom(const mail::Delivery& op,
                                                   const Party& sender);
  // What has expired leaves a full tray first.
  bool IsFull(const Party& party, mail::Box box, const mail::Delivery& op);
  bool MayReplyTo(mail::MessageId id, const mail::Delivery& op);
  void Store(const mail::Delivery& op, mail::MessageId id);
  // Out of one tray, if it is there.
  bool Take(mail::UserId user, mail::Box box, mail::MessageId id);
  // Out of every tray.
  void TakeAll(mail::MessageId id);
  // One tray less holds the message.
  void Release(mail::MessageId id);

  // --- The tail ---

  // After opening the file: what it has not settled.
  void Rebuild();
  // The first that the tray has in the tail after `settled`, `limit` at most,
  // with the open transaction's.
  std::vector<Held> WaitingIn(const TrayKey& tray, mail::MessageId settled,
                              size_t limit) const;
  std::optional<mail::MessageId> FindWaiting(const RequestKey& request) const;
  // Of the tray, waiting ones too.
  size_t CountAll(const TrayKey& tray);
  // Before anything but a send changes the tray: writes down what it has in the
  // tail.
  void SettleTray(mail::UserId user, mail::Box box);
  // The same for `limit` at most, up to the id `last`. Answers for how many.
  size_t SettleTray(const TrayKey& tray, size_t limit, mail::MessageId last);
  void SettleRequest(const RequestKey& request, mail::MessageId id);
  mail::MessageId SettledUpTo();
  void SettleUpTo(mail::MessageId id);
  // What the commits up to this one owe of what is frozen, if it is worth it.
  void SettleShare();
  // `share` of it: entries and requests.
  void SettleFrozen(size_t share);
  bool IsFrozenSettled() const;
  void SettleAll();
  // After a commit, which has that number, and after a rollback.
  void UpdateTail(uint64_t commit);
  void ForgetChanges();

  // Where to go on in what is frozen.
  struct Progress {
    decltype(Sends::trays)::const_iterator tray;
    decltype(Sends::requests)::const_iterator request;
  };

  void Checkpoint();

  sqlite::Connection db_;
  SqliteReaders readers_;
  std::string identity_;
  bool abandoned_ = false;
  // A deleted account may have left entries: as far as the open transaction
  // knows, and what readers are told.
  bool may_purge_ = true;
  std::atomic<bool> has_leftovers_ = true;

  // Of the sends of late, by name; some 15 MB.
  LookupCache<Party> parties_{131'072};

  TrayVersions tray_versions_;
  TrayVersions tray_commits_;
  std::atomic<uint64_t> accounts_commit_ = 0;
  Tail tail_;
  const size_t most_waiting_;
  Progress committed_progress_;
  size_t owed_ = 0;           // entries and requests that are to be settled
  int cautious_commits_ = 0;  // that settle nothing, for want of room

  // The open transaction's.
  mail::MessageId newest_ = 0;  // of all sends, with its own
  Sends pending_;
  std::vector<TrayKey> changed_;  // trays, for whoever looks
  std::vector<TrayKey> settled_;  // trays, where they are only written down
  Progress progress_;
  bool all_settled_ = false;
  bool accounts_changed_ = false;
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_SQLITE_WRITER_H_
