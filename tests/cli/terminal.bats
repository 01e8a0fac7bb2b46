#!/usr/bin/env bats
# What people see: tables on a terminal, and nothing that can hurt it.

load helpers

setup() { open_mail ana beto; }

# Fails where a line of the text is wider than COLUMNS of a terminal.
fits() {
  /usr/bin/python3 -c 'import sys, unicodedata
columns = int(sys.argv[1])
def width(c):
    if unicodedata.combining(c) or unicodedata.category(c) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1
for line in sys.stdin.read().splitlines():
    if sum(map(width, line)) > columns:
        sys.exit(f"too wide: {line!r}")' "$1"
}

# column TEXT: in which display column of each line of output TEXT begins.
column() {
  /usr/bin/python3 -c 'import sys, unicodedata
def width(c):
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1
for line in sys.stdin.read().splitlines():
    if sys.argv[1] in line:
        print(sum(map(width, line[:line.index(sys.argv[1])])))' "$1" \
    <<<"$output"
}

@test "a terminal gets a table, a pipe gets JSON" {
  ana -q send beto -s disk -m x
  run -0 on_terminal -- tmctl -p beto inbox
  [[ $output == *ana* && $output == *disk* && $output != *'{"'* ]]
  ok beto inbox
  valid tray
  ok beto inbox -o table
  [[ $output == *disk* && $output != *'{"'* ]]
}

@test "an empty tray on a terminal says something or nothing, but no JSON" {
  run -0 on_terminal -- tmctl -p beto inbox
  [[ $output != *'{'* ]]
}

@test "colours are for terminals, and not where NO_COLOR is set" {
  ana -q send beto -s disk -m x
  ok beto inbox -o table
  [[ $output != *$'\e'* ]]
  NO_COLOR=1 run -0 on_terminal -- tmctl -p beto inbox
  [[ $output != *$'\e'* ]]
  TERM=dumb run -0 on_terminal -- tmctl -p beto inbox
  [[ $output != *$'\e'* ]]
}

@test "wide characters keep the columns in line and the table in the window" {
  ana -q send beto -s '日本語の件名です' -m x --label k=v
  ana -q send beto -s 'plain' -m x
  ana -q send beto -s "$(printf 'длинный %.0s' {1..40})" -m x
  local columns
  for columns in 40 80 132; do
    NO_COLOR=1 run -0 on_terminal --columns "$columns" -- tmctl -p beto inbox
    fits "$columns" <<<"$output"
  done
  [ "$(column ana | sort -u | wc -l)" = 1 ]
}

@test "control characters from a message never reach the terminal" {
  ana -q send beto -s $'\e]0;pwned\a\nfake\r\e[2J\xc2\x9b31m\xe2\x80\xaeevil' \
    -m $'\e[31mred\a\r\nnext\xc2\x85\xe2\x81\xa6line' --label $'k=\e[7m'
  export NO_COLOR=1
  local command
  for command in inbox 'read --peek 1' 'inbox --body'; do
    # shellcheck disable=SC2086  # words
    run -0 on_terminal -- tmctl -p beto $command
    run ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$output"
    run ! grep -qP '\x{85}|\x{9b}|\x{202e}|\x{2066}' <<<"$output"
  done
  run -0 on_terminal -- tmctl -p beto inbox
  [ "$(grep -c evil <<<"$output")" = 1 ]
  run ! grep -q '^fake' <<<"$output"
}

@test "a body's own lines stay lines on a terminal" {
  printf 'one\n\ttwo\n' | ana -q send beto -s s
  run -0 on_terminal -- tmctl -p beto read 1
  grep -q 'one$' <<<"$output"
  grep -q 'two$' <<<"$output"
}

@test "a body that is no text does no harm" {
  head -c 3000 /dev/urandom | ana -q send beto
  NO_COLOR=1 run -0 on_terminal -- tmctl -p beto read 1
  run ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$output"
}

@test "what the server says is harmless in an error" {
  NO_COLOR=1 run on_terminal -- tmctl -p ana send $'no\e[31mbody' -m x
  [ "$status" -ge 64 ]
  [[ $output != *$'\e'* ]]
}

@test "every command's result has a form for people" {
  run -0 on_terminal -- tmctl -p ana send beto -m x
  [[ $output != *'{'* && -n $output ]]
  run -0 on_terminal -- tmctl -p beto mark 1 --read
  [[ $output != *'{'* && -n $output ]]
  run -0 on_terminal -- tmctl -p ana outbox
  [[ $output != *'{'* && $output == *beto* ]]
  run -0 on_terminal -- tmctl -p beto delete 1
  [[ $output != *'{'* && -n $output ]]
  run -0 on_terminal -- tmctl -p ana whoami
  [[ $output != *'{'* && $output == *ana* ]]
  run -0 on_terminal -- tmctl config list
  [[ $output != *'{'* && $output == *"$SERVER"* ]]
}
