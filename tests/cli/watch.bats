#!/usr/bin/env bats
# tmctl watch: messages as they come, in order, none missed and none doubled.

load helpers

setup() {
  open_mail ana beto
  stop_server
  start_server --tray-capacity 1000
  export TMCTL_SERVER=$SERVER
}

# mail N [OPTION...]: N messages from ana to beto.
mail() {
  local i count=$1
  shift
  for ((i = 0; i < count; ++i)); do ana -q send beto -m "body $i" "$@"; done
}

# follow OPTION...: beto's watch in the background, its lines in the file
# `followed`. Returns when it listens.
follow() {
  : >followed
  tmctl -p beto -v watch "$@" >followed 2>follow.log 3>&- &
  WATCHER=$!
  wait_for listening
}
# Nothing tells that a watch has begun but its first message.
listening() {
  ana -q send beto -s probe -m probe
  sleep 0.1
  [ -s followed ]
}

wait_for() {
  local i
  for ((i = 0; i < 200; ++i)); do
    "$@" && return
    sleep 0.05
  done
  return 1
}

lines_followed() { [ "$(wc -l <followed)" -ge "$1" ]; }

@test "what is there comes in order, with its body, one line each" {
  mail 3
  ok beto watch --cursor '' --for 0
  valid message
  [ "${#lines[@]}" = 3 ]
  is "${lines[0]}" '.id == 1 and .body == "body 0" and .box == "inbox"'
  is "${lines[2]}" '.id == 3 and (.cursor | length > 0)'
}

@test "--for 0 with nothing there prints nothing and succeeds" {
  ok beto watch --cursor '' --for 0
  [ -z "$output" ]
  ok beto watch --for 0
  [ -z "$output" ]
}

@test "without a cursor a watch begins now" {
  mail 2
  follow --max 2 -o ids
  ana -q send beto -m new
  wait_for lines_followed 2
  wait "$WATCHER"
  [ "$(head -n 1 followed)" -gt 2 ]
}

@test "--after and --cursor say where to begin" {
  mail 3
  ok beto watch --after 2 --for 0 -o ids
  [ "$output" = 3 ]
  ok beto watch --after 1 --max 1
  cursor=$(jq -r .cursor <<<"$output")
  ok beto watch --cursor "$cursor" --for 0 -o ids
  [ "$output" = 3 ]
  refused 65 cursor_invalid beto watch --after 4 --for 0
  refused 65 cursor_invalid beto watch --cursor nonsense --for 0
  refused 64 usage beto watch --after 1 --cursor "$cursor"
  refused 64 usage beto watch --after x
}

@test "--max and --for end it; fewer than --max is a no" {
  mail 2
  ok beto watch --cursor '' --max 2 --for 5s -o ids
  [ "$(xargs <<<"$output")" = '1 2' ]
  run -1 --separate-stderr beto watch --cursor '' --max 3 --for 300ms -o ids
  [ "$(xargs <<<"$output")" = '1 2' ]
  run -1 beto watch -q --after 2 --max 1 --for 100ms
  [ -z "$output" ]
  ok beto watch --for 100ms
  refused 64 usage beto watch --max 0
  refused 64 usage beto watch --for soon
}

@test "the filters of inbox select" {
  mail 1 -s wanted -l k=v
  mail 1 -s other
  beto -q send ana -m 'an answer' --reply-to 1
  ok beto watch --cursor '' --for 0 --label k=v -o ids
  [ "$output" = 1 ]
  ok beto watch --cursor '' --for 0 --subject OTHER -o ids
  [ "$output" = 2 ]
  ok ana watch --cursor '' --for 0 --in-reply-to 1 --from beto -o ids
  [ "$output" = 3 ]
}

@test "marking what it has passed brings nothing back" {
  mail 1 -s old
  beto -q mark --read 1
  follow --unread -o ids --cursor ''
  beto -q mark --unread 1
  mail 1 -s new
  wait_for grep -qx "$(beto inbox --limit 1 -o ids)" followed
  run ! grep -x 1 followed
  kill "$WATCHER"
}

@test "a cursor file moves with what was printed, filtered out or not" {
  mail 2
  ok beto watch --cursor-file place --for 0 -o ids
  [ "$(xargs <<<"$output")" = '1 2' ]
  ok beto watch --cursor-file place --for 0 -o ids
  [ -z "$output" ]
  mail 1 -s other
  ok beto watch --cursor-file place --for 0 --subject wanted
  [ -z "$output" ]
  ok beto inbox --cursor-file place -o ids
  [ -z "$output" ]
  mail 1
  ok beto inbox --cursor-file place -o ids
  [ "$output" = 4 ]
}

