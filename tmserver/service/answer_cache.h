// Answers that were given lately, for callers who ask the same again.
#ifndef TMSERVER_SERVICE_ANSWER_CACHE_H_
#define TMSERVER_SERVICE_ANSWER_CACHE_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "tmserver/mail/types.h"

namespace turbo::service {

// Serialized responses by user and request, each good for as long as the tray
// has the version that it was made of, and until some of it expires.
// Those that were not asked for longest go first. Thread-safe.
class AnswerCache {
 public:
  // What an answer belongs to.
  struct Question {
    mail::UserId user = 0;
    std::string request;   // serialized
    uint64_t version = 0;  // read before the answer
  };

  // Holds about `limit` bytes.
  explicit AnswerCache(size_t limit) : limit_(limit) {}

  struct Found {
    grpc::ByteBuffer answer;
    bool is_current = false;  // else the tray, or what is there of it, changed
  };
  // What is not current is no longer kept.
  std::optional<Found> Find(const Question& question, mail::Time now);

  // Nothing is kept of an answer that would take a large part of the room.
  void Keep(const Question& question, const grpc::ByteBuffer& answer,
            std::optional<mail::Time> expires_at);

 private:
  struct Entry {
    std::string key;
    uint64_t version;
    std::optional<mail::Time> expires_at;
    grpc::ByteBuffer answer;
    size_t size;
  };
  using Entries = std::list<Entry>;

  void Drop(Entries::iterator entry);

  const size_t limit_;
  std::mutex mutex_;  // guards the rest
  Entries entries_;   // lately asked for first
  std::unordered_map<std::string_view, Entries::iterator> by_key_;
  size_t size_ = 0;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_ANSWER_CACHE_H_
