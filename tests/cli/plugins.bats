#!/usr/bin/env bats
# tmctl-foo on PATH is tmctl foo.

load helpers

setup() {
  fresh_home
  mkdir bin
  PATH=$PWD/bin:$PATH
}

# program NAME LINE...: a program tmctl-NAME, a script of these lines.
program() {
  printf '%s\n' '#!/bin/sh' "${@:2}" >"bin/tmctl-$1"
  chmod 755 "bin/tmctl-$1"
}

# variable NAME: prints it, as the program finds it in its environment.
variable() { sed -n "s/^$1=//p" <<<"$output"; }

# configure PROFILE JSON
configure() {
  mkdir -p "${CONFIG%/*}"
  jq -n --arg name "$1" --argjson profile "$2" '{profiles: {($name): $profile}}' \
    >"$CONFIG"
  chmod 600 "$CONFIG"
}

@test "a program on PATH is a command" {
  program hello 'echo hello'
  ok tmctl hello
  [ "$output" = hello ]
  [ -z "$stderr" ]
}

@test "its exit status is the command's, a signal too" {
  program ends 'exit "$1"'
  run -0 tmctl ends 0
  run -42 tmctl ends 42
  program dies 'kill -TERM $$'
  run -143 tmctl dies
}

@test "the words after the command reach it unchanged" {
  program words 'for word; do echo "[$word]"; done'
  ok tmctl -q words -q --help -- --server=x 'two words' '' -p $'a\nb' --nothing
  [ "$output" = $'[-q]\n[--help]\n[--]\n[--server=x]\n[two words]\n[]\n[-p]\n[a\nb]\n[--nothing]' ]
}

@test "stdin, stdout and stderr are its own" {
  program copies 'echo told >&2; cat'
  run -0 --separate-stderr tmctl copies <<<'given'
  [ "$output" = given ]
  [ "$stderr" = told ]
}

@test "a built-in can't be replaced" {
  program version 'echo replaced'
  ok tmctl version
  [[ $output == 'tmctl '* ]]
}

@test "a script without a first line is sh's" {
  echo 'echo "sh $1"' >bin/tmctl-plain
  chmod 755 bin/tmctl-plain
  ok tmctl plain x
  [ "$output" = 'sh x' ]
}

# --- Its environment ---

@test "it finds the options before the command in its environment" {
  program show env
  ok tmctl -S unix:/run/x -p office -o jsonl --timeout 1m30s --retry 4 \
    --token-file token --no-input --config none.json -qv --insecure show
  [ "$(variable TMCTL_SERVER)" = unix:/run/x ]
  [ "$(variable TMCTL_PROFILE)" = office ]
  [ "$(variable TMCTL_OUTPUT)" = jsonl ]
  [ "$(variable TMCTL_TIMEOUT)" = 90s ]
  [ "$(variable TMCTL_RETRY)" = 4 ]
  [ "$(variable TMCTL_TOKEN_FILE)" = "$PWD/token" ]
  [ "$(variable TMCTL_CONFIG)" = "$PWD/none.json" ]
  local switch
  for switch in NO_INPUT QUIET VERBOSE INSECURE; do
    [ "$(variable "TMCTL_$switch")" = 1 ]
  done
}

@test "it finds what the profile and the variables say" {
  program show env
  configure office '{"server": "mail.example", "timeout": "1500ms",
    "insecure": true, "quiet": true, "output": "ids"}'
  export TMCTL_PROFILE=office TMCTL_RETRY=3 TMCTL_QUIET=no
  ok tmctl show
  [ "$(variable TMCTL_SERVER)" = mail.example:50052 ]
  [ "$(variable TMCTL_PROFILE)" = office ]
  [ "$(variable TMCTL_TIMEOUT)" = 1500ms ]
  [ "$(variable TMCTL_RETRY)" = 3 ]
  [ "$(variable TMCTL_INSECURE)" = 1 ]
  [ "$(variable TMCTL_QUIET)" = 0 ]
  [ "$(variable TMCTL_OUTPUT)" = ids ]
}

@test "without any of them it finds the defaults" {
  program show env
  ok tmctl show
  [ "$(variable TMCTL_SERVER)" = localhost:50052 ]
  [ "$(variable TMCTL_PROFILE)" = default ]
  [ "$(variable TMCTL_CONFIG)" = "$CONFIG" ]
  [ "$(variable TMCTL_TIMEOUT)" = 10s ]
  [ "$(variable TMCTL_QUIET)" = 0 ]
  [ -z "$(variable TMCTL_OUTPUT)" ]
}

