#include <algorithm>

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

bool TakesFile(const Option& option) {
  return option.argument == "F" || option.argument == "FILE";
}

// The words that a command's first operand may be, where they are few: those
// of "list|get KEY".
std::string FirstOperands(const Command& command) {
  std::string words;
  std::string_view rest = command.operands;
  while (!rest.empty()) {
    const std::string_view choice = rest.substr(0, rest.find('|'));
    rest.remove_prefix(std::min(choice.size() + 1, rest.size()));
    const std::string_view word = choice.substr(0, choice.find(' '));
    const bool is_word = std::all_of(
        word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (is_word) words += (words.empty() ? "" : " ") + std::string(word);
  }
  return words;
}

// `text` inside single quotes of fish and zsh.
std::string Quoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return "'" + quoted + "'";
}

// Lines of a case for what follows an option: its values, or files.
std::string BashValues(std::string_view command,
                       std::span<const Option> options) {
  std::string lines;
  for (const Option& option : options) {
    if (option.argument.empty()) continue;
    const std::string start = std::string(command) + ":-";
    lines += "    " + start + "-" + std::string(option.name);
    if (option.short_name) lines += "|" + start + option.short_name;
    lines += ") values='" + std::string(option.values) + "'" +
             (TakesFile(option) ? "" : "; compopt +o default 2>/dev/null") +
             " ;;\n";
  }
  return lines;
}

// What follows each option of all commands, and each command.
std::string BashValues() {
  std::string lines = BashValues("*", GlobalOptions());
  for (const Command& command : Commands()) {
    lines += BashValues(command.name, command.options);
    const std::string words = FirstOperands(command);
    if (words.empty()) continue;
    lines += "    " + std::string(command.name) + ":" +
             std::string(command.name) + ") values='" + words + "' ;;\n";
  }
  return lines;
}

std::string Bash() {
  std::string script =
      "# bash completion of tmctl; made by: tmctl completion bash\n"
      "_tmctl() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} command= i\n"
      "  local previous=${COMP_WORDS[COMP_CWORD - 1]} values=none\n"
      "  local commands='" +
      CommandNames() +
      "'\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    if [[ \" $commands \" == *\" ${COMP_WORDS[i]} \"* ]]; then\n"
      "      command=${COMP_WORDS[i]}\n"
      "      break\n"
      "    fi\n"
      "  done\n"
      "  case $command:$previous in\n" +
      BashValues() +
      "  esac\n"
      "  if [[ $values != none && $word != -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$word\")\n"
      "    return\n"
      "  fi\n"
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
      tail += ":" + std::string(option.argument) + ":";
      if (TakesFile(option)) tail += "_files";
      if (!option.values.empty()) {
        tail += "(" + std::string(option.values) + ")";
      }
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
    const std::string words = FirstOperands(command);
    script += "        " + std::string(command.name) + ") _arguments" +
              ZshOptions(GlobalOptions()) + ZshOptions(command.options) +
              (words.empty() ? "" : " '1:what:(" + words + ")'") +
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
    if (!option.argument.empty()) script += TakesFile(option) ? " -r" : " -x";
    if (!option.values.empty()) {
      script += " -a " + Quoted(option.values);
    }
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
    const std::string seen =
        "__fish_seen_subcommand_from " + std::string(command.name);
    AddFishOptions(command.options, " -n '" + seen + "'", script);
    const std::string words = FirstOperands(command);
    if (words.empty()) continue;
    script += "complete -c tmctl -f -n '" + seen +
              "; and not __fish_seen_subcommand_from " + words + "' -a '" +
              words + "'\n";
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
