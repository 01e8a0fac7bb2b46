#!/usr/bin/env bats
# Cursors: each message once, whatever happens in between.

load helpers

setup() {
  fresh_home
  start_server --tray-capacity 0
  register ana beto
}

# mail COUNT: that many messages from ana to beto.
mail() {
  local n
  for ((n = 0; n < $1; n++)); do
    ana -q send beto -m x --no-copy
  done
}

# ids OPTION...: the ids that inbox prints, on one line.
ids() { beto inbox -o ids "$@" | xargs; }

next_cursor() { beto inbox "$@" | jq -r .next_cursor; }

@test "an empty cursor means from the oldest, oldest first" {
  mail 3
  ok beto inbox --cursor ''
  valid tray
  json '[.messages[].id] == [1, 2, 3]'
}

@test "next_cursor leads to what came later" {
  mail 2
  local cursor
  cursor=$(next_cursor --cursor '')
  [ -z "$(ids --cursor "$cursor")" ]
  mail 2
  [ "$(ids --cursor "$cursor")" = '3 4' ]
  [ "$(ids --cursor "$(next_cursor --cursor "$cursor")")" = '' ]
}

@test "the cursor of a plain list is the tray's newest end" {
  mail 2
  local cursor
  cursor=$(next_cursor)
  mail 1
  [ "$(ids --cursor "$cursor")" = 3 ]
}

@test "an empty tray has a cursor too" {
  local cursor
  cursor=$(next_cursor)
  mail 1
  [ "$(ids --cursor "$cursor")" = 1 ]
}

@test "each jsonl line carries the cursor just after it" {
  mail 3
  local cursor
  cursor=$(beto inbox --cursor '' -o jsonl | sed -n 2p | jq -r .cursor)
  [ "$(ids --cursor "$cursor")" = 3 ]
}

@test "--limit goes on where it stopped" {
  mail 5
  local cursor
  ok beto inbox --cursor '' --limit 2
  json '.truncated and [.messages[].id] == [1, 2]'
  cursor=$(jq -r .next_cursor <<<"$output")
  [ "$(ids --cursor "$cursor" --limit 2)" = '3 4' ]
}

@test "filtered-out messages move the cursor" {
  mail 2
  ok beto inbox --cursor '' --from beto
  json '.messages == []'
  [ -z "$(ids --cursor "$(jq -r .next_cursor <<<"$output")")" ]
}

@test "deleting and marking what is behind a cursor changes nothing" {
  mail 3
  local cursor
  cursor=$(next_cursor --cursor '' --limit 2)
  beto -q delete 1 2
  [ "$(ids --cursor "$cursor")" = 3 ]
}

@test "a cursor from elsewhere is invalid, never a skip" {
  mail 1
  local cursor
  cursor=$(next_cursor)
  refused 65 cursor_invalid beto outbox --cursor "$cursor"
  refused 65 cursor_invalid ana inbox --cursor "$cursor"
  refused 65 cursor_invalid beto inbox --cursor nonsense
  refused 65 cursor_invalid beto inbox --cursor "${cursor}x"
  # Another store, on the same port.
  stop_server
  WANTED_PORT=$PORT WANTED_STORE=sqlite:$PWD/other.db start_server
  tmctl -S "$SERVER" -p beto register beto --password-stdin -q <<<"$PASSWORD"
  refused 65 cursor_invalid beto inbox --cursor "$cursor"
}

@test "a cursor ahead of the store is invalid" {
  mail 1
  stop_server
  cp mail.db before.db
  WANTED_PORT=$PORT start_server --tray-capacity 0
  mail 2
  local cursor
  cursor=$(next_cursor)
  stop_server
  rm -f mail.db-wal mail.db-shm
  cp before.db mail.db
  WANTED_PORT=$PORT start_server --tray-capacity 0
  refused 65 cursor_invalid beto inbox --cursor "$cursor"
}

@test "a cursor survives the server's restart" {
  mail 1
  local cursor
  cursor=$(next_cursor)
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 0
  mail 1
  [ "$(ids --cursor "$cursor")" = 2 ]
}

