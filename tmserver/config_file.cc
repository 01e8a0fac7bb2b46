#include "tmserver/config_file.h"

#include <sysexits.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "tmserver/options.h"

namespace turbo::server {
namespace {

using Json = nlohmann::json;

[[noreturn]] void Refuse(const std::string& message) {
  throw OptionError(EX_CONFIG, message);
}

std::optional<std::string> ReadFile(const std::string& path,
                                    bool may_be_missing) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  const bool is_empty = file.peek() == std::ifstream::traits_type::eof();
  if (!is_empty) content << file.rdbuf();
  if (file.is_open() && !file.bad() && content) return content.str();
  if (errno == ENOENT && may_be_missing) return std::nullopt;
  Refuse("can't read '" + path + "': " + std::strerror(errno ? errno : EIO));
}

}  // namespace

std::map<std::string, Json> ReadConfigFile(const std::string& path,
                                           bool may_be_missing) {
  const std::optional<std::string> content = ReadFile(path, may_be_missing);
  if (!content) return {};
  try {
    const Json json = Json::parse(*content, nullptr, true, true);
    if (!json.is_object()) Refuse(path + " is not a JSON object");
    return json.get<std::map<std::string, Json>>();
  } catch (const Json::exception& e) {
    const std::string what = e.what();
    const size_t sentence = what.find("] ");
    Refuse(path + ": " +
           (sentence == what.npos ? what : what.substr(sentence + 2)));
  }
}

std::vector<std::string> ValuesOf(const Json& value, ConfigKind kind,
                                  const std::string& origin) {
  switch (kind) {
    case ConfigKind::kInteger:
      if (value.is_number_integer()) return {value.dump()};
      Refuse(origin + " must be a whole number");
    case ConfigKind::kText:
      if (value.is_string()) return {value.get<std::string>()};
      Refuse(origin + " must be a string");
    case ConfigKind::kSize:
      if (value.is_number_integer()) return {value.dump()};
      if (value.is_string()) return {value.get<std::string>()};
      Refuse(origin + " must be a size like \"1MiB\" or a number of bytes");
    case ConfigKind::kSwitch:
      if (value.is_boolean()) return {value.dump()};
      Refuse(origin + " must be true or false");
    case ConfigKind::kList:
      break;
  }
  std::vector<std::string> texts;
  if (!value.is_array()) Refuse(origin + " must be an array of strings");
  for (const Json& element : value) {
    if (!element.is_string()) Refuse(origin + " must be an array of strings");
    texts.push_back(element.get<std::string>());
  }
  return texts;
}

}  // namespace turbo::server
