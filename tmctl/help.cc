#include "tmctl/base/text.h"
#include "tmctl/commands.h"
#include "tmctl/plugins.h"

namespace turbo::ctl {
namespace {

constexpr size_t kSummaryColumn = 14;

}  // namespace

std::string GeneralHelp() {
  std::string text =
      "Usage: tmctl [GLOBAL OPTIONS] COMMAND [OPTIONS] [ARGS]\n\n"
      "Mail between the users of a tmserver, for scripts.\n\nCommands:\n";
  for (const Command& command : Commands()) {
    std::string line = "  " + std::string(command.name);
    line.resize(kSummaryColumn, ' ');
    text += line + std::string(command.summary) + "\n";
  }
  const std::vector<std::string> plugins = PluginNames();
  if (!plugins.empty()) text += "\nOther programs on PATH (tmctl-NAME):\n";
  for (const std::string& name : plugins) {
    text += "  " + Harmless(name) + "\n";
  }
  return text + "\nGlobal options (before or after the command):\n" +
         DescribeOptions(GlobalOptions()) +
         "\nMore: tmctl help COMMAND, man tmctl, man turbomessage\n";
}

std::string HelpOf(const Command& command) {
  const std::string name(command.name);
  std::string text = "Usage: tmctl " + name + " [OPTIONS]";
  if (!command.operands.empty()) text += " " + std::string(command.operands);
  text += "\n\n" + std::string(command.summary) + "\n";
  if (!command.options.empty()) {
    text += "\nOptions:\n" + DescribeOptions(command.options);
  }
  return text + "\nGlobal options:\n" + DescribeOptions(GlobalOptions()) +
         "\nMore: man tmctl-" + name + "\n";
}

std::string HelpOfPlugin(const std::string& name, const std::string& program) {
  return Harmless("'" + name + "' is the program " + program) +
         "\nwhich may say more: tmctl " + Harmless(name) + " --help\n";
}

}  // namespace turbo::ctl
