// The words after `tmserver`: the only file that knows cxxopts.
#ifndef TMSERVER_COMMAND_LINE_H_
#define TMSERVER_COMMAND_LINE_H_

#include <optional>
#include <string>
#include <vector>

#include "tmserver/option_table.h"
#include "tmserver/options.h"

namespace turbo::server {

// One option with its value as it was written.
struct Setting {
  const OptionRow* row;
  std::string value;
  std::string origin;  // where it was written, for error messages
};

// What the command line says.
struct Given {
  Action action = Action::kServe;
  std::vector<Setting> settings;
  std::optional<std::string> config;   // --config
  std::string user;                    // of admin-token
  std::optional<std::string> expires;  // --expires, of admin-token
};

// Throws OptionError (EX_USAGE) where words or their number are wrong; values
// are not looked at.
Given ParseArguments(const std::vector<std::string>& args);

}  // namespace turbo::server

#endif  // TMSERVER_COMMAND_LINE_H_
