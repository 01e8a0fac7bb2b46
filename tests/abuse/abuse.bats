#!/usr/bin/env bats
# What a hostile peer does to the server, and what others notice of it: abuse.py
# has the bounds, attacks.py what is done. Long form: TURBOMESSAGE_LONG=1.

load ../cli/helpers

teardown() {
  [[ -z ${HAPROXY-} ]] || kill "$HAPROXY"
  stop_servers
}

# The server raises its soft limit itself.
tmserver() {
  [[ -z ${FILES-} ]] || ulimit -n "$FILES"
  exec "$BUILD/tmserver/tmserver" "$@"
}

# A server for strangers on TCP and for carla on a Unix socket, with a message of
# 1 MB in ana's inbox and few descriptors where FILES says so.
start() {
  serve --listen 127.0.0.1:0 --listen "unix:$PWD/mail.sock" \
    --store "sqlite:$PWD/mail.db" --tray-capacity 0 --log-level warn
  register ana beto
  SERVER=unix:$PWD/mail.sock register carla
  jq -r .profiles.ana.token "$CONFIG" >token
  head -c 1000000 /dev/zero | tr '\0' x | tmctl -q -p beto send ana --no-copy
}

# attack ATTACK...: the server at $SERVER, with ana, or HONEST, as the honest user.
attack() {
  local status=0
  SERVER_PID=$SERVER_PID HONEST=${HONEST:-ana} SERVER=$SERVER \
    PYTHONDONTWRITEBYTECODE=1 timeout $((300 * $#)) \
    /usr/bin/python3 "$BATS_TEST_DIRNAME/abuse.py" "$@" 3>&- >measured || status=$?
  sed 's/^/# /' measured >&3
  [ "$status" -eq 0 ]
  kill -0 "$SERVER_PID"
}

@test "frames: resets, headers without end, pings, settings (CVE-2023-44487)" {
  start
  attack rapid_reset continuation_flood ping_flood settings_flood
}

@test "headers: wrong, too many, endless (CVE-2023-1428, CVE-2023-33953)" {
  start
  attack bad_headers huge_metadata aborting_headers long_string endless_number
}

@test "handshakes and calls of strangers that never become whole" {
  start
  attack slow_handshakes half_requests reflection_flood
}

@test "more logins than the server computes" {
  start
  attack login_flood
}

@test "replies and watches that a user asks for and doesn't read" {
  start
  HONEST=carla attack zero_window unread_watches
}

# Each has 100 names of 200 bytes; beto is the attacker.
@test "watches of messages that are long in other ways than their text" {
  start
  local -a files=()
  for i in {1..100}; do
    files+=(-a "$(printf '%0200d' "$i")")
  done
  touch "${files[@]:1}"
  for _ in {1..16}; do tmctl -q -p ana send beto "${files[@]}" --no-copy; done
  jq -r .profiles.beto.token "$CONFIG" >token
  HONEST=carla attack unread_names
}

# The key's message went to 40 users with names of 60 bytes, whom each of its
# answers names.
@test "batches whose answers a user doesn't read" {
  start
  local -a friends=()
  for i in {1..40}; do friends+=("$(printf 'friend_%053d' "$i")"); done
  register "${friends[@]}"
  tmctl -q -p ana send "${friends[@]}" -m hello --key k --no-copy
  HONEST=carla attack unread_batches
}

@test "more connections than descriptors (CVE-2023-4785)" {
  FILES=64 start
  HONEST=carla attack connection_flood
}

# behind_haproxy ATTACK...: through the example's haproxy, in plaintext here.
behind_haproxy() {
  [[ -n ${TURBOMESSAGE_LONG-} ]] || skip 'TURBOMESSAGE_LONG is not set'
  command -v haproxy || skip 'there is no haproxy here: scripts/setup --long'
  PATH=$PATH:/usr/sbin
  start
  PROXY=$(/usr/bin/python3 -c 'import socket
with socket.create_server(("127.0.0.1", 0)) as s: print(s.getsockname()[1])')
  sed "s|^    bind .*|    bind 127.0.0.1:$PROXY proto h2|
    s|unix@.*sock|unix@$PWD/mail.sock|" \
    "$ROOT/scripts/examples/haproxy.cfg" >haproxy.cfg
  haproxy -db -f haproxy.cfg >haproxy.log 2>&1 3>&- &
  HAPROXY=$!
  # A connection would tell, too, but could get that port for its own.
  until grep -q "$(printf ':%04X 00000000:0000 0A ' "$PROXY")" /proc/net/tcp; do
    kill -0 "$HAPROXY" || { cat haproxy.log; return 1; }
  done
  SERVER=127.0.0.1:$PROXY attack "$@"
}

@test "behind haproxy: frames and headers" {
  behind_haproxy rapid_reset continuation_flood ping_flood settings_flood \
    huge_metadata aborting_headers long_string endless_number
}
