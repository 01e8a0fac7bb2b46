#!/usr/bin/env bats
# What was acknowledged is on disk: it survives kill -9 at any moment.

load helpers

setup() {
  fresh_home
  start_server --tray-capacity 0
  register ana beto
}

# load_of USER: sends until the server is gone; prints each acknowledged id.
load_of() {
  local n
  for ((n = 0; ; n++)); do
    tmctl -p "$1" -o ids send beto -m "$1 $n" --no-copy 2>/dev/null || return 0
  done
}

@test "kill -9 under load loses nothing acknowledged and leaves no gap" {
  local round n user
  register u1 u2 u3 u4
  mkfifo acknowledgements
  for ((round = 1; round <= $(times 4 40); round++)); do
    local pids=()
    # Kept open for writing here, so that only closing it ends the reader.
    exec {writers}<>acknowledgements
    for user in u1 u2 u3 u4; do
      load_of "$user" >acknowledgements 3>&- &
      pids+=($!)
    done
    for ((n = 0; n < 20 + RANDOM % 30; n++)); do
      read -r -t 30 id <&"$writers"
      echo "$id" >>acknowledged
    done
    crash_server
    for n in "${pids[@]}"; do
      wait "$n"
    done
    while read -r -t 0 <&"$writers"; do
      read -r id <&"$writers"
      echo "$id" >>acknowledged
    done
    exec {writers}>&-

    WANTED_PORT=$PORT start_server --tray-capacity 0
    tmctl -p beto inbox --all --reverse -o ids >stored
    # Every acknowledged id is there, no id was given twice ...
    sort -n acknowledged >sorted
    [ -z "$(uniq -d sorted)" ]
    [ -z "$(comm -23 <(sort sorted) <(sort stored))" ]
    # ... and what is stored is 1, 2, 3 ... to the last.
    diff stored <(seq "$(tail -n 1 stored)")
  done
  [ "$(wc -l <acknowledged)" -ge 80 ]
}

@test "accounts, logins, marks, deletions and keys survive kill -9" {
  ana -q send beto -s one -m 'body one' --label k=v --key job-1
  ana -q send beto -s two -m two
  ana -q send beto -s three -m three
  beto -q read 1
  beto -q delete 2
  local inbox outbox
  inbox=$(beto inbox --body)
  outbox=$(ana outbox --body)
  crash_server
  WANTED_PORT=$PORT start_server
  [ "$(beto inbox --body)" = "$inbox" ]
  [ "$(ana outbox --body)" = "$outbox" ]
  ok ana send beto -s one -m 'body one' --label k=v --key job-1
  json '.id == 1 and .duplicate'
  ok ana send beto -m four
  json '.id == 4'
}

@test "a clean stop and a start keep everything too" {
  ana -q send beto -m x
  local inbox
  inbox=$(beto inbox --body)
  stop_server
  WANTED_PORT=$PORT start_server
  [ "$(beto inbox --body)" = "$inbox" ]
}
