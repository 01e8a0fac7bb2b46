#!/usr/bin/env bats
# What holds for every command: errors, exit codes, deadlines, where it connects.

load helpers

setup() { open_mail ana; }

# silent_port: a port where a listener accepts and says nothing.
listen_silently() {
  coproc LISTENER { exec /usr/bin/python3 -c 'import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
sys.stdin.read()'; } 3>&-
  read -r SILENT_PORT <&"${LISTENER[0]}"
}

# lose_answers COUNT: a way to the server that loses its first COUNT answers.
lose_answers() {
  coproc PROXY { exec /usr/bin/python3 "$ROOT/tests/cli/losing_proxy.py" \
    "$PORT" "$1" 2>/dev/null; } 3>&-
  read -r LOSING_PORT <&"${PROXY[0]}"
}

teardown() {
  [[ -z ${LISTENER_PID-} ]] || kill "$LISTENER_PID" || true
  [[ -z ${PROXY_PID-} ]] || kill "$PROXY_PID" || true
  stop_servers
}

# --- The command line ---

@test "an unknown option is a usage error" {
  refused 64 usage ana inbox --nothing
  valid error "$error"
  refused 64 usage tmctl --nothing inbox
}

@test "a mistyped command gets a suggestion" {
  refused 64 usage tmctl snd
  [[ $(jq -r .hint <<<"$error") == *send* ]]
  refused 64 usage tmctl inbx
  [[ $(jq -r .hint <<<"$error") == *inbox* ]]
}

@test "a word far from every command gets none" {
  refused 64 usage tmctl xylophone
  [[ $(jq -r '.message' <<<"$error") == *xylophone* ]]
}

@test "commands that are not there yet are refused" {
  local command
  for command in run sendmail queue admin; do
    refused 64 usage ana "$command"
  done
}

@test "global options may stand before and after the command" {
  ok tmctl -p ana -o json whoami
  ok tmctl whoami -o json -p ana
  ok tmctl whoami --profile=ana
  ok tmctl whoami -pana
}

@test "after -- everything is an operand" {
  refused 67 recipient_not_found ana send -m x -- q
  refused 65 invalid_argument ana send -m x -- -q
}

@test "a switch takes no value, an option needs one" {
  refused 64 usage ana inbox --unread=yes
  refused 64 usage ana inbox --from
  refused 64 usage ana -o
}

@test "an unknown output format is a usage error" {
  refused 64 usage ana -o xml inbox
}

@test "a wrong duration is a usage error" {
  refused 64 usage ana --timeout soon inbox
  refused 64 usage ana --timeout -1s inbox
  refused 64 usage ana --retry many inbox
}

# --- Output ---

@test "--json is JSON on a terminal too" {
  run -0 on_terminal -- tmctl -p ana --json inbox
  valid tray
}

@test "a document ends with one newline and is a single line or indented whole" {
  ana inbox >out
  [ "$(tail -c 1 out | od -An -tx1 | xargs)" = 0a ]
  jq -e . <out >/dev/null
}

@test "in the JSON modes every line on stderr is an object" {
  local mode
  for mode in json jsonl ids; do
    run -67 --separate-stderr ana -o "$mode" send nobody -m x
    local line
    for line in "${stderr_lines[@]}"; do
      jq -e 'type == "object"' <<<"$line" >/dev/null
    done
    is_error 67 recipient_not_found
    valid error "$error"
  done
}

@test "on a terminal an error is a sentence and a hint" {
  run -67 on_terminal -- tmctl -p ana send nobody -m x
  [[ $output == 'tmctl: '*nobody* ]]
  [[ $output != *'{"'* ]]
}

@test "a full disk under stdout is an error" {
  run -74 --separate-stderr bash -c 'tmctl -p ana inbox >/dev/full'
  is_error 74 io_error
  run -74 --separate-stderr bash -c 'tmctl help >/dev/full'
}

@test "a closed stdout is an error, not silence" {
  run --separate-stderr bash -c 'tmctl -p ana inbox >&-'
  [ "$status" -eq 74 ]
}

@test "a reader that went away ends it quietly" {
  run -0 --separate-stderr /usr/bin/python3 -c 'import os, signal, subprocess
r, w = os.pipe()
os.close(r)
tmctl = subprocess.run(["tmctl", "-p", "ana", "inbox"], stdout=w)
assert tmctl.returncode == -signal.SIGPIPE, tmctl'
  [ -z "$stderr" ]
}

@test "a pipe into head breaks nothing" {
  local n
  for n in 1 2 3 4 5; do
    ana -q send ana -m "$n"
  done
  run -0 --separate-stderr bash -c 'tmctl -p ana inbox -o jsonl | head -n 1'
  valid message
  [ -z "$stderr" ]
}

@test "stdin is left alone by commands that don't need it" {
  run -0 bash -c 'seq 3 | while read -r n; do tmctl -p ana -q whoami; echo "$n"; done'
  [ "$output" = $'1\n2\n3' ]
}

# --- The server's address ---

@test "a server that is gone is unavailable" {
  stop_server
  refused 75 unavailable ana inbox
  valid error "$error"
  is "$error" '.retryable and .outcome == "none"'
  refused 75 unavailable ana send ana -m x
  is "$error" '.outcome == "none"'
}

@test "an address that can't be is refused" {
  local address
  for address in a:b:c localhost:99999 localhost:x :50052 ftp://x:1 ''; do
    run --separate-stderr tmctl -S "$address" -p ana inbox
    [[ $status -eq 64 || $status -eq 78 ]]
    [ -z "$output" ]
    valid error "${stderr_lines[-1]}"
  done
}

@test "a stored token goes only to the host that issued it" {
  refused 77 permission_denied ana -S elsewhere.invalid:50052 --insecure whoami \
    || is_error 77 not_logged_in
  valid error "$error"
  # Any port of the loopback host is the same host.
  ok ana -S "localhost:$PORT" whoami
}

@test "plaintext beyond loopback needs --insecure" {
  TMCTL_TOKEN=x refused 78 bad_config tmctl -S elsewhere.invalid:50052 whoami
  [[ $(jq -r '.message + .hint' <<<"$error") == *--insecure* ]]
  refused 78 bad_config tmctl -S elsewhere.invalid:50052 register beto \
    --password-stdin <<<"$PASSWORD"
}

@test "proxies in the environment change nothing" {
  local variable
  for variable in http_proxy https_proxy grpc_proxy all_proxy HTTPS_PROXY; do
    export "$variable=http://127.0.0.1:1"
  done
  ok ana whoami
  ok ana -S "localhost:$PORT" whoami
}

@test "gRPC's own variables make no noise" {
  GRPC_VERBOSITY=debug GRPC_TRACE=all ok ana inbox
  [ -z "$stderr" ]
}

@test "something that isn't a tmserver is told from one that is gone" {
  coproc LISTENER { exec /usr/bin/python3 -c 'import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    connection.close()'; } 3>&-
  read -r other_port <&"${LISTENER[0]}"
  run --separate-stderr ana -S "127.0.0.1:$other_port" --timeout 3s inbox
  [[ $status -eq 75 || $status -eq 76 ]]
  valid error "${stderr_lines[-1]}"
}

# --- Deadlines and repeats ---

@test "the deadline ends a call to a server that says nothing" {
  listen_silently
  local start=$SECONDS
  run -75 --separate-stderr ana -S "127.0.0.1:$SILENT_PORT" --timeout 1s inbox
  is_error 75 deadline_exceeded || is_error 75 unavailable
  [ $((SECONDS - start)) -lt 6 ]
}

@test "what answers and is no tmserver is told so, and not asked again" {
  /usr/bin/python3 -u -m http.server --bind 127.0.0.1 0 >http 2>&1 3>&- &
  local http=$!
  until [ -s http ]; do sleep 0.02; done
  refused 76 protocol_mismatch \
    tmctl --retry 100 -S "127.0.0.1:$(grep -oP 'port \K\d+' http)" \
    register ana --password-stdin <<<"$PASSWORD"
  [[ $(jq -r .message <<<"$error") == *'is no tmserver' ]]
  kill "$http"
}

@test "repeats stay within the one deadline" {
  stop_server
  local start=$SECONDS
  run -75 --separate-stderr ana --retry 100 --timeout 2s inbox
  valid error "${stderr_lines[-1]}"
  [ $((SECONDS - start)) -lt 8 ]
}

@test "--retry reaches a server that comes back" {
  # The first connection is to a listener that hangs up; the server follows.
  stop_server
  coproc LISTENER { exec /usr/bin/python3 -c 'import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
connection, _ = listener.accept()
listener.close()
connection.close()' "$PORT"; } 3>&-
  local listener=$LISTENER_PID
  read -r _ <&"${LISTENER[0]}"
  ana -o ids --retry 100 --timeout 30s send ana -m x >sent 3>&- &
  local client=$!
  wait "$listener"
  WANTED_PORT=$PORT start_server
  wait "$client"
  [ "$(cat sent)" = 1 ]
  [ "$(ana inbox -o ids)" = 1 ]
}

@test "--retry tries anew each time, and doesn't repeat gRPC's old errors" {
  stop_server
  ana -v --retry 100 --timeout 60s whoami >login 2>log 3>&- &
  local client=$! tries
  until [ "$(grep -c 'trying again' log)" -ge 3 ]; do sleep 0.02; done
  WANTED_PORT=$PORT start_server
  tries=$(grep -c 'trying again' log)
  wait "$client"
  is "$(<login)" '.user == "ana"'
  # One may have failed before there was a server, and be told only now.
  [ "$(grep -c 'trying again' log)" -le $((tries + 1)) ]
}

@test "a send whose answer was lost may have been stored, and says so" {
  lose_answers 1
  run -75 --separate-stderr ana -S "127.0.0.1:$LOSING_PORT" send ana -m x
  is_error 75 unavailable
  is "$error" '.outcome == "unknown" and (.key | length > 0)'
  is "$error" '(.hint | contains("--key")) or (.hint | contains($key))' \
    --arg key "$(jq -r .key <<<"$error")"
  # With its key the repetition finds out.
  ok ana send ana -m x --key "$(jq -r .key <<<"$error")"
  json '.id == 1 and .duplicate'
}

@test "a repeated send is stored once though its answers were lost" {
  lose_answers 3
  ok ana -S "127.0.0.1:$LOSING_PORT" --retry 10 --timeout 30s send ana -m x
  json '.id == 1'
  [ "$(ana inbox -o ids)" = 1 ]
}

@test "a refusal is not repeated" {
  local start=$SECONDS
  refused 67 recipient_not_found ana --retry 100 --timeout 30s send nobody -m x
  [ $((SECONDS - start)) -lt 10 ]
}
