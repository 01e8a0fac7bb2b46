#include "tmserver/options.h"

#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "tmserver/command_line.h"
#include "tmserver/config_file.h"
#include "tmserver/option_table.h"

namespace turbo::server {
namespace {

// The options that one source sets.
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
  for (const OptionRow& row : OptionTable()) {
    if (row.fallback) layer.push_back({&row, row.fallback, row.name});
  }
  return layer;
}

Layer FromFile(const std::string& path, bool may_be_missing) {
  Layer layer;
  for (const auto& [key, entry] : ReadConfigFile(path, may_be_missing)) {
    const std::string origin = path + ": " + key;
    const OptionRow* found = nullptr;
    for (const OptionRow& row : OptionTable()) {
      if (KeyOf(row.name) == key) found = &row;
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
  for (const OptionRow& row : OptionTable()) {
    const std::string variable = VariableOf(row.name);
    const std::string value = Lookup(environment, variable);
    if (value.empty()) continue;
    if (row.kind != ConfigKind::kList) {
      layer.push_back({&row, value, variable});
      continue;
    }
    for (std::string& part : SplitList(value)) {
      layer.push_back({&row, std::move(part), variable});
    }
  }
  return layer;
}

bool IsOption(const std::string& variable) {
  return variable == VariableOf("config") ||
         std::any_of(OptionTable().begin(), OptionTable().end(),
                     [&](const OptionRow& row) {
                       return variable == VariableOf(row.name);
                     });
}

std::vector<std::string> UnknownVariables(const Environment& environment) {
  std::vector<std::string> unknown;
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with("TMSERVER_") || IsOption(variable)) continue;
    unknown.push_back(variable);
  }
  return unknown;
}

// Of $HOME or, without it, the password database.
std::string HomeDirectory(const Environment& environment) {
  std::string home = Lookup(environment, "HOME");
  if (!home.empty()) return home;
  const passwd* entry = getpwuid(getuid());  // no other thread asks
  return entry && entry->pw_dir ? entry->pw_dir : "";
}

// Half of TLS would be none.
void CheckTls(const TlsFiles& tls, int exit_code) {
  if (tls.cert.empty() != tls.key.empty()) {
    throw OptionError(exit_code, tls.key.empty()
                                     ? "--tls-cert needs --tls-key"
                                     : "--tls-key needs --tls-cert");
  }
  if (!tls.client_ca.empty() && !tls.wanted()) {
    throw OptionError(exit_code, "--tls-client-ca needs --tls-cert, --tls-key");
  }
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

// Beside the store: whoever finds the one finds the other, and servers with
// stores of their own don't meet.
std::string DefaultAdminSocket(const std::string& store) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (!store.starts_with(kSqlite)) return "";
  const std::string path = store.substr(kSqlite.size());
  const size_t name = path.rfind('/') + 1;  // 0 where there is no slash
  return path.substr(0, name) + "tmserver-admin/" + path.substr(name) + ".sock";
}

AdminTokenOrder OrderOf(const Given& given) {
  AdminTokenOrder order{given.user, std::nullopt};
  if (!given.expires) return order;
  try {
    const bool endless = *given.expires == "0" || *given.expires == "never";
    order.life =
        endless ? std::chrono::milliseconds(0) : ParseDuration(*given.expires);
  } catch (const std::invalid_argument& e) {
    throw OptionError(EX_USAGE, std::string("--expires: ") + e.what());
  }
  return order;
}

}  // namespace

CommandLine ParseOptions(const std::vector<std::string>& args,
                         const Environment& environment,
                         const std::string& default_config) {
  const Given given = ParseArguments(args);
  CommandLine line;
  line.action = given.action;
  if (line.action != Action::kServe && line.action != Action::kAdminToken) {
    return line;
  }
  line.admin_token = OrderOf(given);

  std::string config = Lookup(environment, VariableOf("config"));
  const bool by_default = !given.config && config.empty();
  if (by_default) config = default_config;
  if (given.config) config = *given.config;

  Apply(Defaults(), EX_SOFTWARE, line.options);
  Apply(FromFile(config, by_default), EX_CONFIG, line.options);
  Apply(FromEnvironment(environment), EX_CONFIG, line.options);
  Apply(given.settings, EX_USAGE, line.options);
  const bool by_flag = std::any_of(
      given.settings.begin(), given.settings.end(), [](const Setting& s) {
        return std::string_view(s.row->name).starts_with("tls-");
      });
  CheckTls(line.options.tls, by_flag ? EX_USAGE : EX_CONFIG);
  if (line.options.store.empty()) {
    line.options.store = DefaultStore(environment);
  }
  if (!line.options.admin_socket_chosen) {
    line.options.admin_socket = DefaultAdminSocket(line.options.store);
  }
  line.unknown_variables = UnknownVariables(environment);
  return line;
}

}  // namespace turbo::server
