// The table of the server's options: the command line, the environment, the
// configuration file and --help are derived from it.
#ifndef TMSERVER_OPTION_TABLE_H_
#define TMSERVER_OPTION_TABLE_H_

#include <span>
#include <string>
#include <string_view>

#include "tmserver/config_file.h"
#include "tmserver/options.h"

namespace turbo::server {

struct OptionRow {
  const char* name;
  const char* argument;  // what --help calls the value; nullptr: a switch
  const char* fallback;  // the default, written as a value; nullptr: none
  const char* help;
  ConfigKind kind;
  // Throws std::invalid_argument.
  void (*set)(Options&, const std::string& value);
};

std::span<const OptionRow> OptionTable();

// nullptr where there is none.
const OptionRow* FindOption(std::string_view name);

// What `tray-capacity` is called in the configuration file (tray_capacity) and
// in the environment (TMSERVER_TRAY_CAPACITY).
std::string KeyOf(std::string_view name);
std::string VariableOf(std::string_view name);

}  // namespace turbo::server

#endif  // TMSERVER_OPTION_TABLE_H_
