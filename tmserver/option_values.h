// How the values of options are written.
#ifndef TMSERVER_OPTION_VALUES_H_
#define TMSERVER_OPTION_VALUES_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tmserver/mail/rate.h"

namespace turbo::server {

// Where to listen.
struct ListenAddress {
  std::string host;   // a name or a numeric address without brackets
  uint16_t port = 0;  // 0: any that is free
  std::string path;   // of a Unix socket; host and port don't count then
  bool operator==(const ListenAddress&) const = default;
};

// As it is written: host:port, [host]:port or unix:path.
std::string ToString(const ListenAddress& address);

// All throw std::invalid_argument with what the value must be, to go after
// "--name: ".

// Decimal digits only, in [least, most].
uint64_t ParseInteger(std::string_view text, uint64_t least, uint64_t most);

// `90s`, `1h30m`, `2d`, `500ms`: more than nothing, at most ten years.
std::chrono::milliseconds ParseDuration(std::string_view text);

// Bytes: `300`, `10k`, `1MiB`; k, M and G are powers of 1024. In
// [least, most].
uint64_t ParseSize(std::string_view text, uint64_t least, uint64_t most);

// `none`, `50/s`, `300/m`, `20/h`, each perhaps with `:BURST`, how many at
// once; that is the number before the slash where it is missing.
mail::Rate ParseRate(std::string_view text);

// true, yes, on, 1, false, no, off, 0.
bool ParseSwitch(std::string_view text);

// `host:port`, `[ipv6]:port` or `unix:PATH`.
ListenAddress ParseAddress(std::string_view text);

// Permissions in octal digits: `660`, `0660`.
mode_t ParseMode(std::string_view text);

// The parts between commas.
std::vector<std::string> SplitList(std::string_view text);

}  // namespace turbo::server

#endif  // TMSERVER_OPTION_VALUES_H_
