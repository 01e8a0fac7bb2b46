#include <unicase.h>
#include <uninorm.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "tmserver/mail/types.h"

namespace turbo::mail {
namespace {

bool HasRecipient(const Message& message, const std::string& user) {
  return std::any_of(message.recipients.begin(), message.recipients.end(),
                     [&](const Recipient& r) { return r.user == user; });
}

bool HasLabels(const Labels& all, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = all.find(label.first);
    return found != all.end() && found->second == label.second;
  });
}

// In linear time, which std::string::find doesn't promise.
bool Contains(const std::string& text, const std::string& part) {
  return memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

}  // namespace

// Text that the library can't fold is left as it is.
std::string FoldCase(const std::string& text) {
  size_t length = 0;
  const std::unique_ptr<uint8_t, decltype(&std::free)> folded(
      u8_casefold(reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                  nullptr, UNINORM_NFC, nullptr, &length),
      &std::free);
  if (folded == nullptr) return text;
  return {reinterpret_cast<const char*>(folded.get()), length};
}

bool Matches(const Filter& filter, const Message& message) {
  if (filter.read && *filter.read != message.read_at.has_value()) return false;
  if (!filter.from.empty() && filter.from != message.from) return false;
  if (!filter.to.empty() && !HasRecipient(message, filter.to)) return false;
  if (filter.since && message.sent_at < *filter.since) return false;
  if (filter.until && message.sent_at >= *filter.until) return false;
  if (filter.in_reply_to && filter.in_reply_to != message.in_reply_to) {
    return false;
  }
  if (!HasLabels(message.labels, filter.labels)) return false;
  return filter.subject.empty() ||
         Contains(FoldCase(message.subject), filter.subject);
}

}  // namespace turbo::mail
