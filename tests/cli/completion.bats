#!/usr/bin/env bats
# tmctl completion: the three shells complete commands and options.

load helpers

# in_bash WORD...: what bash offers for the last word of `tmctl WORD...`.
in_bash() {
  tmctl completion bash >tmctl.bash
  bash --norc -c '
    source /usr/share/bash-completion/bash_completion
    source ./tmctl.bash
    COMP_WORDS=(tmctl "$@")
    COMP_CWORD=$#
    COMP_LINE="${COMP_WORDS[*]}"
    COMP_POINT=${#COMP_LINE}
    complete=($(complete -p tmctl))
    for ((i = 0; i < ${#complete[@]}; i++)); do
      [[ ${complete[i]} != -F ]] || function=${complete[i + 1]}
    done
    "$function" tmctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf "%s\n" "${COMPREPLY[@]}"' bash "$@" | sed 's/ *$//'
}

# in_fish LINE: what fish offers for the command line.
in_fish() {
  tmctl completion fish >tmctl.fish
  fish --no-config -c 'source ./tmctl.fish; complete -C "$argv[1]"' "$1" |
    cut -f 1
}

@test "bash completes commands" {
  run -0 in_bash s
  grep -qx send <<<"$output"
  grep -qx schema <<<"$output"
  run ! grep -qx inbox <<<"$output"
}

@test "bash completes a command's options and the global ones" {
  run -0 in_bash inbox --un
  grep -qx -- --unread <<<"$output"
  grep -qx -- --until <<<"$output"
  run -0 in_bash send --prof
  grep -qx -- --profile <<<"$output"
}

@test "bash completes the values of options, and what a command begins with" {
  [ "$(in_bash inbox -o j | xargs)" = 'json jsonl' ]
  [ "$(in_bash read --box '' | xargs)" = 'inbox outbox' ]
  [ "$(in_bash send --queue a | xargs)" = 'always auto' ]
  [ "$(in_bash config '' | xargs)" = 'list path get set' ]
  [ "$(in_bash completion z)" = zsh ]
  [ -z "$(in_bash -p '')" ]
  [ -z "$(in_bash send --file '')" ] # the shell offers files then
}

@test "fish completes the values of options, and what a command begins with" {
  [ "$(in_fish 'tmctl inbox -o j' | xargs)" = 'json jsonl' ]
  [ "$(in_fish 'tmctl config ' | xargs)" = 'get list path set' ]
  [ "$(in_fish 'tmctl completion z')" = zsh ]
  touch file
  run ! grep -qx file <<<"$(in_fish 'tmctl -p f')"
  [ "$(in_fish 'tmctl send --file f')" = file ]
}

@test "fish completes commands and options" {
  run -0 in_fish 'tmctl se'
  grep -qx send <<<"$output"
  run -0 in_fish 'tmctl inbox --unr'
  grep -qx -- --unread <<<"$output"
}

@test "zsh accepts its completion, which knows every command" {
  tmctl completion zsh >_tmctl
  zsh -n _tmctl
  [[ $(head -n 1 _tmctl) == '#compdef tmctl'* ]]
  local command
  for command in register login logout whoami passwd send inbox outbox read \
    mark delete token config schema completion help; do
    grep -qw "$command" _tmctl
  done
  # Loaded by compinit, it is the completion of tmctl.
  run -0 zsh -f -c "fpath=($PWD \$fpath); autoload -U compinit
    compinit -D -u; echo \$_comps[tmctl]"
  [ "$output" = _tmctl ]
}

@test "completions need no server and no configuration" {
  run -0 env -i "$(command -v tmctl)" completion bash
  [[ -n $output ]]
}

@test "an unknown shell is a usage error" {
  refused 64 usage tmctl completion tcsh
  refused 64 usage tmctl completion
}
