#include "tmserver/mail/bounded_table.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace turbo::mail {

static_assert(crypto_shorthash_KEYBYTES == 16);
static_assert(crypto_shorthash_BYTES == sizeof(uint64_t));

KeyedHash::KeyedHash() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium can't start");
  crypto_shorthash_keygen(key_.data());
}

uint64_t KeyedHash::operator()(std::string_view text) const {
  uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash),
                   reinterpret_cast<const unsigned char*>(text.data()),
                   text.size(), key_.data());
  return std::max<uint64_t>(hash, 1);
}

}  // namespace turbo::mail