@test "a missing cursor file means from the oldest, later calls go on" {
  mail 2
  [ "$(ids --cursor-file seen)" = '1 2' ]
  [ -z "$(ids --cursor-file seen)" ]
  mail 2
  [ "$(ids --cursor-file seen)" = '3 4' ]
}

@test "the cursor file works with every filter and format" {
  mail 3
  ok beto inbox --cursor-file seen --limit 1
  json '[.messages[].id] == [1]'
  ok beto inbox --cursor-file seen --limit 1 -o jsonl
  json '.id == 2'
  ok beto inbox --cursor-file seen --from beto
  json '.messages == []'
  [ -z "$(ids --cursor-file seen)" ]
}

@test "--count and --exists never move the cursor file" {
  mail 2
  ids --cursor-file seen --limit 1 >/dev/null
  local before
  before=$(sha256sum <seen)
  ok beto inbox --cursor-file seen --count -o ids
  [ "$output" = 1 ]
  ok beto inbox --cursor-file seen --exists
  [ "$(sha256sum <seen)" = "$before" ]
  [ "$(ids --cursor-file seen)" = 2 ]
}

@test "what was not printed is repeated" {
  mail 1
  run -74 --separate-stderr bash -c 'tmctl -p beto inbox --cursor-file seen >/dev/full'
  run -74 --separate-stderr bash -c \
    'tmctl -p beto inbox -o jsonl --cursor-file seen >/dev/full'
  [ "$(ids --cursor-file seen)" = 1 ]
}

@test "a server that is gone leaves the cursor file alone" {
  mail 1
  ids --cursor-file seen >/dev/null
  local before
  before=$(sha256sum <seen)
  stop_server
  refused 75 unavailable beto inbox --cursor-file seen
  [ "$(sha256sum <seen)" = "$before" ]
}

@test "a cursor file in use is busy" {
  mail 1
  # The first process holds the file as long as nobody reads what it prints.
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 0 --max-message-size 2MiB
  head -c 1000000 /dev/zero | tr '\0' x >big
  ana -q send beto -F big --no-copy
  mkfifo pipe
  tmctl -p beto inbox --body --cursor-file seen >pipe 3>&- &
  local first=$! byte
  exec {pipe}<pipe
  IFS= read -r -N 1 byte <&"$pipe"
  [ -n "$byte" ]
  refused 75 busy beto inbox --cursor-file seen
  cat <&"$pipe" >/dev/null
  wait "$first"
  [ -z "$(ids --cursor-file seen)" ]
}

@test "a spoiled cursor file is invalid, not from the oldest" {
  mail 1
  echo nonsense >seen
  refused 65 cursor_invalid beto inbox --cursor-file seen
  [ "$(cat seen)" = nonsense ]
}

@test "a cursor file that can't be written is refused before anything is printed" {
  mail 1
  run --separate-stderr beto inbox --cursor-file missing/seen
  [ "$status" -ge 64 ]
  [ -z "$output" ]
  valid error "${stderr_lines[-1]}"
}

@test "a cursor file without a name is refused before anything is printed" {
  refused 64 usage beto inbox --cursor-file ''
  refused 64 usage beto watch --cursor-file "" --for 0
  [ ! -e .lock ]
}

@test "a cursor and a cursor file together are a usage error" {
  refused 64 usage beto inbox --cursor '' --cursor-file seen
}

@test "each message is processed once by polling" {
  local round all=
  for round in 1 2 3; do
    mail "$round"
    all+=" $(ids --cursor-file seen --limit 2)"
  done
  all+=" $(ids --cursor-file seen)"
  [ "$(xargs <<<"$all")" = '1 2 3 4 5 6' ]
}

@test "the outbox has cursors too" {
  ana -q send beto -m x
  local cursor
  cursor=$(ana outbox --cursor '' | jq -r .next_cursor)
  ana -q send beto -m x
  [ "$(ana outbox --cursor "$cursor" -o ids)" = 2 ]
}

@test "a link to a cursor file is the same file to who else uses it" {
  mail 1
  touch seen
  ln -s seen link
  exec {lock}>>seen.lock
  flock "$lock"
  refused 75 busy tmctl -p beto inbox --cursor-file link
  exec {lock}>&-
  [ "$(ids --cursor-file link)" = 1 ]
}
