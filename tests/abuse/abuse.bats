#!/usr/bin/env bats
# What a hostile peer does to the server, and what others notice of it: abuse.py
# has the bounds, attacks.py what is done. Long form: TURBOMESSAGE_LONG=1.

load ../cli/helpers

teardown() {
  [[ -z ${HAPROXY-} ]] || kill "$HAPROXY"
  stop_servers
}

# A server for strangers on TCP and for carla on a Unix socket, with a message of
# 1 MB in ana's inbox and few descriptors where FILES says so.
start() {
  ulimit -Sn "${FILES:-1024}"
  serve --listen 127.0.0.1:0 --listen "unix:$PWD/mail.sock" \
    --store "sqlite:$PWD/mail.db" --tray-capacity 0 --log-level warn
  ulimit -Sn 1024
  register ana beto
  SERVER=unix:$PWD/mail.sock register carla
  jq -r .profiles.ana.token "$CONFIG" >token
  head -c 1000000 /dev/zero | tr '\0' x | tmctl -q -p beto send ana --no-copy
}

# attack_it ATTACK [PROFILE]: with ana, or another profile, as the honest user.
attack_it() {
  SERVER_PID=$SERVER_PID HONEST=${2:-ana} SERVER=$SERVER \
    PYTHONDONTWRITEBYTECODE=1 timeout 300 \
    /usr/bin/python3 "$BATS_TEST_DIRNAME/abuse.py" "$1" 3>&- >measured || {
    cat measured
    return 1
  }
  sed 's/^/# /' measured >&3
  kill -0 "$SERVER_PID"
}

survives() {
  start
  attack_it "$@"
}

@test "calls that are reset at once (CVE-2023-44487)" {
  survives rapid_reset
}

@test "a header block without end" {
  survives continuation_flood
}

@test "pings whose answers nobody reads" {
  survives ping_flood
}

@test "settings whose answers nobody reads" {
  survives settings_flood
}

@test "headers that no client sends" {
  survives bad_headers
}

@test "more metadata than is allowed" {
  survives huge_metadata
}

@test "headers that end other servers (CVE-2023-1428)" {
  survives aborting_headers
}

@test "a header of 1 GiB (CVE-2023-33953)" {
  survives long_string
}

@test "a header's length without end (CVE-2023-33953)" {
  survives endless_number
}

@test "handshakes that take their time" {
  survives slow_handshakes
}

@test "calls of strangers that never become whole" {
  survives half_requests
}

@test "more logins than the server computes" {
  survives login_flood
}

@test "replies that a user asks for and doesn't take" {
  survives zero_window
}

@test "watches that a user doesn't read" {
  survives unread_watches
}

@test "more connections than descriptors (CVE-2023-4785)" {
  FILES=64 survives connection_flood carla
}

# behind_haproxy ATTACK...: each through the example's haproxy, in plaintext here.
behind_haproxy() {
  [[ -n ${TURBOMESSAGE_LONG-} ]] || skip 'TURBOMESSAGE_LONG is not set'
  command -v haproxy || skip 'there is no haproxy here: scripts/setup --long'
  local attack
  PATH=$PATH:/usr/sbin
  start
  PROXY=$(/usr/bin/python3 -c 'import socket
with socket.create_server(("127.0.0.1", 0)) as s: print(s.getsockname()[1])')
  sed "s|^    bind .*|    bind 127.0.0.1:$PROXY proto h2|
    s|unix@.*sock|unix@$PWD/mail.sock|" \
    "$ROOT/scripts/examples/haproxy.cfg" >haproxy.cfg
  haproxy -db -f haproxy.cfg >haproxy.log 2>&1 3>&- &
  HAPROXY=$!
  until (: <"/dev/tcp/127.0.0.1/$PROXY") 2>/dev/null; do
    kill -0 "$HAPROXY" || { cat haproxy.log; return 1; }
  done
  for attack; do
    SERVER=127.0.0.1:$PROXY attack_it "$attack" || return
  done
}

@test "behind haproxy: frames and headers" {
  behind_haproxy rapid_reset continuation_flood ping_flood settings_flood \
    huge_metadata aborting_headers long_string endless_number
}
