#include "tmserver/store/listing.h"

#include <algorithm>
#include <limits>

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

mail::ListQuery AllOf(const mail::CountQuery& query) {
  mail::ListQuery all;
  all.user = query.user;
  all.box = query.box;
  all.now = query.now;
  all.filter = query.filter;
  all.position = query.position;
  all.limit = std::numeric_limits<size_t>::max();
  return all;
}

// A full page goes on looking for one more match: only that tells a page with
// more behind it from the last one.
PageCutter::Verdict PageCutter::Judge(const mail::Message& message,
                                      size_t body_bytes) {
  if (looked_at_ == mail::kMaxPageScan ||
      looked_at_bytes_ > mail::kMaxPageScanBytes) {
    return End();
  }
  const size_t head = HeadBytes(message);
  ++looked_at_;
  looked_at_bytes_ += head;
  if (!mail::Matches(query_.filter, message)) {
    last_ = message.id;
    return Verdict::kPass;
  }
  const size_t bytes = head + (query_.with_body ? body_bytes : 0);
  if (taken_ == query_.limit) return End();
  if (taken_ > 0 && bytes_ + bytes > mail::kMaxPageBytes) return End();
  ++taken_;
  bytes_ += bytes;
  last_ = message.id;
  return Verdict::kTake;
}

mail::Counted PageCutter::Count() const {
  return {static_cast<int64_t>(taken_), Next()};
}

std::optional<mail::MessageId> PageCutter::Next() const {
  return ended_ ? std::optional(last_) : std::nullopt;
}

PageCutter::Verdict PageCutter::End() {
  ended_ = true;
  return Verdict::kEnd;
}

}  // namespace turbo::store
