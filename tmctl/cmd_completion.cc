#include "tmctl/base/failure.h"
#include "tmctl/commands.h"

namespace turbo::ctl {
namespace {

// All words of `options` as a shell lists them: "-s --subject ...".
std::string WordsOf(std::span<const Option> options) {
  std::string words;
  for (const Option& option : options) {
    words += " --" + std::string(option.name);
    if (option.short_name) words += std::string(" -") + option.short_name;
  }
  return words;
}

std::string CommandNames() {
  std::string names;
  for (const Command& command : Commands()) {
    names += (names.empty() ? "" : " ") + std::string(command.name);
  }
  return names;
}

// `text` inside single quotes of fish and zsh.
std::string Quoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return "'" + quoted + "'";
}

std::string Bash() {
  std::string script =
      "# bash completion of tmctl; made by: tmctl completion bash\n"
      "_tmctl() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} command= i\n"
      "  local commands='" +
      CommandNames() +
      "'\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    if [[ \" $commands \" == *\" ${COMP_WORDS[i]} \"* ]]; then\n"
      "      command=${COMP_WORDS[i]}\n"
      "      break\n"
      "    fi\n"
      "  done\n"
      "  local options='" +
      WordsOf(GlobalOptions()).substr(1) +
      "'\n"
      "  case $command in\n"
      "    '') [[ $word == -* ]] || options=$commands ;;\n";
  for (const Command& command : Commands()) {
    if (command.options.empty()) continue;
    script += "    " + std::string(command.name) + ") options+='" +
              WordsOf(command.options) + "' ;;\n";
  }
  return script +
         "  esac\n"
         "  case $command in help) options=$commands ;; esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
         "}\n"
         "complete -o default -F _tmctl tmctl\n";
}

// One argument of zsh's _arguments for each spelling of an option.
std::string ZshOptions(std::span<const Option> options) {
  std::string specs;
  for (const Option& option : options) {
    std::string help;
    for (const char c : option.help) {
      if (c == '[' || c == ']' || c == ':') help += '\\';
      help += c;
    }
    std::string tail = "[" + help + "]";
    if (!option.argument.empty()) {
      tail += ":" + std::string(option.argument) + ":_files";
    }
    specs += " " + Quoted("*--" + std::string(option.name) + tail);
    if (option.short_name) {
      specs += " " + Quoted(std::string("*-") + option.short_name + tail);
    }
  }
  return specs;
}

std::string Zsh() {
  std::string script =
      "#compdef tmctl\n"
      "# zsh completion of tmctl; made by: tmctl completion zsh\n"
      "_tmctl() {\n"
      "  local -a commands=(";
  for (const Command& command : Commands()) {
    script += "\n    " + Quoted(std::string(command.name) + ":" +
                                std::string(command.summary));
  }
  script +=
      "\n  )\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C" +
      ZshOptions(GlobalOptions()) +
      " '1:command:->command' '*::argument:->argument'\n"
      "  case $state in\n"
      "    command) _describe command commands ;;\n"
      "    argument)\n"
      "      case $line[1] in\n"
      "        help) _describe command commands ;;\n";
  for (const Command& command : Commands()) {
    if (command.options.empty()) continue;
    script += "        " + std::string(command.name) + ") _arguments" +
              ZshOptions(GlobalOptions()) + ZshOptions(command.options) +
              " '*:argument:_files' ;;\n";
  }
  return script + "      esac ;;\n  esac\n}\n_tmctl \"$@\"\n";
}

void AddFishOptions(std::span<const Option> options,
                    const std::string& condition, std::string& script) {
  for (const Option& option : options) {
    script +=
        "complete -c tmctl" + condition + " -l " + std::string(option.name);
    if (option.short_name) script += std::string(" -s ") + option.short_name;
    if (!option.argument.empty()) script += " -r";
    script += " -d " + Quoted(option.help) + "\n";
  }
}

std::string Fish() {
  const std::string none = " -n __fish_use_subcommand";
  std::string script =
      "# fish completion of tmctl; made by: tmctl completion fish\n";
  for (const Command& command : Commands()) {
    script += "complete -c tmctl -f" + none + " -a " +
              std::string(command.name) + " -d " + Quoted(command.summary) +
              "\n";
  }
  script += "complete -c tmctl -f -n '__fish_seen_subcommand_from help' -a '" +
            CommandNames() + "'\n";
  AddFishOptions(GlobalOptions(), "", script);
  for (const Command& command : Commands()) {
    AddFishOptions(
        command.options,
        " -n '__fish_seen_subcommand_from " + std::string(command.name) + "'",
        script);
  }
  return script;
}

}  // namespace

int CmdCompletion(Context& context) {
  const std::string& shell = context.arguments.operands().front();
  if (shell == "bash") {
    Output::Write(Bash());
  } else if (shell == "zsh") {
    Output::Write(Zsh());
  } else if (shell == "fish") {
    Output::Write(Fish());
  } else {
    throw Usage("completion is for bash, zsh or fish, not '" + shell + "'");
  }
  return kExitOk;
}

}  // namespace turbo::ctl
