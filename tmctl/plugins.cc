#include "tmctl/plugins.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>

#include "tmctl/base/failure.h"
#include "tmctl/commands.h"
#include "tmctl/config/settings.h"
#include "tmctl/process/search_path.h"

namespace turbo::ctl {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "tmctl-";

void Set(const char* name, const std::string& value) {
  if (setenv(name, value.c_str(), 1) != 0) {
    throw Failure("os_error", WithErrno("can't set a variable", errno));
  }
}

std::string DurationText(Milliseconds duration) {
  const auto count = duration.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + "s"
                           : std::to_string(count) + "ms";
}

// TMCTL_OUTPUT is set only where somebody chose: else each tmctl that the
// program runs looks by itself whether it writes to a terminal or into a pipe.
void ExportOutput(const Arguments& globals, const Config& config,
                  const Settings& settings) {
  if (FindSetting(globals, &config, settings.profile, "output") ||
      FindSetting(globals, nullptr, settings.profile, "json")) {
    Set("TMCTL_OUTPUT", NameOf(settings.output));
  }
  unsetenv("TMCTL_JSON");
}

void Export(const Arguments& globals) {
  const Config config(ConfigPath(globals));
  const Settings settings = ResolveSettings(globals, config, true);
  const auto yes_no = [](bool yes) { return yes ? "1" : "0"; };
  Set("TMCTL_SERVER", settings.server.Text());
  Set("TMCTL_PROFILE", settings.profile);
  if (!config.path().empty()) {
    Set("TMCTL_CONFIG", fs::absolute(config.path()));
  }
  if (!settings.token_file.empty()) {
    Set("TMCTL_TOKEN_FILE", fs::absolute(settings.token_file));
  }
  for (const auto& [name, file] : {std::pair{"TMCTL_TLS_CA", settings.tls.ca},
                                   {"TMCTL_TLS_CERT", settings.tls.cert},
                                   {"TMCTL_TLS_KEY", settings.tls.key}}) {
    if (!file.empty()) Set(name, fs::absolute(file));
  }
  Set("TMCTL_INSECURE", yes_no(settings.insecure));
  Set("TMCTL_TIMEOUT", DurationText(settings.timeout));
  Set("TMCTL_RETRY", std::to_string(settings.retry));
  Set("TMCTL_NO_INPUT", yes_no(settings.no_input));
  Set("TMCTL_QUIET", yes_no(settings.quiet));
  Set("TMCTL_VERBOSE", yes_no(settings.verbose));
  ExportOutput(globals, config, settings);
}

}  // namespace

std::string FindPlugin(const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos) return {};
  return FindOnPath(kPrefix + name);
}

std::vector<std::string> PluginNames() {
  std::set<std::string> names;
  for (const std::string& directory : PathDirectories()) {
    std::error_code error;
    for (fs::directory_iterator i(directory, error), end; !error && i != end;
         i.increment(error)) {
      const std::string file = i->path().filename();
      if (!file.starts_with(kPrefix) || !IsProgram(i->path())) continue;
      const std::string name = file.substr(sizeof(kPrefix) - 1);
      if (!name.empty() && FindCommand(name) == nullptr) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

void RunPlugin(const std::string& program, const Arguments& globals,
               const std::vector<std::string>& words) {
  Export(globals);
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& word : words) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  // As a shell does, it gives a script without a first line to sh.
  execvp(program.c_str(), argv.data());
  throw Failure("os_error", WithErrno("can't run " + program, errno),
                "if it is a script: is the interpreter that it names there?");
}

}  // namespace turbo::ctl
