#include <cstddef>
#include <string>
#include <vector>

#include "tmctl/base/failure.h"
#include "tmctl/commands.h"
#include "tmctl/plugins.h"
#include "tmctl/sendmail/sendmail_words.h"
#include "tmctl/session/secrets.h"

namespace turbo::ctl {
namespace {

// Without a command: only help and version make sense.
int RunBare(const std::vector<std::string>& words) {
  const Arguments arguments = ParseArguments(GlobalOptions(), {}, words);
  if (arguments.Has("help")) {
    Output::Write(GeneralHelp());
    return kExitOk;
  }
  if (!arguments.Has("version")) throw Usage("which command?");
  Output output(OutputMode::kJson, false, false);
  Context context{arguments, {}, output, nullptr, nullptr, nullptr};
  return CmdVersion(context);
}

// A command that isn't in the table: of another program, or mistyped.
int RunOther(const CommandLine& line) {
  const std::string program = FindPlugin(line.command);
  if (program.empty()) throw UnknownCommand(line.command);
  const auto cut = line.words.begin() + static_cast<ptrdiff_t>(line.before);
  const Arguments globals =
      ParseArguments(GlobalOptions(), {}, {line.words.begin(), cut});
  if (globals.Has("help")) {
    Output::Write(HelpOfPlugin(line.command, program));
    return kExitOk;
  }
  if (globals.Has("version")) return RunBare({"--version"});
  RunPlugin(program, globals, {cut, line.words.end()});
}

// The command and its words, all of them ours.
CommandLine Understand(const std::vector<std::string>& words) {
  CommandLine line = CutAtCommand(GlobalOptions(), words);
  if (line.command != "sendmail") return line;
  std::vector<std::string> warnings;
  CommandLine ours = TranslateSendmail(
      line, GlobalOptions(), FindCommand(line.command)->options, warnings);
  for (const std::string& warning : warnings) {
    Output(GuessOutput({}), false, false).Warn("unknown_option", warning);
  }
  return ours;
}

void CheckOperands(const Command& command, const Arguments& arguments) {
  const size_t count = arguments.operands().size();
  const std::string name(command.name);
  if (count < command.min_operands) {
    throw Usage(name + " needs " + std::string(command.operands));
  }
  if (count > command.max_operands) {
    throw Usage(name + " does not take '" +
                arguments.operands()[command.max_operands] + "'");
  }
}

// The administration socket asks for no token.
Token TokenIfAny(const Settings& settings, const Config& config) {
  try {
    return FindToken(settings, config);
  } catch (const Failure& failure) {
    const bool none =
        failure.code == "not_logged_in" || failure.code == "permission_denied";
    if (!settings.server.is_unix() || !none) throw;
    return {};
  }
}

int Run(const Command& command, const Arguments& arguments) {
  if (command.needs == Needs::kNothing) {
    Output output(OutputMode::kJson, false, false);
    Context context{arguments, {}, output, nullptr, nullptr, nullptr};
    return command.run(context);
  }
  Config config(ConfigPath(arguments));
  Settings settings = ResolveSettings(arguments, config, command.makes_profile);
  if (settings.output == OutputMode::kIds && !command.has_ids) {
    if (arguments.Has("output")) {
      throw Usage(std::string(command.name) + " has no ids to print");
    }
    settings.output = OutputMode::kJson;
  }
  Output output(settings.output, settings.quiet, settings.verbose);
  Context context{arguments, settings, output, &config, nullptr, nullptr};
  if (command.needs == Needs::kConfig) return command.run(context);
  Token token;
  if (command.needs == Needs::kSession) token = FindToken(settings, config);
  if (command.needs == Needs::kAdmin) token = TokenIfAny(settings, config);
  output.Say("server " + settings.server.Text() + ", profile " +
             settings.profile);
  const auto client = Connect(settings, token.text, output);
  context.token = &token;
  context.client = client.get();
  return command.run(context);
}

}  // namespace

int RunCommandLine(const std::vector<std::string>& words) {
  const CommandLine line = Understand(words);
  if (line.command.empty()) return RunBare(words);
  const Command* command = FindCommand(line.command);
  if (command == nullptr) return RunOther(line);
  try {
    const Arguments arguments =
        ParseArguments(GlobalOptions(), command->options, line.words);
    if (arguments.Has("help")) {
      Output::Write(HelpOf(*command));
      return kExitOk;
    }
    if (arguments.Has("version")) return RunBare({"--version"});
    CheckOperands(*command, arguments);
    return Run(*command, arguments);
  } catch (Failure& failure) {
    if (failure.code == "usage" && failure.hint == Usage("").hint) {
      failure.hint += " " + line.command;
    }
    throw;
  }
}

}  // namespace turbo::ctl
