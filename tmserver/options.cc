#include "tmserver/options.h"

#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

// std::regex overflows the stack on long arguments.
#define CXXOPTS_NO_REGEX
#include <cxxopts.hpp>

#include "tmserver/config_file.h"

namespace turbo::server {
namespace {

using Kind = ConfigKind;

struct Row {
  const char* name;
  const char* argument;  // what --help calls the value
  const char* fallback;  // the default, written as a value; nullptr: none
  const char* help;
  Kind kind;
  void (*set)(Options&, const std::string&);  // throws std::invalid_argument
};

template <class T, size_t N>
T Choose(const std::string& text,
         const std::array<std::pair<const char*, T>, N>& choices) {
  std::string names;
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
    names.append(names.empty() ? "" : ", ").append(name);
  }
  throw std::invalid_argument("'" + text + "' is not one of " + names);
}

constexpr std::array<std::pair<const char*, bool>, 2> kRegistrations = {
    {{"open", true}, {"closed", false}}};
constexpr std::array<std::pair<const char*, log::Format>, 2> kFormats = {
    {{"text", log::Format::kText}, {"json", log::Format::kJson}}};
constexpr std::array<std::pair<const char*, log::Level>, 7> kLevels = {
    {{"trace", log::Level::kTrace},
     {"debug", log::Level::kDebug},
     {"info", log::Level::kInfo},
     {"warn", log::Level::kWarn},
     {"error", log::Level::kError},
     {"critical", log::Level::kCritical},
     {"off", log::Level::kOff}}};

// The wire's own limit of one message is 2 GiB.
constexpr uint64_t kLargestMessage = uint64_t{1} << 30;

const Row kRows[] = {
    {"port", "N", "50052",
     "TCP port on the loopback addresses, also given as PORT; 0 picks a free "
     "one",
     Kind::kInteger,
     [](Options& o, const std::string& v) {
       o.port = static_cast<uint16_t>(ParseInteger(v, 0, 65535));
     }},
    {"listen", "ADDR", nullptr,
     "listen on host:port or unix:PATH instead; may be repeated", Kind::kList,
     [](Options& o, const std::string& v) {
       o.listen.push_back(ParseAddress(v));
     }},
    {"store", "URL", nullptr,
     "where the mail is: sqlite:PATH, or memory: (not durable) (default: "
     "sqlite:mail.db in the state directory)",
     Kind::kText,
     [](Options& o, const std::string& v) {
       if (v.empty()) throw std::invalid_argument("the URL is empty");
       o.store = v;
     }},
    {"tray-capacity", "N", "5",
     "messages per tray (inbox, outbox) and user; 0: no limit", Kind::kInteger,
     [](Options& o, const std::string& v) {
       o.mail.tray_capacity = ParseInteger(v, 0, 1'000'000'000);
     }},
    {"session-ttl", "D", "1h", "how long an unused login lasts; use renews it",
     Kind::kText,
     [](Options& o, const std::string& v) {
       o.sessions.idle = ParseDuration(v);
     }},
    {"session-max", "D", "24h", "how long a login lasts at most", Kind::kText,
     [](Options& o, const std::string& v) {
       o.sessions.absolute = ParseDuration(v);
     }},
    {"registration", "MODE", "open",
     "open: everybody may register; closed: nobody", Kind::kText,
     [](Options& o, const std::string& v) {
       o.accounts.registration_open = Choose(v, kRegistrations);
     }},
    {"min-password-length", "N", "8", "bytes, 1 to 1024", Kind::kInteger,
     [](Options& o, const std::string& v) {
       o.accounts.min_password_length =
           ParseInteger(v, 1, mail::kMaxPasswordLength);
     }},
    {"max-message-size", "S", "1MiB", "subject, body and labels together",
     Kind::kSize,
     [](Options& o, const std::string& v) {
       o.mail.max_message_size = ParseSize(v, 1, kLargestMessage);
     }},
    {"register-days", "N", "365",
     "how long the register of sends (without content) is kept", Kind::kInteger,
     [](Options& o, const std::string& v) {
       o.register_days = std::chrono::days(ParseInteger(v, 0, 36500));
     }},
    {"insecure", nullptr, nullptr,
     "allow plaintext on addresses that are not loopback", Kind::kSwitch,
     [](Options& o, const std::string& v) { o.insecure = ParseSwitch(v); }},
    {"log-format", "FORMAT", "text", "text or json, on stderr", Kind::kText,
     [](Options& o, const std::string& v) {
       o.log_format = Choose(v, kFormats);
     }},
    {"log-level", "L", "info",
     "trace, debug, info, warn, error, critical or off", Kind::kText,
     [](Options& o, const std::string& v) {
       o.log_level = Choose(v, kLevels);
     }},
};

const Row* FindRow(std::string_view name) {
  const auto found = std::find_if(std::begin(kRows), std::end(kRows),
                                  [&](const Row& r) { return name == r.name; });
  return found == std::end(kRows) ? nullptr : found;
}

std::string Underscored(std::string_view name) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::string VariableOf(std::string_view name) {
  std::string variable = "TMSERVER_" + Underscored(name);
  for (char& c : variable) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return variable;
}

struct Setting {
  const Row* row;
  std::string value;
  std::string origin;  // for error messages
};
using Layer = std::vector<Setting>;

// A layer's addresses replace those of the layers below.
void Apply(const Layer& layer, int exit_code, Options& options) {
  const auto find = [&](std::string_view name) {
    return std::find_if(layer.begin(), layer.end(),
                        [&](const Setting& s) { return name == s.row->name; });
  };
  const auto port = find("port");
  const auto listen = find("listen");
  if (port != layer.end() && listen != layer.end()) {
    throw OptionError(exit_code, port->origin + " and " + listen->origin +
                                     " exclude each other");
  }
  if (port != layer.end() || listen != layer.end()) options.listen.clear();
  for (const Setting& setting : layer) {
    try {
      setting.row->set(options, setting.value);
    } catch (const std::invalid_argument& e) {
      throw OptionError(exit_code, setting.origin + ": " + e.what());
    }
  }
}

Layer Defaults() {
  Layer layer;
  for (const Row& row : kRows) {
    if (row.fallback) layer.push_back({&row, row.fallback, row.name});
  }
  return layer;
}

Layer FromFile(const std::string& path, bool may_be_missing) {
  Layer layer;
  for (const auto& [key, entry] : ReadConfigFile(path, may_be_missing)) {
    const std::string origin = path + ": " + key;
    const Row* found = nullptr;
    for (const Row& row : kRows) {
      if (Underscored(row.name) == key) found = &row;
    }
    if (!found) throw OptionError(EX_CONFIG, origin + " is not an option");
    for (std::string& value : ValuesOf(entry, found->kind, origin)) {
      layer.push_back({found, std::move(value), origin});
    }
  }
  return layer;
}

std::string Lookup(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

// An empty variable counts as unset.
Layer FromEnvironment(const Environment& environment) {
  Layer layer;
  for (const Row& row : kRows) {
    const std::string variable = VariableOf(row.name);
    const std::string value = Lookup(environment, variable);
    if (value.empty()) continue;
    if (row.kind != Kind::kList) {
      layer.push_back({&row, value, variable});
      continue;
    }
    for (std::string& part : SplitList(value)) {
      layer.push_back({&row, std::move(part), variable});
    }
  }
  return layer;
}

std::vector<std::string> UnknownVariables(const Environment& environment) {
  std::vector<std::string> unknown;
  for (const auto& [variable, value] : environment) {
    const bool known =
        variable == VariableOf("config") ||
        std::any_of(std::begin(kRows), std::end(kRows), [&](const Row& row) {
          return variable == VariableOf(row.name);
        });
    if (variable.starts_with("TMSERVER_") && !known)
      unknown.push_back(variable);
  }
  return unknown;
}

cxxopts::Options Parser() {
  cxxopts::Options parser("tmserver",
                          "Keeps TurboMessage's mail and serves "
                          "it to tmctl and other programs.");
  parser.custom_help("[serve] [OPTIONS] [PORT]");
  parser.allow_unrecognised_options();
  auto add = parser.add_options();
  for (const Row& row : kRows) {
    if (row.kind == Kind::kSwitch) {
      add(row.name, row.help, cxxopts::value<bool>());
      continue;
    }
    auto value = cxxopts::value<std::string>();
    if (row.fallback) value->default_value(row.fallback);
    add(row.name, row.help, value, row.argument);
  }
  add("config",
      std::string("configuration file (default: ") + kDefaultConfig +
          " if there is one)",
      cxxopts::value<std::string>(), "F");
  add("h,help", "show this text");
  add("version", "show the version");
  return parser;
}

// What the command line says.
struct Given {
  Action action = Action::kServe;
  Layer layer;
  std::string config;
};

[[noreturn]] void BadUsage(const std::string& message) {
  throw OptionError(EX_USAGE, message);
}

// The words that are neither options nor their values: serve and PORT.
void AddOperand(const std::string& word, bool is_first, Given& given) {
  static constexpr const char* kLater[] = {"backup", "restore", "check",
                                           "stats",  "copy",    "admin-token"};
  if (word.size() > 1 && word.front() == '-') {
    BadUsage("unknown option " + word.substr(0, word.find('=')));
  }
  if (is_first && word == "serve") return;
  if (std::find(std::begin(kLater), std::end(kLater), word) !=
      std::end(kLater)) {
    BadUsage("this version has no command '" + word + "'");
  }
  if (word.empty() || word.find_first_not_of("0123456789") != word.npos) {
    BadUsage("'" + word + "' is neither a command nor a port");
  }
  const Row* port = FindRow("port");
  for (const Setting& setting : given.layer) {
    if (setting.row == port) BadUsage("the port is given twice");
  }
  given.layer.push_back({port, word, "PORT"});
}

Given ParseArguments(const std::vector<std::string>& args) {
  std::vector<const char*> argv = {"tmserver"};
  for (const std::string& arg : args) argv.push_back(arg.c_str());
  Given given;
  try {
    cxxopts::Options parser = Parser();
    const cxxopts::ParseResult result =
        parser.parse(static_cast<int>(argv.size()), argv.data());
    for (const cxxopts::KeyValue& option : result.arguments()) {
      if (option.key() == "help") given.action = Action::kHelp;
      if (option.key() == "version") given.action = Action::kVersion;
      if (option.key() == "config") given.config = option.value();
      const Row* row = FindRow(option.key());
      if (row)
        given.layer.push_back({row, option.value(), "--" + option.key()});
    }
    for (const std::string& word : result.unmatched()) {
      AddOperand(word, word == args.front(), given);
    }
  } catch (const cxxopts::exceptions::missing_argument&) {
    BadUsage("option " + args.back() + " needs a value");
  } catch (const cxxopts::exceptions::exception& e) {
    BadUsage(e.what());
  }
  return given;
}

// Of $HOME or, without it, the password database.
std::string HomeDirectory(const Environment& environment) {
  const std::string home = Lookup(environment, "HOME");
  if (!home.empty()) return home;
  const passwd* entry = getpwuid(getuid());  // no other thread runs yet
  return entry && entry->pw_dir ? entry->pw_dir : "";
}

std::string DefaultStore(const Environment& environment) {
  std::string state = Lookup(environment, "STATE_DIRECTORY");
  state.resize(std::min(state.size(), state.find(':')));  // systemd's list
  if (state.empty()) {
    const std::string xdg = Lookup(environment, "XDG_STATE_HOME");
    if (xdg.starts_with('/')) state = xdg + "/turbomessage";
  }
  if (state.empty()) {
    const std::string home = HomeDirectory(environment);
    if (home.empty()) {
      throw OptionError(EX_CONFIG,
                        "there is no home directory to keep the "
                        "mail in: give --store");
    }
    state = home + "/.local/state/turbomessage";
  }
  return "sqlite:" + state + "/mail.db";
}

}  // namespace

CommandLine ParseOptions(const std::vector<std::string>& args,
                         const Environment& environment,
                         const std::string& default_config) {
  const Given given = ParseArguments(args);
  CommandLine line;
  line.action = given.action;
  if (line.action != Action::kServe) return line;

  std::string config = given.config;
  if (config.empty()) config = Lookup(environment, VariableOf("config"));
  const bool by_default = config.empty();
  if (by_default) config = default_config;

  Apply(Defaults(), EX_SOFTWARE, line.options);
  Apply(FromFile(config, by_default), EX_CONFIG, line.options);
  Apply(FromEnvironment(environment), EX_CONFIG, line.options);
  Apply(given.layer, EX_USAGE, line.options);
  if (line.options.store.empty()) {
    line.options.store = DefaultStore(environment);
  }
  line.unknown_variables = UnknownVariables(environment);
  return line;
}

std::string Help() {
  std::string options = Parser().help();
  for (size_t at; (at = options.find(" \n")) != options.npos;) {
    options.erase(at, 1);
  }
  return options + R"(
Each option is also a variable (TMSERVER_TRAY_CAPACITY=20) and a key of the
configuration file, which is JSON with comments ({"tray_capacity": 20}); of
several, the command line counts first, then the environment, then the file.
D is a duration like 90s, 1h30m or 2d; S a size like 10k or 1MiB, in powers of
1024. Addresses in TMSERVER_LISTEN are separated by commas.

SIGTERM and SIGINT end the server once running calls are answered; SIGHUP reads
the log level again.

Exit codes: 0 ended by a signal, 64 command line, 69 address in use, 70 fault
of ours, 73 or 74 storage failed, 75 store in use, 78 configuration.
)";
}

}  // namespace turbo::server
