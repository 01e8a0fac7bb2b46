#!/usr/bin/env bats
# tmctl help: every command explains itself.

load helpers

COMMANDS=(register login logout whoami passwd send sendmail run queue inbox outbox
  watch read mark delete token config doctor schema completion help version)

@test "help lists every command with a line about it" {
  ok tmctl help
  local command
  for command in "${COMMANDS[@]}"; do
    grep -Eq "^ +$command +[^ ]" <<<"$output"
  done
}

@test "--help and -h are help" {
  ok tmctl help
  local help=$output option
  for option in --help -h; do
    ok tmctl "$option"
    [ "$output" = "$help" ]
  done
}

@test "every command has its help, by three ways" {
  local command
  for command in "${COMMANDS[@]}"; do
    ok tmctl help "$command"
    [[ $output == *"tmctl $command"* || $output == *"$command"* ]]
    local help=$output
    ok tmctl "$command" --help
    [ "$output" = "$help" ]
    ok tmctl "$command" -h
    [ "$output" = "$help" ]
  done
}

@test "help names the options of a command" {
  local option
  ok tmctl help inbox
  for option in unread read from to since until subject label limit all body \
    reverse count exists cursor cursor-file; do
    [[ $output == *"--$option"* ]]
  done
  ok tmctl help send
  for option in subject label key once each no-copy copy skip-empty max-body \
    dry-run queue; do
    [[ $output == *"--$option"* ]]
  done
  ok tmctl help token
  for option in scope expires grace out ignore-missing; do
    [[ $output == *"--$option"* ]]
  done
}

@test "help needs no server, no home and no readable configuration" {
  run -0 env -i "$(command -v tmctl)" help
  mkdir -p "${CONFIG%/*}"
  echo '{' >"$CONFIG"
  chmod 644 "$CONFIG"
  ok tmctl help
  ok tmctl help send
}

@test "help on an unknown command is a usage error" {
  refused 64 usage tmctl help snd
  [[ $(jq -r '.message + .hint' <<<"$error") == *send* ]]
}

@test "tmctl alone is a usage error that shows the way" {
  run -64 --separate-stderr tmctl
  [ -z "$output" ]
  [[ $stderr == *help* || $stderr == *COMMAND* ]]
}
