// Where accounts, logins, access tokens and mail are kept: whole use cases,
// each atomic.
//
// Reads may be called from any thread, block shortly and never wait for a
// write; they see what was acknowledged before they began. Writes return at
// once; `done` is called exactly once, later, from a thread of the store, when
// the outcome is durable, and must not block. Where whoever opened the store
// allows it, a write does all that before it returns, in its caller's thread.
// Writes take effect one after the other: what begins once another's `done` was
// called comes after that. An error means that nothing was stored, except
// kUnavailable.
//
// MemoryStore is the specification; tests/tmserver/store holds every store
// against it.
#ifndef TMSERVER_MAIL_STORE_H_
#define TMSERVER_MAIL_STORE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/account.h"
#include "tmserver/mail/error.h"
#include "tmserver/mail/types.h"

namespace turbo::mail {

template <class T>
using Done = std::function<void(Result<T>)>;

struct Nothing {};

// A login. One per user: a new one replaces the old.
struct Session {
  UserId user_id = 0;
  std::string user;
  Time created_at;
  Time used_at;             // the last use that was written down
  Role role = Role::kUser;  // the account's
  bool disabled = false;    // the account is
  bool operator==(const Session&) const = default;
};

struct NewAccount {
  std::string user;  // folded
  std::string password_hash;
  std::string token_hash;  // of the login that begins; empty: none does
  Time now;
  Role role = Role::kUser;
  std::string invite_hash = {};  // of the code to use; empty: none is needed
};

struct NewSession {
  UserId user = 0;
  std::string password_hash;  // the one that was verified
  std::string token_hash;
  Time now;
};

// What a token allows.
enum class Scope { kSend, kRead, kFull };

// A named token of a user's, beside the login and independent of it. It has a
// secret, and after a rotation for a while its earlier ones, too.
struct AccessToken {
  UserId user_id = 0;
  std::string user;
  std::string name;  // folded
  Scope scope = Scope::kSend;
  // From each rotation on; unset: a rotation leaves the end as it is.
  std::optional<Duration> life;
  std::optional<Time> expires_at;  // unset: never
  std::optional<Time> used_at;     // the last use that was written down
  // Of the secret that was asked for, if a rotation replaced it.
  std::optional<Time> secret_ends_at;
  Role role = Role::kUser;  // the account's
  bool disabled = false;    // the account is
  bool operator==(const AccessToken&) const = default;
};

struct NewAccessToken {
  UserId user = 0;
  std::string name;  // folded
  Scope scope = Scope::kSend;
  std::optional<Duration> life;
  std::optional<Time> expires_at;
  std::string secret_hash;
  Time now;
  size_t limit = 0;  // tokens of the user
};

struct TokenRotation {
  UserId user = 0;
  std::string name;
  std::string by;  // the hash of the token's own secret; empty: a login does it
  std::string secret_hash;  // the new one
  Time now;
  Duration grace{0};  // what the earlier secrets may still live
  size_t limit = 0;   // living secrets of the token
};

struct PasswordChange {
  UserId user = 0;
  std::string old_hash;  // the one that was verified
  std::string new_hash;
};

// A send that keeps every rule that needs no store.
struct Delivery {
  UserId sender = 0;
  std::string from;
  Draft draft;  // `to` folded, each once
  std::optional<Time> expires_at;
  std::string request_id;  // empty: not remembered
  std::string digest;      // of the content, for telling request ids' reuse
  bool once = false;  // a known request id is a duplicate, whatever content
  bool validate_only = false;
  Time now;
  size_t capacity = 0;  // of trays without their own; 0: no limit
};

struct RequestQuery {
  UserId sender = 0;
  std::string request_id;
  std::string digest;
  bool once = false;
};

struct MarkRead {
  UserId user = 0;
  std::vector<MessageId> ids;
  bool read = true;
  Time now;
};

struct Removal {
  UserId user = 0;
  Box box = Box::kInbox;
  std::vector<MessageId> ids;
  Time now;
};

class Store {
 public:
  virtual ~Store() = default;

  // --- Reads ---

  // What tells this store from every other one: made with it, kept for ever.
  virtual std::string Identity() const = 0;

  virtual Result<std::optional<Account>> FindAccount(
      const std::string& user) = 0;
  virtual Result<std::optional<Session>> FindSession(
      const std::string& token_hash) = 0;

  // Whatever its time; nothing for a secret that was forgotten.
  virtual Result<std::optional<AccessToken>> FindAccessToken(
      const std::string& secret_hash) = 0;

  // The user's tokens, expired ones too, by name.
  virtual Result<std::vector<AccessToken>> ListAccessTokens(UserId user) = 0;

  // Another number than before once a write has changed what List or Get show
  // of the tray, before its Done is called. Time alone changes nothing here.
  // Cheap.
  virtual uint64_t TrayVersion(UserId user, Box box) const = 0;

  virtual Result<Page> List(const ListQuery& query) = 0;

  // How many messages List would return in all its pages, a part at a time.
  virtual Result<Counted> Count(const CountQuery& query) = 0;

  // With its body; nothing where the user has no such message in the box.
  virtual Result<std::optional<Message>> Get(const MessageQuery& query) = 0;

  // The answer under a remembered request id, as Deliver would give it
  // (a duplicate or kRequestIdReused); nothing where it is not known.
  virtual Result<std::optional<Sent>> FindRequest(
      const RequestQuery& query) = 0;

