#include "tmserver/service/answer_cache.h"

#include <utility>

namespace turbo::service {
namespace {

constexpr size_t kLeastEntries = 100;
constexpr size_t kBesideContent = 400;  // bytes of an entry, roughly

std::string KeyOf(const AnswerCache::Question& question) {
  return std::to_string(question.user) + ' ' + question.request;
}

}  // namespace

std::optional<AnswerCache::Found> AnswerCache::Find(const Question& question,
                                                    mail::Time now) {
  const std::string key = KeyOf(question);
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  const auto entry = found->second;
  if (entry->version != question.version ||
      (entry->expires_at && *entry->expires_at <= now)) {
    Found earlier{entry->answer, false};
    Drop(entry);
    return earlier;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return Found{entry->answer, true};
}

void AnswerCache::Keep(const Question& question, const grpc::ByteBuffer& answer,
                       std::optional<mail::Time> expires_at) {
  std::string key = KeyOf(question);
  const size_t size = key.size() + answer.Length() + kBesideContent;
  if (size > limit_ / kLeastEntries) return;
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) Drop(found->second);
  while (size_ + size > limit_) Drop(std::prev(entries_.end()));
  entries_.push_front(
      {std::move(key), question.version, expires_at, answer, size});
  by_key_.emplace(entries_.front().key, entries_.begin());
  size_ += size;
}

void AnswerCache::Drop(Entries::iterator entry) {
  size_ -= entry->size;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace turbo::service
