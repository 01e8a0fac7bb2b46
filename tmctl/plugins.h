// Commands that other programs add: `tmctl-foo` on PATH is `tmctl foo`, unless
// tmctl has a command of that name.
#ifndef TMCTL_PLUGINS_H_
#define TMCTL_PLUGINS_H_

#include <string>
#include <vector>

#include "tmctl/config/options.h"

namespace turbo::ctl {

// The path of the program that is the command `name`; empty where there is
// none.
std::string FindPlugin(const std::string& name);

// The names of the commands that programs add, sorted.
std::vector<std::string> PluginNames();

// Becomes `program` with `words`, which finds in its environment what `globals`
// (the options before the command), variables and the profile say. usage,
// bad_config; os_error where it can't be run.
[[noreturn]] void RunPlugin(const std::string& program,
                            const Arguments& globals,
                            const std::vector<std::string>& words);

}  // namespace turbo::ctl

#endif  // TMCTL_PLUGINS_H_
