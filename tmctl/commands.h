// The commands: one table from which dispatch, help, completion, "did you mean"
// and the tests of the manual derive.
#ifndef TMCTL_COMMANDS_H_
#define TMCTL_COMMANDS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tmctl/base/failure.h"
#include "tmctl/config/options.h"
#include "tmctl/session/context.h"

namespace turbo::ctl {

enum class Needs {
  kNothing,  // no configuration: works whatever is broken
  kConfig,
  kServer,   // and a connection, without a token
  kSession,  // and a token
  kAdmin,    // and a token; through a Unix socket only if there is one
};

struct Command {
  std::string_view name;
  std::string_view operands;  // as the usage line shows them
  std::string_view summary;
  Needs needs;
  int (*run)(Context&);  // the exit status
  std::vector<Option> options = {};
  size_t min_operands = 0;
  size_t max_operands = 0;
  bool has_ids = false;        // -o ids makes sense
  bool makes_profile = false;  // a missing profile is no error
};

const std::vector<Command>& Commands();
const Command* FindCommand(std::string_view name);

// Texts for people: what tmctl can do, or one command.
std::string GeneralHelp();
std::string HelpOf(const Command& command);
// About the command `name` that `program` adds.
std::string HelpOfPlugin(const std::string& name, const std::string& program);

// The command's name that `mistyped` may mean; empty where none is near.
std::string NearestCommand(std::string_view mistyped);

// usage, with the nearest command as its hint.
Failure UnknownCommand(const std::string& name);

// Finds, prepares and runs the command that `words` (argv without its first)
// ask for. Returns the exit status; throws Failure.
int RunCommandLine(const std::vector<std::string>& words);

inline constexpr size_t kAnyNumber = static_cast<size_t>(-1);

// One for each cmd_NAME.cc.
int CmdRegister(Context& context);
int CmdLogin(Context& context);
int CmdLogout(Context& context);
int CmdWhoami(Context& context);
int CmdPasswd(Context& context);
int CmdSend(Context& context);
int CmdSendmail(Context& context);
int CmdQueue(Context& context);
int CmdRun(Context& context);
int CmdInbox(Context& context);
int CmdOutbox(Context& context);
int CmdRead(Context& context);
int CmdWatch(Context& context);
int CmdMark(Context& context);
int CmdDelete(Context& context);
int CmdToken(Context& context);
int CmdAdmin(Context& context);
int CmdConfig(Context& context);
int CmdDoctor(Context& context);
int CmdSchema(Context& context);
int CmdCompletion(Context& context);
int CmdHelp(Context& context);
int CmdVersion(Context& context);

}  // namespace turbo::ctl

#endif  // TMCTL_COMMANDS_H_
