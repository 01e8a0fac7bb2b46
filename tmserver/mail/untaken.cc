#include "tmserver/mail/untaken.h"

namespace turbo::mail {

Result<Nothing> Untaken::Admit(const std::string& user) {
  const std::lock_guard lock(mutex_);
  const auto found = bytes_.find(user);
  if (found == bytes_.end() || found->second < most_) return Nothing{};
  return TooMuch("too much waits in calls of " + user + " that have not ended",
                 std::chrono::seconds(1));
}

std::shared_ptr<void> Untaken::Hold(const std::string& user, size_t bytes) {
  if (bytes == 0) return nullptr;
  {
    const std::lock_guard lock(mutex_);
    bytes_[user] += bytes;
  }
  // A shared_ptr calls its deleter for null, too.
  return {nullptr, [this, user, bytes](void*) { Release(user, bytes); }};
}

void Untaken::Release(const std::string& user, size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = bytes_.find(user);
  found->second -= bytes;
  if (found->second == 0) bytes_.erase(found);
}

size_t MemoryOf(const Message& message) {
  size_t bytes = sizeof(message) + message.from.size() +
                 message.subject.size() + message.body.size();
  for (const Recipient& recipient : message.recipients) {
    bytes += sizeof(recipient) + recipient.user.size();
  }
  for (const auto& [key, value] : message.labels) {
    bytes += sizeof(Labels::value_type) + key.size() + value.size();
  }
  for (const Attachment& attachment : message.attachments) {
    bytes += sizeof(attachment) + attachment.name.size() +
             attachment.media_type.size() + attachment.data.size();
  }
  return bytes;
}

}  // namespace turbo::mail
