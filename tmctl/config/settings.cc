#include "tmctl/config/settings.h"

#include <absl/strings/str_split.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"

namespace turbo::ctl {
namespace {

constexpr std::array kGlobals{
    Option{'S', "server", "ADDR",
           "host:port, tls://host:port or unix:PATH (default "
           "localhost:50052)"},
    Option{0, "tls-ca", "F", "trust the CAs in F (default: the system's)"},
    Option{0, "tls-cert", "F", "show the server the certificate in F"},
    Option{0, "tls-key", "F", "that certificate's private key"},
    Option{0, "insecure", "", "allow plaintext beyond this machine"},
    Option{'p', "profile", "NAME", "profile of the configuration file"},
    Option{'o', "output", "FORMAT", "json, jsonl, ids or table",
           "json jsonl ids table"},
    Option{0, "json", "", "the same as --output json"},
    Option{0, "timeout", "D", "time for one operation (default 10s; 0: none)"},
    Option{0, "retry", "N", "try again N times after a passing failure"},
    Option{0, "token-file", "F", "read the token from file F"},
    Option{0, "no-input", "", "never ask: fail instead"},
    Option{0, "config", "F", "use the configuration file F"},
    Option{'q', "quiet", "", "print no result on success"},
    Option{'v', "verbose", "", "say on stderr what is done"},
    Option{'h', "help", "", "show this help"},
    Option{0, "version", "", "show the version"},
};

constexpr int kMaxRetries = 1000000;

// Without a deadline for the operation, a lock is still not waited for longer.
constexpr Milliseconds kPatience = std::chrono::minutes(10);

// "token_file" as a flag or a variable spells it.
std::string Spell(std::string name, const std::string& prefix, bool flag) {
  for (char& c : name) {
    if (flag) {
      if (c == '_') c = '-';
    } else {
      c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return prefix + name;
}

bool HasFlag(const std::string& flag) {
  return std::any_of(kGlobals.begin(), kGlobals.end(),
                     [&](const Option& o) { return o.name == flag; });
}

std::optional<Given> FromEnvironment(const std::string& name) {
  const std::string variable = Spell(name, "TMCTL_", false);
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return Given{value, variable, false};
}

Failure Wrong(const Given& given, const std::string& expected) {
  const std::string sentence =
      given.origin + ": '" + given.value + "' is not " + expected;
  return given.from_flag ? Usage(sentence) : Failure("bad_config", sentence);
}

std::optional<OutputMode> ParseMode(const std::string& text) {
  if (text == "json") return OutputMode::kJson;
  if (text == "jsonl") return OutputMode::kJsonl;
  if (text == "ids") return OutputMode::kIds;
  if (text == "table") return OutputMode::kTable;
  return std::nullopt;
}

OutputMode DefaultMode() {
  return isatty(STDOUT_FILENO) ? OutputMode::kTable : OutputMode::kJson;
}

bool ToSwitch(const Given& given) {
  for (const char* yes : {"1", "true", "yes", "on"}) {
    if (given.value == yes) return true;
  }
  for (const char* no : {"0", "false", "no", "off"}) {
    if (given.value == no) return false;
  }
  throw Wrong(given, "true or false");
}

Milliseconds ToDuration(const Given& given) {
  const auto duration = ParseDuration(given.value);
  if (!duration) throw Wrong(given, "a duration such as 90s or 1h30m");
  return *duration;
}

int ToRetries(const Given& given) {
  const auto number = ParseNumber(given.value);
  if (!number || *number > kMaxRetries) {
    throw Wrong(given, "a number from 0 to " + std::to_string(kMaxRetries));
  }
  return static_cast<int>(*number);
}

Address ToAddress(const Given& given) {
  const auto address = Address::Parse(given.value);
  // A path that isn't UTF-8 could not be kept in the profile.
  if (!address || !IsUtf8(address->Text())) {
    throw Wrong(given, "an address such as localhost:50052");
  }
  return *address;
}

OutputMode ToMode(const Given& given) {
  const auto mode = ParseMode(given.value);
  if (!mode) throw Wrong(given, "json, jsonl, ids or table");
  return *mode;
}

// What can't be meant: files for TLS and no TLS, half of a pair.
void CheckTls(const Arguments& arguments, const Settings& settings) {
  for (const char* flag : {"tls-ca", "tls-cert", "tls-key"}) {
    if (!arguments.Has(flag) || settings.server.tls) continue;
    throw Usage("--" + std::string(flag) + " is for TLS, and the server " +
                settings.server.Text() + " is not named with tls://");
  }
  const TlsFiles& tls = settings.tls;
  // The profile could not keep it.
  if (!IsUtf8(tls.ca + tls.cert + tls.key)) {
    throw Failure("bad_config", "the path of a file for TLS is not UTF-8");
  }
  if (tls.cert.empty() == tls.key.empty()) return;
  const std::string sentence =
      tls.key.empty() ? "tls_cert needs a tls_key" : "tls_key needs a tls_cert";
  const bool by_flag = arguments.Has("tls-cert") || arguments.Has("tls-key");
  throw by_flag ? Usage(sentence) : Failure("bad_config", sentence);
}

// Reads settings of one run by their names.
class Reader {
 public:
  Reader(const Arguments& arguments, const Config& config, std::string profile)
      : arguments_(arguments), config_(config), profile_(std::move(profile)) {}

  std::optional<Given> Find(const std::string& name) const {
    return FindSetting(arguments_, &config_, profile_, name);
  }
  bool Switch(const std::string& name, bool otherwise = false) const {
    const auto given = Find(name);
    return given ? ToSwitch(*given) : otherwise;
  }
  std::string Text(const std::string& name) const {
    const auto given = Find(name);
    return given ? given->value : std::string();
  }
  // --json stands beside --output at each level: flags, then variables.
  OutputMode Mode() const {
    const auto output = Find("output");
    const auto json = FindSetting(arguments_, nullptr, profile_, "json");
    if (json && ToSwitch(*json) && (!output || !output->from_flag)) {
      if (json->from_flag || !output || output->origin != "TMCTL_OUTPUT") {
        return OutputMode::kJson;
      }
    }
    return output ? ToMode(*output) : DefaultMode();
  }

 private:
  const Arguments& arguments_;
  const Config& config_;
  const std::string profile_;
};

}  // namespace

const char* NameOf(OutputMode mode) {
  switch (mode) {
    case OutputMode::kTable:
      return "table";
    case OutputMode::kJson:
      return "json";
    case OutputMode::kJsonl:
      return "jsonl";
    case OutputMode::kIds:
      return "ids";
  }
  return "";
}

std::span<const Option> GlobalOptions() { return kGlobals; }

std::optional<Given> FindSetting(const Arguments& arguments,
                                 const Config* config,
                                 const std::string& profile,
                                 const std::string& name) {
  const std::string flag = Spell(name, "", true);
  if (HasFlag(flag)) {
    if (arguments.Has(flag)) {
      return Given{arguments.Get(flag), "--" + flag, true};
    }
    if (auto given = FromEnvironment(name)) return given;
  }
  if (config == nullptr) return std::nullopt;
  if (auto value = config->Get(profile, name)) {
    return Given{*value, "profile \"" + profile + "\", " + name, false};
  }
  return std::nullopt;
}

std::string ConfigPath(const Arguments& arguments) {
  const auto given = FindSetting(arguments, nullptr, "", "config");
  return given ? given->value : std::string();
}

OutputMode GuessOutput(const std::vector<std::string>& words) {
  std::optional<OutputMode> mode;
  for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (word == "--json") mode = OutputMode::kJson;
    if ((word == "-o" || word == "--output") && i + 1 < words.size()) {
      mode = ParseMode(words[i + 1]);
    }
    if (word.starts_with("--output=")) mode = ParseMode(word.substr(9));
    if (word.starts_with("-o") && word.size() > 2) {
      mode = ParseMode(word.substr(2));
    }
  }
  if (mode) return *mode;
  if (const auto given = FromEnvironment("output")) {
    mode = ParseMode(given->value);
  } else if (const auto json = FromEnvironment("json");
             json && json->value == "1") {
    mode = OutputMode::kJson;
  }
  return mode.value_or(DefaultMode());
}

Settings ResolveSettings(const Arguments& arguments, const Config& config,
                         bool may_create) {
  const auto profile = FindSetting(arguments, nullptr, "", "profile");
  if (profile && !IsUtf8(profile->value)) throw Wrong(*profile, "UTF-8");
  return ResolveSettingsOf(profile ? profile->value : "default", arguments,
                           config, may_create);
}

Settings ResolveSettingsOf(const std::string& profile,
                           const Arguments& arguments, const Config& config,
                           bool may_create) {
  Settings settings;
  settings.profile = profile;
  if (!may_create && profile != "default" && !config.HasProfile(profile)) {
    throw Failure("bad_config", "there is no profile \"" + profile + "\"",
                  "make it with: tmctl --profile " + profile + " login USER");
  }
  const Reader reader(arguments, config, profile);
  settings.server = ToAddress(
      reader.Find("server").value_or(Given{"localhost", "default", false}));
  settings.tls = {reader.Text("tls_ca"), reader.Text("tls_cert"),
                  reader.Text("tls_key")};
  CheckTls(arguments, settings);
  settings.insecure = reader.Switch("insecure");
  settings.output = reader.Mode();
  settings.timeout =
      ToDuration(reader.Find("timeout").value_or(Given{"10s", "", false}));
  settings.retry =
      ToRetries(reader.Find("retry").value_or(Given{"0", "", false}));
  settings.no_input = reader.Switch("no_input");
  settings.quiet = reader.Switch("quiet");
  settings.verbose = reader.Switch("verbose");
  settings.keep_copy = reader.Switch("copy", true);
  settings.notify_to = SplitList(reader.Text("notify_to"));
  if (auto file = FindSetting(arguments, nullptr, "", "token_file")) {
    settings.token_file = file->value;
  }
  settings.password_command = reader.Text("password_command");
  return settings;
}

Milliseconds PatienceOf(const Settings& settings) {
  return settings.timeout.count() > 0 ? settings.timeout : kPatience;
}

std::vector<std::string> SplitList(const std::string& text) {
  return absl::StrSplit(text, absl::ByAnyChar(", "), absl::SkipEmpty());
}

void CheckSetting(const ProfileKey& key, const std::string& value) {
  const Given given{value, std::string(key.name), true};
  if (key.kind == Kind::kSwitch) ToSwitch(given);
  if (key.kind == Kind::kAliases &&
      !FitsKind(Json::parse(value, nullptr, false), key.kind)) {
    throw Wrong(given, std::string(NameOf(key.kind)) +
                           R"(, such as {"root": ["ana"]})");
  }
  if (key.name == "server") ToAddress(given);
  if (key.name == "output") ToMode(given);
  if (key.name == "timeout") ToDuration(given);
  if (key.name == "retry") ToRetries(given);
}

}  // namespace turbo::ctl
