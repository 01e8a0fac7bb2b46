#!/usr/bin/env bats
# Many at once: ids without gaps, a configuration that always works.

load helpers

setup() { fresh_home; }

@test "eight parallel send loops: every id once, none missing" {
  local each loop n pids=()
  each=$(times 15 150)
  start_server --tray-capacity 0
  register u1 u2 u3 u4 u5 u6 u7 u8 beto
  for loop in 1 2 3 4 5 6 7 8; do
    for ((n = 1; n <= each; n++)); do
      tmctl -p "u$loop" -o ids send beto u1 -m "$loop.$n" || echo failed
    done >"ids.$loop" 3>&- &
    pids+=($!)
  done
  for n in "${pids[@]}"; do
    wait "$n"
  done
  diff <(sort -n ids.*) <(seq $((8 * each)))
  # Each loop saw its own ids grow, and the inbox holds them all in order.
  for loop in 1 2 3 4 5 6 7 8; do
    sort -nc "ids.$loop"
  done
  diff <(tmctl -p beto inbox --all --reverse -o ids) <(seq $((8 * each)))
  # Nobody's configuration suffered.
  for loop in 1 2 3 4 5 6 7 8; do
    ok tmctl -p "u$loop" whoami
  done
}

@test "ten logins of one user at once leave a token that works" {
  start_server
  register ana
  local round n pids
  for ((round = 0; round < $(times 3 30); round++)); do
    pids=()
    for n in 1 2 3 4 5 6 7 8 9 10; do
      ana -q login ana --password-stdin <<<"$PASSWORD" 3>&- &
      pids+=($!)
    done
    for n in "${pids[@]}"; do
      wait "$n"
    done
    ok ana whoami
  done
}

@test "logins of ten users at once keep all of their tokens" {
  start_server
  local n pids=()
  for n in 1 2 3 4 5 6 7 8 9 10; do
    register "u$n" 3>&- &
    pids+=($!)
  done
  for n in "${pids[@]}"; do
    wait "$n"
  done
  for n in 1 2 3 4 5 6 7 8 9 10; do
    ok tmctl -p "u$n" whoami
    json '.user == $u' --arg u "u$n"
  done
}

@test "the same key from eight processes at once is one message" {
  start_server
  register ana beto
  local n pids=()
  for n in 1 2 3 4 5 6 7 8; do
    ana send beto -m x --key job-1 >"sent.$n" 3>&- &
    pids+=($!)
  done
  for n in "${pids[@]}"; do
    wait "$n"
  done
  [ "$(cat sent.* | jq -s 'map(.id) | unique | length')" = 1 ]
  [ "$(cat sent.* | jq -s 'map(select(.duplicate | not)) | length')" = 1 ]
  [ "$(beto inbox -o ids)" = 1 ]
}

@test "a tray is never filled beyond its capacity" {
  start_server --tray-capacity 3
  register ana beto
  local n pids=() accepted=0
  for n in 1 2 3 4 5 6 7 8 9 10; do
    ana -q send beto -m x --no-copy 2>"error.$n" 3>&- &
    pids+=($!)
  done
  for n in "${pids[@]}"; do
    if wait "$n"; then
      ((++accepted))
    fi
  done
  [ "$accepted" -eq 3 ]
  [ "$(beto inbox --count -o ids)" = 3 ]
  [ "$(cat error.* | jq -r .code | sort -u)" = inbox_full ]
}

@test "of ten registrations of one name one succeeds" {
  start_server
  local n pids=() accepted=0
  for n in 1 2 3 4 5 6 7 8 9 10; do
    tmctl -S "$SERVER" -p "p$n" -q register ana --password-stdin \
      <<<"$PASSWORD" 2>/dev/null 3>&- &
    pids+=($!)
  done
  for n in "${pids[@]}"; do
    if wait "$n"; then
      ((++accepted))
    fi
  done
  [ "$accepted" -eq 1 ]
}
