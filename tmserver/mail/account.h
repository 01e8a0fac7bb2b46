// What the store knows of accounts beside their mail, and how administrators
// change it.
#ifndef TMSERVER_MAIL_ACCOUNT_H_
#define TMSERVER_MAIL_ACCOUNT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tmserver/mail/clock.h"
#include "tmserver/mail/types.h"

namespace turbo::mail {

enum class Role { kUser, kAdmin };

struct Account {
  UserId id = 0;
  std::string user;
  std::string password_hash;  // libsodium's string form; empty: none fits
  Role role = Role::kUser;
  bool disabled = false;
  std::optional<size_t> tray_capacity = {};  // 0: no limit; unset: the default
  std::optional<Time> created_at = {};  // unset: before that was written down
  bool operator==(const Account&) const = default;
};

// What is set is changed.
struct AccountChange {
  std::string user;  // folded
  std::optional<Role> role = {};
  std::optional<bool> disabled = {};              // false ends the login, too
  std::optional<std::string> password_hash = {};  // ends the login, too
  std::optional<std::optional<size_t>> tray_capacity = {};
};

struct Deletion {
  std::string user;        // folded
  bool free_name = false;  // it may be given again
  Time now;
};

// What EndSessions ended.
struct Ended {
  bool login = false;
  size_t tokens = 0;
  bool operator==(const Ended&) const = default;
};

// Lets somebody register on a server that asks for invitations.
struct Invite {
  int64_t id = 0;
  int64_t uses = 0;  // registrations that are left
  std::string created_by;
  Time created_at;
  Time expires_at;
  bool operator==(const Invite&) const = default;
};

struct NewInvite {
  std::string code_hash;
  int64_t uses = 1;
  std::string created_by;
  Time now;
  Time expires_at;
  size_t limit = 0;  // invitations that have not expired
};

// How much a store holds.
struct Totals {
  int64_t users = 0;
  int64_t sessions = 0;  // also such as have expired
  MessageId newest = 0;
  int64_t register_entries = 0;
  int64_t bytes = 0;  // of its file
  bool operator==(const Totals&) const = default;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_ACCOUNT_H_
