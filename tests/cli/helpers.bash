# What the tests of the command line stand on: a home and a server of their own
# for each test, users with profiles, and assertions about what was printed.
#
# TURBOMESSAGE_BUILD names the build folder (default: build/release).
#
# shellcheck disable=SC2034,SC2119,SC2120,SC2154  # bats and the tests use them

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${TURBOMESSAGE_BUILD:-$ROOT/build/release}
PATH=$BUILD/tmserver:$BUILD/tmctl:$PATH
PASSWORD='correct horse'

setup() { fresh_home; }
teardown() { stop_servers; }

# --- A place of one's own ---

# An empty home, and nothing of the caller's environment that the programs read.
fresh_home() {
  local name
  while read -r name; do
    unset "$name"
  done < <(compgen -e | grep -E '^(TMCTL_|TMSERVER_|XDG_|.*_proxy$)' || true)
  unset STATE_DIRECTORY CREDENTIALS_DIRECTORY NO_COLOR
  export HOME=$BATS_TEST_TMPDIR/home TERM=xterm-256color LC_ALL=C.UTF-8 TZ=UTC
  mkdir "$HOME"
  cd "$BATS_TEST_TMPDIR" || return
  CONFIG=$HOME/.config/turbomessage/tmctl.json
}

# open_mail USER...: a home, a server, and accounts with profiles of their names.
open_mail() {
  fresh_home
  start_server
  register "$@"
}

# file TEXT...: prints the name of a new file with these lines.
file() {
  local name
  name=$(mktemp "$BATS_TEST_TMPDIR/file.XXXXXX")
  printf '%s\n' "$@" >"$name"
  echo "$name"
}

# --- Servers ---

SERVERS=()

# start_server [OPTION...]: a server on a free port and on this test's own store
# (WANTED_PORT and WANTED_STORE say otherwise). Sets SERVER (its address), PORT,
# SERVER_PID and SERVER_LOG; returns when it is ready.
start_server() {
  serve --port "${WANTED_PORT:-0}" \
    --store "${WANTED_STORE:-sqlite:$BATS_TEST_TMPDIR/mail.db}" "$@"
}

# serve OPTION...: a server with exactly these options. Sets LISTENING, its first
# line, and READY, the descriptor that any others come from.
serve() {
  local ready=$BATS_TEST_TMPDIR/ready
  SERVER_LOG=$BATS_TEST_TMPDIR/server.log
  rm -f "$ready"
  mkfifo "$ready"
  tmserver "$@" >"$ready" 2>>"$SERVER_LOG" </dev/null 3>&- &
  SERVER_PID=$!
  exec {READY}<"$ready"
  SERVERS+=("$SERVER_PID")
  if ! IFS= read -r -t 60 LISTENING <&"$READY"; then
    cat "$SERVER_LOG"
    return 1
  fi
  SERVER=${LISTENING##* }
  PORT=${SERVER##*:}
}

# Asks the newest server to end and waits for it.
stop_server() {
  local pid=${SERVERS[-1]}
  unset 'SERVERS[-1]'
  kill "$pid"
  wait "$pid"
}

# kill -9 of the newest server.
crash_server() {
  local pid=${SERVERS[-1]}
  unset 'SERVERS[-1]'
  kill -9 "$pid"
  wait "$pid" || true
}

# Every server that a test leaves running must still end cleanly.
stop_servers() {
  local failed=0
  while [[ ${#SERVERS[@]} -gt 0 ]]; do
    stop_server || failed=$?
  done
  if [[ $failed -ne 0 ]]; then
    echo "a server ended with status $failed:"
    tail -n 20 "$SERVER_LOG"
  fi
  return "$failed"
}

# --- Users ---

# register USER...: accounts, each with a profile of its name.
register() {
  local user
  for user; do
    tmctl -S "$SERVER" -p "$user" register "$user" --password-stdin \
      <<<"$PASSWORD" >/dev/null || return
  done
}

ana() { tmctl -p ana "$@"; }
beto() { tmctl -p beto "$@"; }
carla() { tmctl -p carla "$@"; }

# --- Assertions ---

# ok COMMAND...: it exits with 0; sets output and stderr.
ok() {
  run -0 --separate-stderr "$@"
}

# refused EXIT CODE COMMAND...: it exits with EXIT, prints nothing on stdout and
# a whole error with CODE as the last line on stderr. Sets error to that line.
refused() {
  local exit=$1 code=$2
  shift 2
  run "-$exit" --separate-stderr "$@"
  if [[ -n $output ]]; then
    echo "stdout of a failed command: $output"
    return 1
  fi
  is_error "$exit" "$code"
}

# is_error EXIT CODE: about the last line on stderr; sets error to it.
is_error() {
  error=${stderr_lines[-1]-}
  jq -e --argjson exit "$1" --arg code "$2" \
    '.schema == "turbomessage.error/1" and .exit == $exit and .code == $code' \
    <<<"$error" >/dev/null || {
    echo "expected the error $2 ($1), got: $stderr"
    return 1
  }
}

# json FILTER [JQ-OPTION...]: the filter is true of output.
json() {
  is "$output" "$@"
}

# is JSON FILTER [JQ-OPTION...]: the filter is true of it.
is() {
  local document=$1 filter=$2
  shift 2
  jq -e "$@" "$filter" <<<"$document" >/dev/null || {
    echo "not true: $filter"
    echo "of: $document"
    return 1
  }
}

# valid NAME [JSON]: every document in it (output) keeps to `tmctl schema NAME`.
valid() {
  tmctl schema "$1" >"$BATS_TEST_TMPDIR/schema.json" || return
  /usr/bin/python3 "$ROOT/tests/cli/validate.py" "$BATS_TEST_TMPDIR/schema.json" \
    <<<"${2-$output}"
}

# on_terminal [OPTION...] -- COMMAND...: runs it on a terminal of its own and
# prints what the terminal would show; see terminal.py.
on_terminal() {
  /usr/bin/python3 "$ROOT/tests/cli/terminal.py" "$@"
}

# times SHORT LONG: how often a test repeats its work.
times() {
  if [[ -n ${TURBOMESSAGE_LONG-} ]]; then
    echo "$2"
  else
    echo "$1"
  fi
}