@test "a cursor file is one watch's at a time" {
  follow --cursor-file place
  refused 75 busy beto watch --cursor-file place --for 0
  kill "$WATCHER"
  wait "$WATCHER" || true
  ok beto watch --cursor-file place --for 0
}

@test "a line that can't be written leaves the cursor where it was" {
  mail 1
  [ -e /dev/full ] || skip 'no /dev/full'
  run -74 --separate-stderr bash -c \
    'tmctl -p beto watch --cursor-file place --for 0 >/dev/full'
  ok beto watch --cursor-file place --for 0 -o ids
  [ "$output" = 1 ]
}

@test "--exec gets the message as JSON, and stdout stays empty" {
  mail 2
  ok beto watch --cursor-file place --for 0 --exec 'jq -r .body | tee -a got'
  [ -z "$output" ]
  [ "$(xargs <got)" = 'body 0 body 1' ]
}

@test "a command that fails ends the watch before its message" {
  mail 2
  run -7 --separate-stderr beto watch --cursor-file place --for 0 \
    --exec 'cat >>got; [ "$(wc -l <got)" != 2 ] || exit 7'
  [ -z "$output" ]
  is "$stderr" '.code == "exec_failed" and (.message | contains("status 7"))'
  ok beto watch --cursor-file place --for 0 -o ids
  [ "$output" = 2 ]
  mail 1
  run -143 beto watch --cursor-file place --for 0 --exec 'kill $$'
}

@test "--exec-skip leaves a message out after so many failures" {
  mail 2
  ok beto watch --cursor-file place --for 0 --exec-skip 2 \
    --exec 'echo try >>tries; jq -e ".id != 1" >/dev/null'
  [ "$(wc -l <tries)" = 3 ]
  ok beto watch --cursor-file place --for 0
  [ -z "$output" ]
  refused 64 usage beto watch --exec-skip 2 --for 0
}

@test "a command need not read its input" {
  head -c 500000 /dev/zero | tr '\0' x | ana -q send beto
  ok beto watch --cursor '' --for 0 --exec true
}

@test "a watch goes on where it was when its server comes back" {
  follow --cursor '' -o ids
  mail 2
  wait_for lines_followed 2
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 1000
  mail 2
  wait_for caught_up
  kill "$WATCHER"
  diff followed <(seq "$(wc -l <followed)")
}
caught_up() { [ "$(wc -l <followed)" = "$(beto inbox --count -o ids)" ]; }

@test "a server that is killed costs a watch nothing" {
  follow --cursor-file place -o ids
  mail 2
  wait_for caught_up
  crash_server
  WANTED_PORT=$PORT start_server --tray-capacity 1000
  mail 2
  wait_for caught_up
  kill "$WATCHER"
  diff followed <(seq "$(wc -l <followed)")
}

@test "a watch that was killed goes on by its cursor file" {
  mail 5
  tmctl -p beto watch --cursor-file place -o ids >>followed 3>&- &
  local watcher=$!
  wait_for lines_followed 5
  kill -9 "$watcher"
  wait "$watcher" || true
  mail 3
  beto watch --cursor-file place --for 0 -o ids >>followed
  # It may repeat what it had printed last; it loses nothing.
  diff <(sort -nu followed) <(seq 8)
}

@test "a server that is gone at the start is an error at once" {
  stop_server
  refused 75 unavailable beto --timeout 2s watch
}

@test "a login that ends elsewhere ends the watch" {
  follow --cursor ''
  beto login beto --password-stdin <<<"$PASSWORD" >/dev/null
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 1000
  local status=0
  wait "$WATCHER" || status=$?
  [ "$status" = 77 ]
}

@test "a reader that has seen enough ends it quietly" {
  mail 1
  # The watch learns of it with the next message that it writes.
  (while ana -q send beto -m more; do sleep 0.1; done) 3>&- &
  local sender=$!
  run -0 bash -c 'tmctl -p beto watch --cursor "" -o ids | head -n 1'
  kill "$sender"
  [ "$output" = 1 ]
}

@test "the server's shutdown is not held up by watchers" {
  follow --cursor ''
  local begun=$SECONDS
  stop_server
  [ $((SECONDS - begun)) -lt 8 ]
  kill "$WATCHER"
}

@test "a watch needs the scope read" {
  ana -q token create reader --scope read --out reader
  ana -q token create sender --scope send --out sender
  ok tmctl --token-file reader watch --for 0
  refused 77 permission_denied tmctl --token-file sender watch --for 0
}

@test "a parent that ignores the end of its children changes nothing" {
  ana -q send beto -m x
  # shellcheck disable=SC2016  # Perl's
  run -0 perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' tmctl -p beto watch \
    --cursor-file place --for 0 --exec 'jq .id'
  [ "$output" = 1 ]
  [ -s place ]
}
