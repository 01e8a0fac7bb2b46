// What was read lately, so that not every call reads it again.
#ifndef TMSERVER_STORE_LOOKUP_CACHE_H_
#define TMSERVER_STORE_LOOKUP_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace turbo::store {

// Values by key, as they are in a store whose only writer tells of each change.
// Thread-safe.
template <class Value>
class LookupCache {
 public:
  // Keeps at most `limit` values; where there would be more it begins anew.
  explicit LookupCache(size_t limit) : limit_(limit) {}

  // The value of `key`, or what `read()` answers, which is kept if it is there
  // and nothing changed meanwhile. `read` returns a Result of an optional.
  template <class Read>
  std::invoke_result_t<Read> Find(const std::string& key, Read read) {
    uint64_t changes = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto found = values_.find(key);
      if (found != values_.end()) return std::optional(found->second);
      changes = changes_;
    }
    auto answer = read();
    if (answer && *answer) {
      const std::lock_guard lock(mutex_);
      if (changes == changes_) Keep(key, **answer);
    }
    return answer;
  }

  // After the value of `key` has changed, and before anybody is told.
  void Forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    ++changes_;
    values_.erase(key);
  }

  // The same for any values.
  void ForgetAll() {
    const std::lock_guard lock(mutex_);
    ++changes_;
    values_.clear();
  }

 private:
  void Keep(const std::string& key, const Value& value) {
    if (values_.size() >= limit_) values_.clear();
    values_.insert_or_assign(key, value);
  }

  const size_t limit_;
  std::mutex mutex_;
  uint64_t changes_ = 0;
  std::unordered_map<std::string, Value> values_;
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_LOOKUP_CACHE_H_
