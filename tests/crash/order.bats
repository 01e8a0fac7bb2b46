#!/usr/bin/env bats
# No send is answered before it is on disk; and the tests that say so would notice.

load ../cli/helpers

SENDS=300

setup() {
  fresh_home
  "$BUILD/tests/bench/loader" "sqlite:$PWD/mail.db" users --users "$SENDS"
}

# Below, tmserver is $1, its system calls in `trace`. The server does not let
# itself be looked into except by root, if only of a namespace.
trace_server() {
  local as_root=()
  [[ $EUID -eq 0 ]] || as_root=(unshare -r)
  mkdir traced
  printf '#!/bin/sh\nexec %s "$@"\n' "${as_root[*]} strace -D -f --seccomp-bpf \
    -s 1000000 -o '$PWD/trace' -e trace=write,pwrite64,writev,pwritev,pwritev2,\
fsync,fdatasync,sendmsg,sendto,sendmmsg '$1'" >traced/tmserver
  chmod +x traced/tmserver
  PATH=$PWD/traced:$PATH
}

# send_to_all CALLS: sends to everybody, so many at a time, and ends the server
# and its trace.
send_to_all() {
  start_server --tray-capacity 0
  "$BUILD/tests/bench/load" each --server "$SERVER" --tokens users \
    --outstanding "$1" --warm-up 0 --duration 60
  local pid=$SERVER_PID deadline=$((SECONDS + 30))
  stop_server
  until grep -q "^$pid *+++ exited" trace; do
    ((SECONDS < deadline))
    read -r -t 0.05 <> <(:) || true
  done
}

order_is_good() {
  /usr/bin/python3 "$ROOT/tests/crash/sync_order.py" trace "$SENDS"
}

@test "every answer comes after the sync that covers its send" {
  trace_server "$BUILD/tmserver/tmserver"
  send_to_all 16
  order_is_good
}

@test "the answer to a send alone comes after its sync" {
  trace_server "$BUILD/tmserver/tmserver"
  send_to_all 1
  order_is_good
}

@test "the order of the calls gives away a server that answers early" {
  trace_server "$BUILD/tests/hasty_tmserver"
  send_to_all 16
  run -1 order_is_good
  [[ $output == *"sends were answered before they were on disk"* ]]
}

@test "kill -9 gives away a server that answers early" {
  mkdir -p build/tmserver
  ln -s "$BUILD/tmctl" build/tmctl
  ln -s "$BUILD/tests/hasty_tmserver" build/tmserver/tmserver
  run -1 env -u BATS_RUN_TMPDIR -u BATS_ROOT_PID TURBOMESSAGE_BUILD="$PWD/build" \
    bats -f 'kill -9 under load' "$ROOT/tests/cli/durability.bats"
  [[ $output == *'comm -23'* || $output == *'uniq -d'* ]]
}