@test "a form of output that nobody chose is each program's own choice" {
  program forms 'tmctl config list; tmctl config list | head -c 1'
  configure default '{"server": "mail.example"}'
  run -0 on_terminal -- tmctl forms
  [[ $output == '[default]'*'{' ]]
  run -0 on_terminal -- tmctl --json forms
  [[ $output == '{'* && $output != *'[default]'* ]]
  TMCTL_JSON=1 run -0 on_terminal -- tmctl forms
  [[ $output == '{'* && $output != *'[default]'* ]]
}

@test "a tmctl that it runs does as it was told" {
  start_server
  register ana beto
  program greet 'tmctl send "$1" -s "hello $1" -m x'
  ok tmctl -p ana greet beto
  valid sent
  ok beto inbox
  json '.messages[0] | .from == "ana" and .subject == "hello beto"'
  run -0 on_terminal -- tmctl -p ana -o ids greet beto
  [ "$(tr -d '\r' <<<"$output")" = 2 ]
}

@test "no token comes into its environment but one that was there" {
  program show env
  configure default '{"server": "localhost:1", "token": "stored-secret",
    "token_server": "localhost:1"}'
  echo file-secret >token
  ok tmctl --token-file token show
  [[ $output != *secret* ]]
  TMCTL_TOKEN=given ok tmctl show
  [ "$(variable TMCTL_TOKEN)" = given ]
}

@test "a wrong option before it is refused, and it doesn't run" {
  program hello 'echo hello'
  refused 64 usage tmctl --nothing hello
  refused 64 usage tmctl --timeout soon hello
  TMCTL_RETRY=many refused 78 bad_config tmctl hello
  configure default '{"unknown": 1}'
  refused 78 bad_config tmctl hello
}

# --- What is no such program ---

@test "without such a program the nearest name is suggested as ever" {
  refused 64 usage tmctl snd
  is "$error" '.hint == "did you mean '\''send'\''?"'
  refused 64 usage tmctl ../hello
  refused 64 usage tmctl ''
}

@test "a file that can't be executed is none, nor is a directory" {
  echo 'echo wrong' >bin/tmctl-hello
  chmod 644 bin/tmctl-hello
  mkdir bin/tmctl-folder
  ln -s nowhere bin/tmctl-link
  refused 64 usage tmctl hello
  refused 64 usage tmctl folder
  refused 64 usage tmctl link
  mkdir later
  mv bin/tmctl-hello later/
  chmod 755 later/tmctl-hello
  mkdir bin/tmctl-hello
  PATH=$PATH:$PWD/later run -0 tmctl hello
  [ "$output" = wrong ]
}

@test "the first of several on PATH counts" {
  program hello 'echo first'
  mkdir second
  printf '#!/bin/sh\necho second\n' >second/tmctl-hello
  chmod 755 second/tmctl-hello
  PATH=$PATH:$PWD/second run -0 tmctl hello
  [ "$output" = first ]
}

@test "an empty element of PATH doesn't mean the current directory" {
  program hello 'echo hello'
  cd bin
  local path=${PATH#*:} empty
  for empty in ":$path" "$path:" "${path/:/::}"; do
    PATH=$empty refused 64 usage tmctl hello
  done
  PATH=.:$path run -0 tmctl hello
  local tmctl
  tmctl=$(command -v tmctl)
  run -64 env -u PATH "$tmctl" hello
}

@test "one that can't be run says why" {
  printf '#!/no/such/interpreter\n' >bin/tmctl-broken
  chmod 755 bin/tmctl-broken
  refused 71 os_error tmctl broken
  is "$error" '(.message | contains($path)) and (.hint | contains("interpreter"))' \
    --arg path "$PWD/bin/tmctl-broken"
}

# --- Help ---

@test "help lists the programs, each once, without those that can't be reached" {
  program zeta 'echo zeta'
  program alpha 'echo alpha'
  program send 'echo never'
  echo >bin/tmctl-text
  PATH=$PATH:$PWD/bin ok tmctl help
  [ "$(sed -n '/^Other programs/,/^$/p' <<<"$output")" = \
    $'Other programs on PATH (tmctl-NAME):\n  alpha\n  zeta' ]
  rm bin/*
  ok tmctl help
  [[ $output != *'Other programs'* ]]
}

@test "help about one says where it is, and doesn't run it" {
  program hello 'echo ran'
  ok tmctl help hello
  [[ $output == *"$PWD/bin/tmctl-hello"*'tmctl hello --help'* ]]
  local help=$output
  ok tmctl --help hello
  [ "$output" = "$help" ]
  ok tmctl --version hello
  [[ $output == 'tmctl '* ]]
}
