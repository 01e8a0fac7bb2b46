#!/usr/bin/env bats
# tmserver: options, readiness, what it refuses, and how it ends.

load helpers

# rejected EXIT OPTION...: tmserver ends with that status and a sentence, and
# prints nothing on stdout.
rejected() {
  local exit=$1
  shift
  run "-$exit" --separate-stderr timeout 20 tmserver "$@"
  [ -z "$output" ]
  [ -n "$stderr" ]
}

# --- Readiness and where it keeps things ---

@test "the ready line names the address" {
  serve --port 0 --store memory:
  [[ $LISTENING =~ ^tmserver:\ listening\ on\ 127\.0\.0\.1:[0-9]+$ ]]
  register ana
}

@test "a port may be given as an operand" {
  serve --store memory: 0
  register ana
  stop_server
  serve serve 0 --store memory:
  register ana
}

@test "the store is in the state directory, which is private" {
  serve 0
  stop_server
  [ "$(stat -c %a "$HOME/.local/state/turbomessage")" = 700 ]
  [ -n "$(find "$HOME/.local/state/turbomessage" -type f -size +0)" ]
  export XDG_STATE_HOME=$HOME/xdg
  serve 0
  stop_server
  [ "$(stat -c %a "$HOME/xdg/turbomessage")" = 700 ]
  mkdir "$HOME/systemd"
  export STATE_DIRECTORY=$HOME/systemd
  serve 0
  stop_server
  [ -n "$(find "$HOME/systemd" -type f -size +0)" ]
}

@test "the store is for its owner alone" {
  umask 000
  serve 0 --store "sqlite:$PWD/new/mail.db"
  [ "$(stat -c %a new)" = 700 ]
  [ -z "$(find new -type f -perm /077)" ]
}

@test "memory: keeps nothing" {
  serve 0 --store memory:
  register ana
  stop_server
  serve "$PORT" --store memory:
  refused 77 not_logged_in tmctl -p ana whoami
}

# --- Options, environment, configuration ---

@test "flag, then environment, then configuration file" {
  cat >tmserver.json <<'JSON'
{
  // Comments are allowed.
  "port": 0, /* any */
  "store": "memory:",
  "tray_capacity": 1
}
JSON
  serve --config tmserver.json
  register ana
  ana -q send ana -m x
  run -75 ana send ana -m x
  stop_server
  export TMSERVER_TRAY_CAPACITY=2
  serve --config tmserver.json
  register ana2
  tmctl -p ana2 -q send ana2 -m x
  tmctl -p ana2 -q send ana2 -m x
  run -75 tmctl -p ana2 send ana2 -m x
  stop_server
  serve --config tmserver.json --tray-capacity 3
  register ana3
  tmctl -p ana3 -q send ana3 -m x
  tmctl -p ana3 -q send ana3 -m x
  tmctl -p ana3 -q send ana3 -m x
  run -75 tmctl -p ana3 send ana3 -m x
}

@test "every option has a variable" {
  TMSERVER_PORT=0 TMSERVER_STORE=memory: TMSERVER_MIN_PASSWORD_LENGTH=20 serve
  refused 65 weak_password tmctl -S "$SERVER" register ana --password-stdin \
    <<<"$PASSWORD"
}

@test "the configuration file may come from the environment" {
  echo '{"port": 0, "store": "memory:"}' >tmserver.json
  TMSERVER_CONFIG=tmserver.json serve
  register ana
}

@test "a capacity of 0 is no limit" {
  serve 0 --store memory: --tray-capacity 0
  register ana
  local n
  for n in 1 2 3 4 5 6 7; do
    ana -q send ana -m "$n"
  done
}

@test "wrong options are usage errors" {
  local options
  for options in --nothing '--port x' '--port 65536' '--port -1' '1 2' \
    '--tray-capacity many' '--session-ttl soon' '--registration maybe' \
    '--min-password-length 1025' '--max-message-size big' \
    '--log-format xml' '--log-level loud' \
    '--listen 127.0.0.1:0 --port 1' '--listen 127.0.0.1:0 0'; do
    # shellcheck disable=SC2086  # words
    rejected 64 --store memory: $options
  done
}

@test "a wrong value in the environment is refused by name" {
  TMSERVER_TRAY_CAPACITY=many run --separate-stderr timeout 20 tmserver 0 \
    --store memory:
  [[ $status -eq 64 || $status -eq 78 ]]
  [[ $stderr == *TMSERVER_TRAY_CAPACITY* || $stderr == *tray-capacity* ]]
}

