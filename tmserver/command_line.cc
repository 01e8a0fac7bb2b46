#include "tmserver/command_line.h"

#include <sysexits.h>

#include <algorithm>
#include <iterator>

// std::regex overflows the stack on long arguments.
#define CXXOPTS_NO_REGEX
#include <cxxopts.hpp>

namespace turbo::server {
namespace {

cxxopts::Options Parser() {
  cxxopts::Options parser("tmserver",
                          "Keeps TurboMessage's mail and serves "
                          "it to tmctl and other programs.");
  parser.custom_help(
      "[serve] [OPTIONS] [PORT]\n  tmserver admin-token [OPTIONS] USER");
  parser.allow_unrecognised_options();
  auto add = parser.add_options();
  for (const OptionRow& row : OptionTable()) {
    if (row.kind == ConfigKind::kSwitch) {
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
  add("expires", "admin-token: the token ends after D (default 90d), or never",
      cxxopts::value<std::string>(), "D");
  add("h,help", "show this text");
  add("version", "show the version");
  return parser;
}

[[noreturn]] void BadUsage(const std::string& message) {
  throw OptionError(EX_USAGE, message);
}

// The words that are neither options nor their values: a command and what it
// works on, which is PORT or USER.
void AddOperand(const std::string& word, bool is_first, Given& given) {
  static constexpr const char* kLater[] = {"backup", "restore", "check",
                                           "stats", "copy"};
  if (word.size() > 1 && word.front() == '-') {
    BadUsage("unknown option " + word.substr(0, word.find('=')));
  }
  if (is_first && word == "serve") return;
  if (is_first && word == "admin-token") {
    given.action = Action::kAdminToken;
    return;
  }
  if (given.action == Action::kAdminToken) {
    if (!given.user.empty()) BadUsage("admin-token takes one USER");
    given.user = word;
    return;
  }
  if (std::find(std::begin(kLater), std::end(kLater), word) !=
      std::end(kLater)) {
    BadUsage("this version has no command '" + word + "'");
  }
  if (word.empty() || word.find_first_not_of("0123456789") != word.npos) {
    BadUsage("'" + word + "' is neither a command nor a port");
  }
  const OptionRow* port = FindOption("port");
  for (const Setting& setting : given.settings) {
    if (setting.row == port) BadUsage("the port is given twice");
  }
  given.settings.push_back({port, word, "PORT"});
}

void CheckCommand(const Given& given) {
  if (given.action == Action::kAdminToken && given.user.empty()) {
    BadUsage("admin-token needs a USER");
  }
  if (given.action == Action::kServe && given.expires) {
    BadUsage("--expires is for admin-token");
  }
}

}  // namespace

Given ParseArguments(const std::vector<std::string>& args) {
  std::vector<const char*> argv = {"tmserver"};
  for (const std::string& arg : args) argv.push_back(arg.c_str());
  Given given;
  try {
    cxxopts::Options parser = Parser();
    const cxxopts::ParseResult result =
        parser.parse(static_cast<int>(argv.size()), argv.data());
    for (const cxxopts::KeyValue& option : result.arguments()) {
      if (option.key() == "config") given.config = option.value();
      if (option.key() == "expires") given.expires = option.value();
      const OptionRow* row = FindOption(option.key());
      if (row)
        given.settings.push_back({row, option.value(), "--" + option.key()});
    }
    const std::vector<std::string>& words = result.unmatched();
    for (const std::string& word : words) {
      AddOperand(word, &word == &words.front() && word == args.front(), given);
    }
    if (result.count("version") > 0) given.action = Action::kVersion;
    if (result.count("help") > 0) given.action = Action::kHelp;
    CheckCommand(given);
  } catch (const cxxopts::exceptions::missing_argument&) {
    BadUsage("option " + args.back() + " needs a value");
  } catch (const cxxopts::exceptions::exception& e) {
    BadUsage(e.what());
  }
  return given;
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
1024. RATE is 50/s, 300/m or 20/h, with :N for N at once. Addresses in
TMSERVER_LISTEN are separated by commas.

SIGTERM and SIGINT end the server once running calls are answered; SIGHUP reads
the levels of the logs again, opens the audit log anew, and reads the TLS files,
which are also read where they change.

Exit codes: 0 ended by a signal, 64 command line, 69 address in use, 70 fault
of ours, 73 or 74 storage failed, 75 store in use, 78 configuration.
)";
}

}  // namespace turbo::server
