#include "tmserver/mail/draft.h"

#include <sodium.h>
#include <unistr.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "tmserver/mail/address.h"

namespace turbo::mail {
namespace {

tl::unexpected<Error> Invalid(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

bool IsText(const std::string& text) {
  return text.find('\0') == std::string::npos &&
         u8_check(reinterpret_cast<const uint8_t*>(text.data()), text.size()) ==
             nullptr;
}

bool IsGraphic(char c) { return c > ' ' && c <= '~'; }

// Folds the recipients and keeps each once, in order; one more than may be, at
// most.
Result<std::vector<std::string>> FoldRecipients(
    const std::vector<std::string>& names) {
  std::vector<std::string> folded;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    auto user = FoldName(name);
    if (!user) return tl::unexpected(user.error());
    if (seen.insert(*user).second) folded.push_back(*std::move(user));
    if (folded.size() > kMaxRecipients) break;
  }
  return folded;
}

Result<Nothing> CheckLabels(const Labels& labels) {
  if (labels.size() > kMaxLabels) {
    return Invalid("a message has at most " + std::to_string(kMaxLabels) +
                   " labels");
  }
  for (const auto& [key, value] : labels) {
    if (key.empty()) return Invalid("a label's key is empty");
    if (!IsText(key) || !IsText(value)) {
      return Invalid("labels must be UTF-8 without NUL");
    }
  }
  return Nothing{};
}

// A name that a file can have in any folder.
bool IsFileName(const std::string& name) {
  const bool harmless = std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f' || c == '/';
  });
  return harmless && IsText(name) && !name.empty() && name != "." &&
         name != ".." && name.size() <= kMaxFileName;
}

bool IsMediaType(const std::string& type) {
  const size_t slash = type.find('/');
  return slash != std::string::npos && slash > 0 && slash + 1 < type.size() &&
         type.size() <= kMaxMediaType &&
         std::all_of(type.begin(), type.end(), IsGraphic);
}

Result<Nothing> CheckAttachments(const std::vector<Attachment>& attachments) {
  if (attachments.size() > kMaxAttachments) {
    return Invalid("a message has at most " + std::to_string(kMaxAttachments) +
                   " attachments");
  }
  std::set<std::string> names;
  for (const Attachment& attachment : attachments) {
    if (!IsFileName(attachment.name)) {
      return Invalid("an attachment's name is 1 to " +
                     std::to_string(kMaxFileName) +
                     " bytes of UTF-8 without slashes and control characters");
    }
    if (!IsMediaType(attachment.media_type)) {
      return Invalid("the attachment " + attachment.name +
                     " needs a media type such as text/plain");
    }
    if (!names.insert(attachment.name).second) {
      return Invalid("two attachments are named " + attachment.name);
    }
  }
  return Nothing{};
}

Result<Nothing> CheckReply(const Draft& draft) {
  if (draft.in_reply_to &&
      (*draft.in_reply_to < 1 || *draft.in_reply_to > kMaxMessageId)) {
    return Invalid("a message can't reply to " +
                   std::to_string(*draft.in_reply_to) + ", which is no id");
  }
  return Nothing{};
}

Result<Nothing> CheckTtl(const Draft& draft) {
  if (draft.ttl && (*draft.ttl <= Duration(0) || *draft.ttl > kMaxTtl)) {
    return Invalid("a time to live is more than nothing, at most 100 years");
  }
  return Nothing{};
}

// Feeds a hash with lengths before texts, so that no two contents look alike.
class ContentHash {
 public:
  ContentHash() {
    crypto_generichash_init(&state_, nullptr, 0, crypto_generichash_BYTES);
  }
  void Add(uint64_t number) {
    std::array<unsigned char, 8> bytes;
    for (unsigned char& byte : bytes) {
      byte = static_cast<unsigned char>(number);
      number >>= 8;
    }
    crypto_generichash_update(&state_, bytes.data(), bytes.size());
  }
  void Add(const std::string& text) {
    Add(text.size());
    crypto_generichash_update(
        &state_, reinterpret_cast<const unsigned char*>(text.data()),
        text.size());
  }
  std::string Finish() {
    std::array<unsigned char, crypto_generichash_BYTES> hash;
    crypto_generichash_final(&state_, hash.data(), hash.size());
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
  }

 private:
  crypto_generichash_state state_;
};

}  // namespace

size_t SizeOf(const Draft& draft) {
  size_t size = draft.subject.size() + draft.body.size();
  for (const auto& [key, value] : draft.labels) {
    size += key.size() + value.size();
  }
  for (const Attachment& attachment : draft.attachments) {
    size += SizeOf(attachment);
  }
  return size;
}

size_t SizeOf(const Attachment& attachment) {
  return attachment.name.size() + attachment.media_type.size() +
         static_cast<size_t>(attachment.size);
}

Result<Nothing> CheckDraft(Draft& draft, size_t max_size) {
  auto to = FoldRecipients(draft.to);
  if (!to) return tl::unexpected(to.error());
  draft.to = *std::move(to);
  if (draft.to.empty()) return Invalid("a message needs a recipient");
  if (draft.to.size() > kMaxRecipients) {
    return Invalid("a message goes to at most " +
                   std::to_string(kMaxRecipients) + " recipients");
  }
  if (!IsText(draft.subject)) {
    return Invalid("the subject must be UTF-8 without NUL");
  }
  for (auto ok :
       {CheckLabels(draft.labels), CheckAttachments(draft.attachments),
        CheckReply(draft), CheckTtl(draft)}) {
    if (!ok) return ok;
  }
  if (const size_t size = SizeOf(draft); size > max_size) {
    return Fail(ErrorCode::kMessageTooLarge,
                "the message has " + std::to_string(size) +
                    " bytes; this server takes at most " +
                    std::to_string(max_size));
  }
  return Nothing{};
}

// A later field of the content is added at the end, under a number of its own
// and only where it is set, so that digests that are kept stay true.
std::string DigestOf(const Draft& draft) {
  ContentHash hash;
  const std::set<std::string> to(draft.to.begin(), draft.to.end());
  hash.Add(to.size());
  for (const std::string& user : to) hash.Add(user);
  hash.Add(draft.subject);
  hash.Add(draft.body);
  hash.Add(draft.labels.size());
  for (const auto& [key, value] : draft.labels) {
    hash.Add(key);
    hash.Add(value);
  }
  hash.Add(draft.keep_copy ? 1 : 0);
  if (!draft.attachments.empty()) {
    hash.Add(1);
    hash.Add(draft.attachments.size());
    for (const Attachment& attachment : draft.attachments) {
      hash.Add(attachment.name);
      hash.Add(attachment.media_type);
      hash.Add(attachment.data);
    }
  }
  if (draft.in_reply_to) {
    hash.Add(2);
    hash.Add(static_cast<uint64_t>(*draft.in_reply_to));
  }
  return hash.Finish();
}

}  // namespace turbo::mail
