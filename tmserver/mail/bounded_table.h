// A table that never grows, for what strangers can make up keys for.
#ifndef TMSERVER_MAIL_BOUNDED_TABLE_H_
#define TMSERVER_MAIL_BOUNDED_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace turbo::mail {

// Hashes with a key that is random in each object, so that nobody else can find
// texts that collide, or texts from their hashes. Never 0.
class KeyedHash {
 public:
  KeyedHash();
  uint64_t operator()(std::string_view text) const;

 private:
  std::array<unsigned char, 16> key_;  // crypto_shorthash_KEYBYTES
};

// Entries by their member `key`, a KeyedHash. A new one takes the place of
// another in the same small set when that is full.
template <class Entry>
class BoundedTable {
 public:
  explicit BoundedTable(size_t sets) : sets_(sets) {}

  // The entry of `key`; a new one displaces the one with the least worth(entry)
  // of those that may be in its way. Good until the next call.
  template <class Worth>
  Entry& At(uint64_t key, Worth worth) {
    auto& set = sets_[key % sets_.size()];
    Entry* least = &set.front();
    for (Entry& entry : set) {
      if (entry.key == key) return entry;
      if (worth(entry) < worth(*least)) least = &entry;
    }
    *least = Entry{};
    least->key = key;
    return *least;
  }

 private:
  std::vector<std::array<Entry, 8>> sets_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_BOUNDED_TABLE_H_
