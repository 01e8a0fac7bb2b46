#include "tmserver/store/listing.h"

#include <algorithm>

namespace turbo::store {

size_t HeadBytes(const mail::Message& message) {
  size_t bytes = message.subject.size();
  for (const auto& [key, value] : message.labels) {
    bytes += key.size() + value.size();
  }
  for (const mail::Attachment& attachment : message.attachments) {
    bytes += attachment.name.size() + attachment.media_type.size();
  }
  return bytes;
}

std::optional<mail::Time> ReadByAll(
    const std::vector<mail::Recipient>& recipients) {
  std::optional<mail::Time> last;
  for (const mail::Recipient& recipient : recipients) {
    if (!recipient.read_at) return std::nullopt;
    last = std::max(last, recipient.read_at);
  }
  return last;
}

// A full page goes on looking for one more match: only that tells a page with
// more behind it from the last one.
PageCutter::Verdict PageCutter::Judge(const mail::Message& message,
                                      size_t body_bytes) {
  if (looked_at_ == mail::kMaxPageScan) return End();
  ++looked_at_;
  if (!mail::Matches(query_.filter, message)) {
    last_ = message.id;
    return Verdict::kPass;
  }
  const size_t bytes = HeadBytes(message) + (query_.with_body ? body_bytes : 0);
  if (taken_ == query_.limit) return End();
  if (taken_ > 0 && bytes_ + bytes > mail::kMaxPageBytes) return End();
  ++taken_;
  bytes_ += bytes;
  last_ = message.id;
  return Verdict::kTake;
}

std::optional<mail::MessageId> PageCutter::Next() const {
  return ended_ ? std::optional(last_) : std::nullopt;
}

PageCutter::Verdict PageCutter::End() {
  ended_ = true;
  return Verdict::kEnd;
}

}  // namespace turbo::store
