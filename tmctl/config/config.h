// The configuration files: profiles with settings, a user and a token.
//
//   {"profiles": {"default": {"server": "localhost:50052", "user": "ana",
//                             "token": "...", "token_server": "...", ...}}}
//
// Comments are allowed; writing the file drops them.
#ifndef TMCTL_CONFIG_CONFIG_H_
#define TMCTL_CONFIG_CONFIG_H_

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tmctl/base/files.h"

namespace turbo::ctl {

using Json = nlohmann::ordered_json;

// A path may be relative to the directory of the file that it stands in.
enum class Kind { kText, kSwitch, kNumber, kList, kAliases, kSecret, kPath };

// A key of a profile.
struct ProfileKey {
  std::string_view name;
  Kind kind;
  std::string_view help;
  // By `config set`; the others are written by login.
  bool settable;
};

const std::vector<ProfileKey>& ProfileKeys();
const ProfileKey* FindProfileKey(std::string_view name);

// Whether a key of this kind can have `value`, and what it can have, in words.
bool FitsKind(const Json& value, Kind kind);
std::string_view NameOf(Kind kind);

// Holds what the user's file and the system's say. Not thread-safe.
class Config {
 public:
  // Reads both files. An empty `path` is the default place, which need not
  // exist. bad_config for a file that is malformed, has an unknown key, or
  // whose owner or mode is wrong.
  explicit Config(std::string path);

  // Says nothing and has no place.
  Config() = default;

  // $XDG_CONFIG_HOME/turbomessage/tmctl.json, else ~/.config/..., with the home
  // from $HOME or the password database; empty where there is none.
  static std::string DefaultPath();

  const std::string& path() const { return path_; }

  bool HasProfile(const std::string& profile) const;

  // As text, a list with commas, a path in full: the user's profile first, then
  // the system's of the same name.
  std::optional<std::string> Get(const std::string& profile,
                                 std::string_view key) const;

  // The profile's alias map: an object whose values are names or lists of
  // names. Of a name that both files have, the user's mapping counts.
  Json Aliases(const std::string& profile) const;

  // Every profile, merged, without its secrets.
  Json Profiles() const;

  // The lock that a change of the user's file needs. Makes the directory.
  // cannot_create where the file can't be kept; busy after `patience`.
  FileLock Lock(Milliseconds patience) const;

  // Under Lock: reads the user's file again, lets `change` alter the profile
  // (made where it is missing), and replaces the file.
  void Update(const std::string& profile,
              const std::function<void(Json&)>& change);

 private:
  std::string path_;
  Json user_ = Json::object();
  Json system_ = Json::object();
};

}  // namespace turbo::ctl

#endif  // TMCTL_CONFIG_CONFIG_H_
