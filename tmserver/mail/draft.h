// What a message must be like to be sent, whoever it is for.
#ifndef TMSERVER_MAIL_DRAFT_H_
#define TMSERVER_MAIL_DRAFT_H_

#include <chrono>
#include <cstddef>
#include <string>

#include "tmserver/mail/store.h"

namespace turbo::mail {

inline constexpr size_t kMaxRecipients = 100;
inline constexpr size_t kMaxLabels = 100;
inline constexpr size_t kMaxAttachments = 100;
inline constexpr size_t kMaxFileName = 255;   // bytes
inline constexpr size_t kMaxMediaType = 127;  // bytes
inline constexpr Duration kMaxTtl = std::chrono::days(36525);

// The bytes that a message has for every limit: subject, body, labels and
// attachments.
size_t SizeOf(const Draft& draft);
size_t SizeOf(const Attachment& attachment);

// Folds the recipients and keeps each once. kInvalidArgument before
// kMessageTooLarge.
Result<Nothing> CheckDraft(Draft& draft, size_t max_size);

// What two sends under one request id must agree on: a hash of everything but
// the time to live. The recipients are folded where they can be.
std::string DigestOf(const Draft& draft);

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_DRAFT_H_
