#include "tmserver/mail/accounts.h"

#include <utility>

#include "tmserver/mail/address.h"

namespace turbo::mail {
namespace {

tl::unexpected<Error> UserExists(const std::string& user) {
  return Fail(ErrorCode::kUserExists, "there is already a user " + user,
              {user});
}

tl::unexpected<Error> WrongPassword() {
  return Fail(ErrorCode::kBadCredentials, "wrong user or password");
}

}  // namespace

Result<Nothing> CheckPassword(const std::string& password,
                              const AccountRules& rules) {
  if (password.size() > kMaxPasswordLength) {
    return Fail(ErrorCode::kInvalidArgument,
                "a password is at most " + std::to_string(kMaxPasswordLength) +
                    " bytes long");
  }
  if (password.size() < rules.min_password_length) {
    return Fail(ErrorCode::kWeakPassword,
                "a password is at least " +
                    std::to_string(rules.min_password_length) +
                    " bytes long on this server");
  }
  return Nothing{};
}

Accounts::Accounts(Store& store, PasswordHasher& hasher, Sessions& sessions,
                   const Clock& clock, AccountRules rules)
    : store_(store),
      hasher_(hasher),
      sessions_(sessions),
      clock_(clock),
      rules_(rules),
      guard_(clock) {}

void Accounts::Register(const std::string& user, std::string password,
                        const std::string& invite, const Origin& origin,
                        Done<Login> done) {
  if (const auto ok = sessions_.AdmitStranger(origin); !ok) {
    return done(tl::unexpected(ok.error()));
  }
  const auto name = FoldName(user);
  if (!name) return done(tl::unexpected(name.error()));
  // Before the name: who may not register isn't told who has.
  const auto code = CheckInvite(invite);
  if (!code) return done(tl::unexpected(code.error()));
  const auto existing = store_.FindAccount(*name);
  if (!existing) return done(tl::unexpected(existing.error()));
  if (*existing) return done(UserExists(*name));
  if (const auto ok = CheckPassword(password, rules_); !ok) {
    return done(tl::unexpected(ok.error()));
  }
  hasher_.Hash(
      std::move(password),
      [this, name = *name, code = *code,
       done = std::move(done)](const Result<std::string>& hash) {
        if (!hash) return done(tl::unexpected(hash.error()));
        const std::string token = NewToken();
        const Time now = clock_.Now();
        store_.CreateAccount(
            {name, *hash, HashToken(token), now, Role::kUser, code},
            [this, name, token, now, done](const Result<UserId>& id) {
              if (!id) return done(tl::unexpected(id.error()));
              done(NewLogin(*id, name, token, now));
            });
      },
      origin);
}

void Accounts::LogIn(const std::string& user, std::string password,
                     const Origin& origin, Done<Login> done) {
  if (const auto ok = sessions_.AdmitStranger(origin); !ok) {
    return done(tl::unexpected(ok.error()));
  }
  // A name that can't be is an unknown user: the same answer and time.
  const auto name = FoldName(user);
  std::optional<Account> account;
  if (name) {
    const auto found = store_.FindAccount(*name);
    if (!found) return done(tl::unexpected(found.error()));
    account = *found;
  }
  std::optional<std::string> hash;
  if (account && !account->password_hash.empty()) hash = account->password_hash;
  Verify(name.value_or(user), hash, std::move(password), origin,
         [this, account, done = std::move(done)](const Result<bool>& same) {
           if (!same) return done(tl::unexpected(same.error()));
           if (!*same) return done(WrongPassword());
           Begin(*account, done);
         });
}

// Lets guessers wait; else answers whether the password made the hash.
void Accounts::Verify(const std::string& user, std::optional<std::string> hash,
                      std::string password, const Origin& origin,
                      PasswordHasher::Verified done) {
  const auto attempt = guard_.Begin(user, origin, password);
  if (!attempt) return done(tl::unexpected(attempt.error()));
  if (password.size() > kMaxPasswordLength) password.clear();
  hasher_.Verify(
      std::move(hash), std::move(password),
      [this, attempt = *attempt,
       done = std::move(done)](const Result<bool>& same) {
        if (!same) guard_.Abandoned(attempt);
        if (same && *same) guard_.Succeeded(attempt);
        done(same);
      },
      origin);
}

void Accounts::Begin(const Account& account, const Done<Login>& done) {
  const std::string token = NewToken();
  const Time now = clock_.Now();
  store_.OpenSession({account.id, account.password_hash, HashToken(token), now},
                     [this, id = account.id, user = account.user, token, now,
                      done](const Result<Nothing>& opened) {
                       if (!opened) return done(tl::unexpected(opened.error()));
                       sessions_.NoteEnding();
                       done(NewLogin(id, user, token, now));
                     });
}

void Accounts::LogOut(const Caller& caller, Done<Nothing> done) {
  store_.EndSession(caller.token_hash,
                    [this, done = std::move(done)](Result<Nothing> ended) {
                      sessions_.NoteEnding();
                      done(std::move(ended));
                    });
}

void Accounts::ChangePassword(const Caller& caller, std::string old_password,
                              std::string new_password, Done<Nothing> done) {
  if (const auto ok = CheckPassword(new_password, rules_); !ok) {
    return done(tl::unexpected(ok.error()));
  }
  const auto account = store_.FindAccount(caller.user);
  if (!account) return done(tl::unexpected(account.error()));
  std::optional<std::string> old_hash;
  if (*account && !(*account)->password_hash.empty()) {
    old_hash = (*account)->password_hash;
  }
  Verify(caller.user, old_hash, std::move(old_password), caller.origin,
         [this, id = caller.id, old_hash,
          new_password = std::move(new_password), origin = caller.origin,
          done = std::move(done)](const Result<bool>& same) {
           if (!same) return done(tl::unexpected(same.error()));
           if (!*same) {
             return done(
                 Fail(ErrorCode::kBadCredentials, "the old password is wrong"));
           }
           hasher_.Hash(
               new_password,
               [this, id, old_hash, done](const Result<std::string>& hash) {
                 if (!hash) return done(tl::unexpected(hash.error()));
                 store_.ChangePassword({id, *old_hash, *hash}, done);
               },
               origin);
         });
}

Result<size_t> Accounts::TrayCapacityOf(const Caller& caller,
                                        size_t otherwise) {
  const auto account = store_.FindAccount(caller.user);
  if (!account) return tl::unexpected(account.error());
  if (!*account) return otherwise;
  return (*account)->tray_capacity.value_or(otherwise);
}

Result<std::string> Accounts::CheckInvite(const std::string& invite) {
  if (rules_.registration == Registration::kOpen) return std::string();
  if (rules_.registration == Registration::kClosed) {
    return Fail(ErrorCode::kRegistrationClosed,
                "this server takes no registrations: ask its "
                "administrator for an account");
  }
  if (invite.empty()) {
    return Fail(ErrorCode::kRegistrationClosed,
                "this server takes registrations with an invitation code "
                "only: ask its administrator for one");
  }
  const std::string hash = HashToken(invite);
  const auto found = store_.FindInvite(hash, clock_.Now());
  if (!found) return tl::unexpected(found.error());
  if (*found) return hash;
  return Fail(ErrorCode::kRegistrationClosed,
              "the invitation code is not good: it was used, revoked, has "
              "expired, or is mistyped");
}

Login Accounts::NewLogin(UserId id, const std::string& user, std::string token,
                         Time now) const {
  Caller caller{id, user, HashToken(token), sessions_.FirstEnd(now)};
  return {std::move(token), std::move(caller)};
}

}  // namespace turbo::mail
