// What every store says in the same words.
#ifndef TMSERVER_STORE_ANSWERS_H_
#define TMSERVER_STORE_ANSWERS_H_

#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/store.h"

namespace turbo::store {

// A new Store::Identity: a random UUID.
std::string NewIdentity();

// Converts to any Result, as its error.
using Refusal = tl::unexpected<mail::Error>;

Refusal UserExists(const std::string& user);
Refusal NameRetired(const std::string& user);
Refusal UserNotFound(const std::string& user);
Refusal AccountGone();
Refusal AccountDisabled(const std::string& user);
Refusal InviteNotGood();
Refusal InviteNotFound(int64_t id);
Refusal TooManyInvites(size_t limit);
Refusal PasswordChanged();
Refusal TokenExists(const std::string& name);
Refusal TokenNotFound(const std::string& name);
Refusal TooManyTokens(size_t limit);
Refusal TooManySecrets(const std::string& name);
Refusal SecretReplaced();

// When the secrets before `op` end at the latest; `expires_at` is the token's
// until then.
mail::Time EndOfEarlier(const mail::TokenRotation& op,
                        std::optional<mail::Time> expires_at);
Refusal UnknownRecipients(std::vector<std::string> users);
Refusal NotToReplyTo(mail::MessageId id);
Refusal OutboxFull(const mail::Delivery& op, size_t capacity);
Refusal InboxesFull(std::vector<std::string> users);

// Whether the sender of `op` sent or got the message of `entry`.
bool IsParty(const mail::Delivery& op, const mail::RegisterEntry& entry);

// The answer to `query` where the request id is known: `sent` is what its send
// was answered and `digest` its content's.
mail::Result<mail::Sent> AnswerAgain(const mail::RequestQuery& query,
                                     mail::Sent sent,
                                     const std::string& digest);

}  // namespace turbo::store

#endif  // TMSERVER_STORE_ANSWERS_H_