@test "what is not there yet is refused" {
  local command
  for command in backup restore check stats copy admin-token; do
    rejected 64 "$command"
  done
  rejected 78 0 --store postgresql://localhost/mail
}

@test "an empty configuration file is no JSON" {
  : >tmserver.json
  rejected 78 --config tmserver.json
  [[ $stderr == *'tmserver.json: '*'unexpected end of input'* ]]
}

@test "a wrong configuration file is refused by name" {
  local text
  rejected 78 --config nowhere.json
  [[ $stderr == *nowhere.json* ]]
  for text in '{' '[]' '{"colour": "red"}' '{"port": "x"}' \
    '{"tray_capacity": -1}' '{"store": 7}'; do
    echo "$text" >tmserver.json
    rejected 78 --config tmserver.json
    [[ $stderr == *tmserver.json* ]]
  done
  echo '{"colour": "red"}' >tmserver.json
  rejected 78 --config tmserver.json
  [[ $stderr == *colour* ]]
}

@test "a store that can't be is refused" {
  local store
  for store in redis:x mail.db sqlite:; do
    rejected 78 0 --store "$store"
    [[ $stderr == *store* ]]
  done
  run --separate-stderr timeout 20 tmserver 0 --store sqlite:/proc/mail.db
  [[ $status -ge 70 && $status -ne 124 ]]
  [[ $stderr == */proc/mail.db* ]]
}

@test "a password in a store's URL is not repeated" {
  rejected 78 0 --store postgresql://ana:secret@localhost/mail
  [[ $stderr != *secret* ]]
}

@test "a file that is no store is refused and left as it was" {
  seq 1000 >mail.db
  cp mail.db before
  rejected 78 0 --store "sqlite:$PWD/mail.db"
  [[ $stderr == *mail.db* ]]
  cmp mail.db before
}

# --- Only one ---

@test "a second server on the same store is refused" {
  start_server
  run --separate-stderr timeout 20 tmserver 0 --store "sqlite:$PWD/mail.db"
  [[ $status -eq 75 ]]
  [[ $stderr == *mail.db* ]]
  register ana
}

@test "the same store by another name is the same store" {
  start_server
  ln -s mail.db other.db
  run --separate-stderr timeout 20 tmserver 0 --store "sqlite:$PWD/other.db"
  [[ $status -ge 64 && $status -ne 124 ]]
  register ana
}

@test "a second server on the same port is refused" {
  start_server
  run --separate-stderr timeout 20 tmserver "$PORT" --store memory:
  [[ $status -ge 64 && $status -ne 124 ]]
  [ -z "$output" ]
  [[ $stderr == *"$PORT"* ]]
  register ana
  # The loser made no store of its own useless, and the port is free again.
  stop_server
  WANTED_PORT=$PORT start_server
}

@test "after kill -9 the store opens again at once" {
  start_server
  crash_server
  start_server
  register ana
}

# --- Where it listens ---

@test "plaintext on an address that isn't loopback needs --insecure" {
  rejected 78 --listen 0.0.0.0:0 --store memory:
  [[ $stderr == *--insecure* ]]
}

