#include "tmserver/store/answers.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

namespace turbo::store {
namespace {

using mail::ErrorCode;

std::string Joined(const std::vector<std::string>& users) {
  std::string joined;
  for (const std::string& user : users) {
    if (!joined.empty()) joined += ", ";
    joined += user;
  }
  return joined;
}

}  // namespace

std::string NewIdentity() {
  std::array<unsigned char, 16> bytes;
  if (getentropy(bytes.data(), bytes.size()) != 0) {
    throw std::system_error(errno, std::generic_category(), "getentropy");
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x40;  // RFC 9562: version 4,
  bytes[8] = (bytes[8] & 0x3f) | 0x80;  // its variant
  std::string uuid;
  for (size_t i = 0; i < bytes.size(); ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
    uuid += kDigits[bytes[i] >> 4];
    uuid += kDigits[bytes[i] & 0x0f];
  }
  return uuid;
}

Refusal UserExists(const std::string& user) {
  return mail::Fail(ErrorCode::kUserExists,
                    "there is already a user named " + user, {user});
}

Refusal PasswordChanged() {
  return mail::Fail(ErrorCode::kBadCredentials,
                    "the password was changed a moment ago");
}

Refusal TokenExists(const std::string& name) {
  return mail::Fail(ErrorCode::kTokenExists,
                    "there is already an access token named " + name);
}

Refusal NameRetired(const std::string& user) {
  return mail::Fail(ErrorCode::kUserExists,
                    "there was a user " + user +
                        ", and the name is not given again unless an "
                        "administrator sets it free",
                    {user});
}

Refusal UserNotFound(const std::string& user) {
  return mail::Fail(ErrorCode::kUserNotFound, "there is no user " + user,
                    {user});
}

Refusal AccountGone() {
  return mail::Fail(ErrorCode::kNotLoggedIn,
                    "the account was deleted a moment ago");
}

Refusal AccountDisabled(const std::string& user) {
  return mail::Fail(ErrorCode::kAccountDisabled,
                    "the account of " + user + " is disabled", {user});
}

Refusal InviteNotGood() {
  return mail::Fail(ErrorCode::kRegistrationClosed,
                    "the invitation code is not good: it was used, revoked, "
                    "has expired, or is mistyped");
}

Refusal InviteNotFound(int64_t id) {
  return mail::Fail(ErrorCode::kInviteNotFound,
                    "there is no invitation " + std::to_string(id));
}

Refusal TooManyInvites(size_t limit) {
  return mail::Fail(ErrorCode::kInvalidArgument,
                    "there are " + std::to_string(limit) +
                        " invitations already: revoke one first");
}

Refusal TokenNotFound(const std::string& name) {
  return mail::Fail(ErrorCode::kTokenNotFound,
                    "there is no access token named " + name);
}

Refusal TooManyTokens(size_t limit) {
  return mail::Fail(ErrorCode::kInvalidArgument,
                    "a user has at most " + std::to_string(limit) +
                        " access tokens: revoke one first");
}

Refusal TooManySecrets(const std::string& name) {
  return mail::Fail(ErrorCode::kRateLimited,
                    "the access token " + name +
                        " was rotated too often: wait until its earlier "
                        "secrets have ended, or end them with a grace of 0");
}

Refusal SecretReplaced() {
  return mail::Fail(ErrorCode::kNotLoggedIn,
                    "the access token was revoked or replaced a moment ago");
}

mail::Time EndOfEarlier(const mail::TokenRotation& op,
                        std::optional<mail::Time> expires_at) {
  const mail::Time end = op.now + op.grace;
  return expires_at ? std::min(end, *expires_at) : end;
}

Refusal UnknownRecipients(std::vector<std::string> users) {
  std::string message = "no such user: " + Joined(users);
  return mail::Fail(ErrorCode::kRecipientNotFound, std::move(message),
                    std::move(users));
}

Refusal NotToReplyTo(mail::MessageId id) {
  return mail::Fail(
      ErrorCode::kMessageNotFound,
      "there is no message " + std::to_string(id) + " that you could reply to",
      {}, {id});
}

Refusal OutboxFull(const mail::Delivery& op, size_t capacity) {
  return mail::Fail(ErrorCode::kOutboxFull,
                    "your outbox is full (" + std::to_string(capacity) + ")",
                    {op.from});
}

Refusal InboxesFull(std::vector<std::string> users) {
  std::string message = "the inbox is full: " + Joined(users);
  return mail::Fail(ErrorCode::kInboxFull, std::move(message),
                    std::move(users));
}

bool IsParty(const mail::Delivery& op, const mail::RegisterEntry& entry) {
  return entry.sender == op.from ||
         std::find(entry.to.begin(), entry.to.end(), op.from) != entry.to.end();
}

mail::Result<mail::Sent> AnswerAgain(const mail::RequestQuery& query,
                                     mail::Sent sent,
                                     const std::string& digest) {
  if (digest != query.digest && !query.once) {
    return mail::Fail(ErrorCode::kRequestIdReused,
                      "this request id was already used, for message " +
                          std::to_string(sent.id) + " with other content",
                      {}, {sent.id});
  }
  sent.duplicate = true;
  return sent;
}

}  // namespace turbo::store