  // The register's entries with ids after `after`, in order, at most `limit`.
  virtual Result<std::vector<RegisterEntry>> ReadRegister(MessageId after,
                                                          size_t limit) = 0;

  // Accounts with names after `after`, by name, at most `limit`.
  virtual Result<std::vector<Account>> ListAccounts(const std::string& after,
                                                    size_t limit) = 0;

  // Logins of enabled accounts with ids after `after`, in order, also such as
  // have expired, at most `limit`.
  virtual Result<std::vector<Session>> ListSessions(UserId after,
                                                    size_t limit) = 0;

  // Nothing where it has expired by `now`.
  virtual Result<std::optional<Invite>> FindInvite(const std::string& code_hash,
                                                   Time now) = 0;

  // Invitations that have not expired by `now`, by id.
  virtual Result<std::vector<Invite>> ListInvites(Time now) = 0;

  // What can be told without looking at every account's or message's row.
  virtual Result<Totals> GetTotals() = 0;

  // --- Writes ---

  // kUserExists, also for a deleted account's name that wasn't set free;
  // kRegistrationClosed where `invite_hash` is no living invitation's. Answers
  // with the new account's id; ids are never given again.
  virtual void CreateAccount(NewAccount op, Done<UserId> done) = 0;

  // Replaces the user's login. kBadCredentials if the password changed since,
  // kAccountDisabled.
  virtual void OpenSession(NewSession op, Done<Nothing> done) = 0;

  // Writes down that a login was used; no effect on one that has ended.
  virtual void RenewSession(std::string token_hash, Time now,
                            Done<Nothing> done) = 0;

  // No effect on a login that has ended.
  virtual void EndSession(std::string token_hash, Done<Nothing> done) = 0;

  // kNotLoggedIn where the account was deleted.
  // kTokenExists, unless the one of that name has expired: then it is replaced.
  // kInvalidArgument where the user has `limit` tokens that have not expired;
  // expired ones are forgotten where they stand in the way. No secret comes
  // twice.
  virtual void CreateAccessToken(NewAccessToken op, Done<AccessToken> done) = 0;

  // Adds a secret and begins the token's life anew. The secret `by` and the
  // newest one live on for `grace`, others at most as long, none beyond the
  // token's time until now. kTokenNotFound; kNotLoggedIn where `by` is no
  // living secret of it; kRateLimited where `limit` of them would live on.
  virtual void RotateAccessToken(TokenRotation op, Done<AccessToken> done) = 0;

  // Forgets the token and answers what it was. kTokenNotFound.
  virtual void RevokeAccessToken(UserId user, std::string name,
                                 Done<AccessToken> done) = 0;

  // Writes down that a token was used; no effect where it has gone.
  virtual void UseAccessToken(std::string secret_hash, Time now,
                              Done<Nothing> done) = 0;

  // kBadCredentials if the password changed since `old_hash` was read.
  virtual void ChangePassword(PasswordChange op, Done<Nothing> done) = 0;

  // kUserNotFound. Answers with the account as it is then.
  virtual void ChangeAccount(AccountChange op, Done<Account> done) = 0;

  // The account goes with its login, access tokens and trays; what it sent, and
  // when it read what it got, stays with the others. Its trays are empty at
  // once; what they held is let go of bit by bit, by Purge. For a name that an
  // earlier deletion kept, `free_name` sets it free. kUserNotFound.
  virtual void DeleteAccount(Deletion op, Done<Nothing> done) = 0;

  // Ends the login, if there is one, and with `tokens` the access tokens.
  // kUserNotFound.
  virtual void EndSessions(std::string user, bool tokens, Done<Ended> done) = 0;

  // Forgets expired ones. kInvalidArgument where there are `limit` others.
  virtual void CreateInvite(NewInvite op, Done<Invite> done) = 0;

  // Answers with what it was. kInviteNotFound.
  virtual void RevokeInvite(int64_t id, Time now, Done<Invite> done) = 0;

  // In this order: kNotLoggedIn where the sender's account was deleted; a
  // remembered request id answers as FindRequest does;
  // kRecipientNotFound names all unknown users; kMessageNotFound where it
  // replies to a message that the register doesn't show as sent by or to the
  // sender; kOutboxFull (only where a copy is kept); kInboxFull names all whose
  // tray is full, without what has expired; validate_only answers with id 0.
  // Then the message gets the next id and is stored.
  virtual void Deliver(Delivery op, Done<Sent> done) = 0;

  // What has expired is missing, here and for Remove.
  // Inbox only. The first mark of each message is also its receipt; clearing
  // the mark leaves the receipt. Each id counts once, in the order given.
  virtual void Mark(MarkRead op, Done<Changed> done) = 0;

  // From one tray. What no tray holds any more loses its content; the register
  // keeps the rest. Each id counts once, in the order given.
  virtual void Remove(Removal op, Done<Changed> done) = 0;

  // Lets go of what the trays of deleted accounts held, at most `limit`
  // messages. Answers how many.
  virtual void Purge(size_t limit, Done<size_t> done) = 0;

  // Takes messages that have expired by `now` out of every tray, at most
  // `limit`. Answers how many.
  virtual void Expire(Time now, size_t limit, Done<size_t> done) = 0;

  // Forgets request ids of sends before `requests`, and register entries of
  // sends before `entries` that no tray and no request id needs: at most
  // `limit` of each. Answers how many it forgot.
  virtual void Forget(Time requests, Time entries, size_t limit,
                      Done<size_t> done) = 0;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_STORE_H_