@test "--listen takes addresses" {
  serve --listen 127.0.0.1:0 --listen 127.0.0.1:0 --store memory:
  local second
  IFS= read -r -t 20 second <&"$READY"
  [[ $second =~ ^tmserver:\ listening\ on\ 127\.0\.0\.1:[0-9]+$ ]]
  [ "$second" != "$LISTENING" ]
  register ana
  SERVER=${second##* } register beto
}

# --- Unix sockets ---

@test "a Unix socket is its owner's alone unless the options say otherwise" {
  umask 000
  serve --listen "unix:$PWD/socket" --store memory:
  [ "$(stat -c %a socket)" = 600 ]
  [ "$(stat -c %a socket.lock)" = 600 ]
  stop_server
  serve --listen "unix:$PWD/socket" --store memory: --socket-mode 0666
  [ "$(stat -c %a socket)" = 666 ]
  stop_server
  umask 077
  TMSERVER_SOCKET_MODE=620 serve --listen "unix:$PWD/socket" --store memory:
  [ "$(stat -c %a socket)" = 620 ]
}

@test "a Unix socket may be a group's" {
  local group
  group=$(id -Gn | tr ' ' '\n' | tail -n 1)
  [ "$EUID" != 0 ] || group=daemon
  serve --listen "unix:$PWD/socket" --store memory: --socket-group "$group"
  [ "$(stat -c '%a %G' socket)" = "660 $group" ]
  stop_server
  serve --listen "unix:$PWD/socket" --store memory: --socket-mode 600 \
    --socket-group "$(getent group "$group" | cut -d : -f 3)"
  [ "$(stat -c '%a %G' socket)" = "600 $group" ]
}

@test "the members of a socket's group can connect, nobody else" {
  [ "$EUID" = 0 ] || skip 'only root can become others'
  local place
  place=$(mktemp -d)
  chmod 755 "$place"
  serve --listen "unix:$place/socket" --store memory: --socket-group daemon
  connect() {
    setpriv --reuid nobody --regid nogroup --groups "$1" /usr/bin/python3 -c \
      'import socket, sys
socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$place/socket"
  }
  connect daemon
  run ! connect nogroup
  stop_server
  rm -r "$place"
}

@test "a wrong mode or group of Unix sockets is refused" {
  local socket=(--listen "unix:$PWD/socket" --store memory:) mode
  for mode in 888 01777 u=rw '' -1 0x1ff; do
    rejected 64 "${socket[@]}" "--socket-mode=$mode"
  done
  rejected 78 "${socket[@]}" --socket-group nosuchgroup
  [[ $stderr == *nosuchgroup* ]]
  [ ! -e socket ]
  [ "$EUID" = 0 ] || {
    rejected 78 "${socket[@]}" --socket-group root
    [[ $stderr == *socket*'not permitted'* ]]
  }
}

# --- Signals ---

@test "SIGTERM and SIGINT end it with 0" {
  local signal
  for signal in TERM INT; do
    serve 0 --store memory:
    register "ana${signal,,}"
    kill "-$signal" "$SERVER_PID"
    wait "$SERVER_PID"
    unset 'SERVERS[-1]'
  done
}

@test "it ends although a client keeps its connection open" {
  serve 0 --store memory:
  coproc CLIENT { exec /usr/bin/python3 -c 'import socket, sys
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print("connected", flush=True)
sys.stdin.read()' "$PORT"; } 3>&-
  read -r _ <&"${CLIENT[0]}"
  local start=$SECONDS client=$CLIENT_PID
  stop_server
  [ $((SECONDS - start)) -lt 30 ]
  kill "$client"
}

@test "SIGHUP doesn't end it" {
  serve 0 --store memory:
  kill -HUP "$SERVER_PID"
  register ana
}

@test "an acknowledged send outlives a stop under load" {
  start_server --tray-capacity 0
  register ana beto
  (
    while tmctl -p ana -o ids send beto -m x --no-copy; do :; done
  ) >acknowledged 2>/dev/null 3>&- &
  local loop=$!
  while [ "$(wc -l <acknowledged)" -lt 20 ]; do
    kill -0 "$loop"
  done
  stop_server
  wait "$loop" || true
  WANTED_PORT=$PORT start_server --tray-capacity 0
  tmctl -p beto inbox --all --reverse -o ids >stored
  [ -z "$(comm -23 <(sort acknowledged) <(sort stored))" ]
  diff stored <(seq "$(wc -l <stored)")
}

# --- The log ---

@test "the log says one line per event and never a secret" {
  start_server --log-format json --log-level debug
  register ana
  ana -q send ana -s 'the subject' -m 'the body text'
  ana -q read 1
  run -77 ana login ana --password-stdin <<<'wrong horse'
  local token
  token=$(jq -r .profiles.ana.token "$CONFIG")
  stop_server
  jq -e 'type == "object"' <"$SERVER_LOG" >/dev/null
  [ "$(jq -s length <"$SERVER_LOG")" = "$(wc -l <"$SERVER_LOG")" ]
  [ "$(wc -l <"$SERVER_LOG")" -ge 4 ]
  run ! grep -F -e "$PASSWORD" -e 'wrong horse' -e "$token" -e 'the body text' \
    "$SERVER_LOG"
}

@test "the text log has a line per event" {
  start_server
  register ana
  ana -q send ana -m x
  stop_server
  run ! grep -q '^{' "$SERVER_LOG"
  grep -q ana "$SERVER_LOG"
}

@test "a quiet log is quiet" {
  start_server --log-level error
  register ana
  stop_server
  [ ! -s "$SERVER_LOG" ]
}

# --- Help ---

@test "--help names every option, --version the version" {
  run -0 --separate-stderr tmserver --help
  local option
  for option in port listen store tray-capacity session-ttl session-max \
    registration min-password-length max-message-size register-days insecure \
    tls-cert tls-key tls-client-ca socket-mode socket-group config log-format \
    log-level admin-socket; do
    [[ $output == *"--$option"* ]]
  done
  run -0 --separate-stderr tmserver --version
  [[ $output =~ ^tmserver\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}
