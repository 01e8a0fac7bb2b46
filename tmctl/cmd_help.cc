#include "tmctl/commands.h"
#include "tmctl/failure.h"

namespace turbo::ctl {

int CmdHelp(Context& context) {
  const auto& operands = context.arguments.operands();
  if (operands.empty()) {
    Output::Write(GeneralHelp());
    return kExitOk;
  }
  const Command* command = FindCommand(operands.front());
  if (command == nullptr) throw UnknownCommand(operands.front());
  Output::Write(HelpOf(*command));
  return kExitOk;
}

}  // namespace turbo::ctl
