#include "tmctl/base/failure.h"
#include "tmctl/commands.h"
#include "tmctl/plugins.h"

namespace turbo::ctl {

int CmdHelp(Context& context) {
  const auto& operands = context.arguments.operands();
  if (operands.empty()) {
    Output::Write(GeneralHelp());
    return kExitOk;
  }
  const std::string& name = operands.front();
  if (const Command* command = FindCommand(name)) {
    Output::Write(HelpOf(*command));
    return kExitOk;
  }
  const std::string program = FindPlugin(name);
  if (program.empty()) throw UnknownCommand(name);
  Output::Write(HelpOfPlugin(name, program));
  return kExitOk;
}

}  // namespace turbo::ctl
