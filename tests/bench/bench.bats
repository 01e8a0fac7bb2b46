#!/usr/bin/env bats
# What measures must keep working: each tool and each part of scripts/bench, for
# a moment.

load ../cli/helpers

TOOLS=$BUILD/tests/bench

teardown() {
  stop_servers
  [[ ! -e bench ]] || rm -r "$(readlink bench)"
}

# moment MODE OUTSTANDING [OPTION...]: a short load on $SERVER; sets output.
moment() {
  ok "$TOOLS/load" "$1" --server "$SERVER" --tokens users --outstanding "$2" \
    --warm-up 0.02 --duration 0.1 "${@:3}"
  json '.calls > 0 and .rate > 0 and .p50_ms > 0 and .p50_ms <= .p999_ms'
}

# as_user N WORD...: tmctl by the token of loader's user N; sets output.
as_user() {
  ok env TMCTL_SERVER="$SERVER" \
    TMCTL_TOKEN="$(sed -n "$(($1 + 1))s/.* //p" users)" tmctl "${@:2}"
}

# echo_server KIND: as start_server, but with nothing behind it.
echo_server() {
  mkfifo ready
  "$TOOLS/echo" "$1" >ready 3>&- &
  SERVERS+=($!)
  exec {READY}<ready
  IFS= read -r -t 60 LISTENING <&"$READY"
  SERVER=${LISTENING##* }
}

@test "loader fills a store, and load makes every kind of call on it" {
  local mode
  "$TOOLS/loader" "sqlite:$PWD/mail.db" users --users 50 --messages 1000 \
    --big-tray 100
  [ "$(stat -c %a users)" = 600 ]
  [ "$(wc -l <users)" -eq 50 ]
  start_server --tray-capacity 0
  # Every fifth of the big tray, and a few of the others.
  as_user 0 inbox --from u000000 --count -o ids
  [ "$output" -ge 20 ]
  [ "$output" -lt 30 ]
  for mode in send list unread from count read mixed seed; do
    moment "$mode" 8 --connections 2 --server-pid "$SERVER_PID"
    json '.mode == $mode and .outstanding == 8 and has("server_us")' \
      --arg mode "$mode"
  done
  moment send 1 --request-ids
  moment from 1 --users 1 --anew
  "$TOOLS/load" send --server "$SERVER" --tokens users --duration 0.1 \
    --announce >/dev/null 2>said
  [ "$(<said)" = 'load: measuring' ]
  as_user 0 inbox --count -o ids
  [ "$output" -ge 100 ]
  [ "$output" -lt 200 ]
}

@test "each sends one message to everybody" {
  "$TOOLS/loader" "sqlite:$PWD/mail.db" users --users 20
  start_server --tray-capacity 0
  ok "$TOOLS/load" each --server "$SERVER" --tokens users --outstanding 4 \
    --warm-up 0 --duration 60
  json '.calls == 20'
  as_user 19 inbox --body
  json '[.messages[].body] == ["<u000019>"]'
}

@test "the seed's contract needs no file, and a tray of five is enough" {
  start_server
  ok "$TOOLS/load" seed --server "$SERVER" --outstanding 2 --warm-up 0.5 \
    --duration 0.2
  json '.calls > 0'
}

@test "both echoes answer" {
  local kind
  "$TOOLS/loader" memory: users --users 10
  for kind in callback queue; do
    echo_server "$kind"
    moment send 8
    stop_server
    rm ready
  done
}

@test "load ends with a sentence when a call fails" {
  "$TOOLS/loader" "sqlite:$PWD/mail.db" users --users 10
  start_server --tray-capacity 1
  run -69 "$TOOLS/load" send --server "$SERVER" --tokens users --duration 60
  [[ $output == 'load: /turbomessage.v1.Mail/Send failed: '*' full'* ]]
  run -64 "$TOOLS/load" dance --server "$SERVER"
  [[ $output == *'no mode dance'* ]]
  run -69 "$TOOLS/load" list --server "$SERVER" --tokens nowhere
  [[ $output == *'no users in nowhere'* ]]
}

@test "the store and the disk are measured alone" {
  ok "$TOOLS/store_sends" "sqlite:$PWD/alone.db" 16 0.1 100
  json '.outstanding == 16 and .calls > 0'
  ok "$TOOLS/appends" appended 0.1
  json '.calls > 0'
  ok "$TOOLS/appends" rested 0.1 2000
  json '.calls > 0 and .calls <= 50'
  run -74 "$TOOLS/appends" appended 0.1
  [[ $output == *'can'?'t make appended'* ]]
}

@test "watchers hear of messages" {
  start_server --tray-capacity 0
  ok "$TOOLS/watchers" "$SERVER" 20 10
  json '.watchers == 20 and .p50_ms > 0'
}

# bench WORD...: scripts/bench with this build, on few users, for a moment each.
bench() {
  # Not in /tmp, which may be in memory: that is refused.
  [[ -e bench ]] || ln -s "$(mktemp -d "$BUILD/bench.XXXXXX")" bench
  env TURBOMESSAGE_BUILD="$BUILD" BENCH_DIR="$PWD/bench/" BENCH_LEVELS=64 \
    BENCH_SECONDS="${BENCH_SECONDS:-0.05}" BENCH_USERS=200 "$ROOT/scripts/bench" "$@"
}

@test "scripts/bench prints its tables and keeps JSON" {
  ok bench calls store --quick
  [[ $output == *'send / fastest echo, 64 '* ]]
  [[ $output == *'mixed / fastest echo, 64 '* ]]
  is "$(<bench/bench.json)" '(.calls | map(select(.rate > 0)) | length) >= 8
    and (.store | map(.outstanding) == [1, 64, 1024])'
  [ ! -e bench/rate.svg ]
  run -0 find bench/ -name 'run.*'
  [ -z "$output" ]
  run -64 "$ROOT/scripts/bench" everything
  [[ $output == *'watchers '* ]]
}

@test "scripts/bench compares two servers in pairs" {
  unset BENCH_OTHER
  run -64 bench pairs
  [[ $output == *'BENCH_OTHER has to be'* ]]
  BENCH_ROUNDS=2 BENCH_SECONDS=0.5 BENCH_OTHER=$BUILD/tmserver/tmserver ok bench pairs
  [[ $output == *'this / other '* ]]
  is "$(<bench/bench.json)" '.pairs | map(.mode) ==
    ["list", "mixed", "read", "send"]
    and all(.runs == 2 and .ratio > 0 and .error_percent >= 0)'
}

@test "scripts/bench compares a large store with a small one" {
  BENCH_ROUNDS=2 ok bench growth --quick
  [[ $output == *'send, large / small store, ± '* ]]
  [[ $output == *'from of a large tray / a small one, ± '* ]]
  [[ $output == *'start with the large store '* ]]
  is "$(<bench/bench.json)" '.growth | (.calls | length) == 12
    and (.pairs | map(.mode) == ["count", "from", "list", "send", "unread"]
      and all(.runs == 2 and .ratio > 0))'
}
