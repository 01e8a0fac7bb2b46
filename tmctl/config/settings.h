// What holds for this run: flags, then the environment, then the profile.
#ifndef TMCTL_CONFIG_SETTINGS_H_
#define TMCTL_CONFIG_SETTINGS_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tmctl/base/units.h"
#include "tmctl/config/config.h"
#include "tmctl/config/options.h"
#include "tmctl/net/address.h"
#include "tmctl/net/tls.h"

namespace turbo::ctl {

enum class OutputMode { kTable, kJson, kJsonl, kIds };

// As --output takes it.
const char* NameOf(OutputMode mode);

// The options that every command takes.
std::span<const Option> GlobalOptions();

struct Settings {
  std::string profile;
  Address server;
  TlsFiles tls;
  bool insecure = false;
  OutputMode output = OutputMode::kJson;
  Milliseconds timeout{0};  // 0: none
  int retry = 0;
  bool no_input = false;
  bool quiet = false;
  bool verbose = false;
  bool keep_copy = true;
  std::vector<std::string> notify_to;
  std::string token_file;        // by flag or variable; may be empty
  std::string password_command;  // may be empty
};

// A value that a flag, a variable or a profile gave, and which of them.
struct Given {
  std::string value;
  std::string origin;
  bool from_flag = false;
};

// `name` as the profile spells it ("token_file"): --token-file, then
// TMCTL_TOKEN_FILE, then the profile. An empty variable counts as unset.
std::optional<Given> FindSetting(const Arguments& arguments,
                                 const Config* config,
                                 const std::string& profile,
                                 const std::string& name);

// --config or TMCTL_CONFIG; empty: the default place.
std::string ConfigPath(const Arguments& arguments);

// How to print, as far as flags and environment say; used for errors too,
// before there are settings. Never throws.
OutputMode GuessOutput(const std::vector<std::string>& words);

// Throws usage for a wrong flag, bad_config for a wrong variable or profile.
// `may_create`: a profile that isn't there is no error.
Settings ResolveSettings(const Arguments& arguments, const Config& config,
                         bool may_create);

// How long a lock is waited for: as long as an operation may take.
Milliseconds PatienceOf(const Settings& settings);

// The same for `profile`, whichever one the flags and variables name.
Settings ResolveSettingsOf(const std::string& profile,
                           const Arguments& arguments, const Config& config,
                           bool may_create = false);

// The parts of a list that is written with commas or spaces.
std::vector<std::string> SplitList(const std::string& text);

// Checks one value as `config set` does: throws usage.
void CheckSetting(const ProfileKey& key, const std::string& value);

}  // namespace turbo::ctl

#endif  // TMCTL_CONFIG_SETTINGS_H_
