// The configuration file: one JSON object, comments allowed.
#ifndef TMSERVER_CONFIG_FILE_H_
#define TMSERVER_CONFIG_FILE_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace turbo::server {

// How an option's value looks in JSON.
enum class ConfigKind {
  kInteger,
  kText,
  kSize,  // a number of bytes, or text
  kSwitch,
  kList,  // of texts
};

// The object's members. Empty where the file may be and is missing. Throws
// OptionError (EX_CONFIG) where it can't be read or is something else.
std::map<std::string, nlohmann::json> ReadConfigFile(const std::string& path,
                                                     bool may_be_missing);

// The value as it would be written on the command line: one text, or any number
// of them for a list. Throws OptionError (EX_CONFIG), beginning with `origin`,
// where its type is wrong.
std::vector<std::string> ValuesOf(const nlohmann::json& value, ConfigKind kind,
                                  const std::string& origin);

}  // namespace turbo::server

#endif  // TMSERVER_CONFIG_FILE_H_
