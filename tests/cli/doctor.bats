#!/usr/bin/env bats
# tmctl doctor: what it finds, and what it makes of it.

load helpers

setup() {
  open_mail ana beto
  export TMCTL_PROFILE=ana TMCTL_QUEUE_DIR=$PWD/queue
}

teardown() {
  [[ -z ${LISTENER_PID-} ]] || kill "$LISTENER_PID" || true
  stop_servers
}

# examine EXIT [OPTION...]: runs it; its document is in output, whole.
examine() {
  local exit=$1
  shift
  run "-$exit" --separate-stderr tmctl doctor "$@"
  valid doctor
  json '.exit == $exit' --argjson exit "$exit"
}

# finds NAME VERDICT [PART]: that check has that verdict, and PART is in its
# message or hint.
finds() {
  json '[.checks[] | select(.name == $name)] | length == 1 and (.[0] |
    .verdict == $verdict and (.message + " " + .hint | contains($part)) and
    (.verdict | . == "ok" or . == "skipped") == (.hint == null))' \
    --arg name "$1" --arg verdict "$2" --arg part "${3-}"
}

@test "where all is right, every check says so" {
  examine 0
  json '.verdict == "ok" and (.cron | not)'
  json '[.checks[].name] == ["configuration", "permissions", "name",
    "connection", "tls", "protocol", "clock", "token", "quota", "spool"]'
  json 'all(.checks[]; .verdict == "ok" and .code == null)'
  [ -z "$stderr" ]
}

@test "it changes nothing and tells no secret" {
  find "$HOME" -type f -exec md5sum {} + | sort >before
  examine 0
  local token
  token=$(jq -r .profiles.ana.token "$CONFIG")
  [[ $output != *"$token"* ]]
  run ! grep -F "$token" <(tmctl doctor -v 2>&1)
  TMCTL_TOKEN=$token examine 0
  [[ $output != *"$token"* ]]
  find "$HOME" -type f -exec md5sum {} + | sort | diff before -
}

@test "on a terminal it is a table with the ways out" {
  run -0 on_terminal -- tmctl doctor
  [[ $output == *'ok       quota          inbox 0 of 5, outbox 0 of 5'* ]]
  stop_server
  run -75 on_terminal -- tmctl doctor
  [[ $output == *'failed   connection'*'Connection refused'*'hint: '* ]]
  [[ $output == *'ok       spool'* && $output != *'{'* ]]
  [[ $output != *'tmctl: '* ]]
}

@test "a failed check is the error, too" {
  stop_server
  examine 75
  is_error 75 unavailable
  is "$error" '.message | startswith("connection: ")'
}

@test "quiet it tells what is wrong alone" {
  ok tmctl -q doctor
  [ -z "$output$stderr" ]
  chmod 777 "${CONFIG%/*}"
  run -1 --separate-stderr tmctl -q doctor
  [ -z "$output" ]
  valid warning "$stderr"
  is "$stderr" '.code == "doctor" and (.message | startswith("permissions: "))'
  stop_server
  run -75 --separate-stderr tmctl -q doctor
  [ "${#stderr_lines[@]}" = 2 ]
  is_error 75 unavailable
}

@test "a wrong command line is no finding" {
  refused 64 usage tmctl doctor --timeout soon
  refused 64 usage tmctl doctor -o ids
  refused 64 usage tmctl doctor ana
  chmod 644 "$CONFIG"
  refused 64 usage tmctl doctor --timeout soon
  TMCTL_OUTPUT=ids examine 78
}

# --- The configuration ---

@test "a configuration that can't be used is told, and the rest is checked" {
  chmod 644 "$CONFIG"
  examine 78
  finds configuration failed 'chmod 600'
  finds connection skipped
  finds token skipped
  finds spool ok
  examine 78 -S "$SERVER"
  finds protocol ok
  finds token skipped 'configuration'
  TMCTL_TOKEN=x examine 78 -S "$SERVER"
  finds token failed TMCTL_TOKEN
  chmod 600 "$CONFIG"
  echo '{"profiles": {"ana": {"sever": "x"}}}' >"$CONFIG"
  examine 78
  finds configuration failed sever
  echo '{' >"$CONFIG"
  examine 78
  finds configuration failed JSON
}

@test "an unknown profile fails, a wrong variable, too" {
  examine 78 -p nobody
  finds configuration failed 'login USER'
  TMCTL_RETRY=many examine 78
  finds configuration failed TMCTL_RETRY
}

@test "a wrong value in another profile is a warning" {
  jq '.profiles.other = {timeout: "soon"}' "$CONFIG" >new
  cat new >"$CONFIG"
  examine 1
  finds configuration warning other
  json '.verdict == "warning"'
}

@test "what others could replace or read is a warning" {
  chmod 770 "${CONFIG%/*}"
  examine 1
  finds permissions warning "chmod go-w ${CONFIG%/*}"
  chmod 700 "${CONFIG%/*}"
  tmctl -q token create job --scope full --out job.token
  examine 0 --token-file job.token
  finds permissions ok job.token
  chmod 644 job.token
  examine 1 --token-file job.token
  finds permissions warning 'chmod 600 job.token'
  chmod 666 job.token
  examine 78 --token-file job.token
  finds token failed 'chmod go-w'
}

# --- The way to the server ---

@test "a name that can't be resolved" {
  examine 75 -S nosuch.invalid --insecure --timeout 5s
  finds name failed nosuch.invalid
  finds connection skipped
  finds tls warning 'not encrypted'
  finds protocol skipped
}

@test "a socket is looked at as an address is" {
  stop_server
  serve --listen "unix:$PWD/socket" --store "sqlite:$PWD/mail.db"
  tmctl -S "unix:$PWD/socket" -p ana -q login ana --password-stdin <<<"$PASSWORD"
  examine 0
  finds connection ok "unix:$PWD/socket"
  finds tls ok 'this machine'
  examine 75 -S "unix:$PWD/nothing"
  finds connection failed 'No such file'
  examine 75 -S "unix:/$(printf '%0200d' 1)"
  finds name failed 'too long'
}

@test "plaintext beyond this machine fails unless it is allowed" {
  examine 75 -S nosuch.invalid
  finds tls failed --insecure
}

@test "something that isn't a tmserver" {
  coproc LISTENER { exec /usr/bin/python3 -c 'import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    connection.close()'; } 3>&-
  local port
  read -r port <&"${LISTENER[0]}"
  run --separate-stderr tmctl doctor -S "127.0.0.1:$port" --timeout 2s
  [[ $status -eq 75 || $status -eq 76 ]]
  valid doctor
  finds connection ok
  finds protocol failed
  finds token skipped 'profile "ana"'
}

@test "a server that says nothing ends with the time" {
  coproc LISTENER { exec /usr/bin/python3 -c 'import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
sys.stdin.read()'; } 3>&-
  local port start=$SECONDS
  read -r port <&"${LISTENER[0]}"
  run -75 --separate-stderr tmctl doctor -S "127.0.0.1:$port" --timeout 1s
  finds connection ok
  finds protocol failed
  [ $((SECONDS - start)) -lt 6 ]
}

# --- The token, the trays, the spool ---

@test "a token that is missing, wrong or another server's" {
  tmctl -q logout
  examine 77
  finds token failed 'not logged in'
  finds protocol ok
  finds quota skipped
  TMCTL_TOKEN=wrong examine 77
  finds token failed TMCTL_TOKEN
  is_error 77 not_logged_in
  TMCTL_PROFILE=beto examine 75 -S "unix:$PWD/nothing"
  finds token failed 'log in there'
}

@test "an access token gives notice a week before its end" {
  tmctl -q token create late --scope send --expires 8d --out late.token
  tmctl -q token create soon --scope read --expires 6d --out soon.token
  tmctl -q token create never --scope full --expires never --out never.token
  examine 0 --token-file late.token
  finds token ok 'access token "late" of ana, scope send, from late.token'
  finds quota skipped scope
  examine 1 --token-file soon.token
  finds token warning 'token rotate'
  finds quota ok
  examine 0 --token-file never.token
  finds token ok 'without end'
}

@test "an access token that has ended" {
  tmctl -q token create brief --scope full --expires 1s --out brief.token
  local deadline=$((SECONDS + 20))
  while tmctl -q --token-file brief.token whoami 2>/dev/null; do
    [ "$SECONDS" -lt "$deadline" ]
  done
  examine 77 --token-file brief.token
  finds token failed 'token rotate'
  is_error 77 token_expired
}

@test "full trays are a warning" {
  local n
  for n in 1 2 3 4 5; do
    tmctl -q send beto -m "$n"
  done
  examine 1
  finds quota warning 'outbox 5 of 5'
  TMCTL_PROFILE=beto examine 1
  finds quota warning 'inbox 5 of 5'
}

@test "a server without a limit has no full trays" {
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 0
  tmctl -q send ana -m x
  examine 0
  finds quota ok 'inbox 1, outbox 1'
}

@test "the spool: what waits, what waits for long, what has failed" {
  tmctl -q send beto -m x --queue always
  tmctl -q send nobody -m x --queue always -k bad
  examine 0
  finds spool ok '2 sends wait'
  local entry
  for entry in queue/*.json; do
    jq '.queued_at = (now - 7200 | todate | sub("Z"; ".000Z"))' "$entry" >new
    cat new >"$entry"
  done
  examine 1
  finds spool warning 'queue flush'
  tmctl queue flush >flushed || [ $? -eq 3 ]
  examine 1
  finds spool warning '1 could not be delivered'
  tmctl -q queue drop --failed
  examine 0
  echo damaged >queue/1.json
  chmod 600 queue/1.json
  examine 1
  finds spool warning damaged
  rm queue/1.json
  chmod 777 queue
  examine 1
  finds spool warning 'others can write'
}

@test "the spool: where none could be made" {
  touch file
  TMCTL_QUEUE_DIR=$PWD/file/queue examine 1
  finds spool warning "can't write to $PWD/file"
  TMCTL_QUEUE_DIR=$PWD/new/queue examine 0
  finds spool ok '0 sends wait'
  [ ! -e new ]
}

# --- Under cron ---

@test "under cron the checks are made in cron's environment" {
  unset TMCTL_PROFILE
  cp "$CONFIG" "$HOME/other.json"
  examine 1 --cron -p ana
  json .cron
  finds configuration ok "$CONFIG"
  finds protocol ok
  finds cron_variables warning TMCTL_QUEUE_DIR
  finds cron_path warning "$(readlink -f "$(command -v tmctl)")"
  finds cron_password_command skipped
  [[ $output != *"$PWD/queue"* ]]
  # Relative to the home directory, where jobs begin.
  cd /
  examine 1 --cron --config other.json -p ana
  finds configuration ok other.json
}

@test "what a variable says is not found by a job" {
  mv "$CONFIG" elsewhere.json
  export TMCTL_CONFIG=$PWD/elsewhere.json
  examine 0
  examine 77 --cron -S "$SERVER"
  finds configuration ok 'there is no file'
  finds cron_variables warning 'TMCTL_CONFIG, TMCTL_PROFILE'
  finds token failed
}

@test "a job needs more than a login" {
  examine 1 --cron -p ana
  finds token warning 'token create'
  tmctl -q token create job --scope send --out "$PWD/job.token"
  examine 1 --cron -p ana --token-file "$PWD/job.token"
  finds token ok
  tmctl config set password_command 'echo secret word'
  examine 1 --cron -p ana
  finds token ok
  finds cron_password_command ok
  [[ $output$stderr != *'secret word'* ]]
}

@test "a job's password_command has no terminal and no time to spare" {
  tmctl config set password_command 'exec cat /dev/tty'
  run -78 on_terminal -- tmctl doctor --cron -p ana --json
  is "${lines[0]}" '.checks[-1] | .name == "cron_password_command" and
    .verdict == "failed" and (.message | contains("failed with status"))'
  tmctl config set password_command 'echo "$PASSWORD_OF_MINE"'
  PASSWORD_OF_MINE=x examine 78 --cron -p ana
  finds cron_password_command failed 'prints nothing'
  tmctl config set password_command "touch $PWD/began; sleep 987"
  examine 78 --cron -p ana --timeout 1s
  finds cron_password_command failed 'in time'
  [ -e began ]
  run ! pgrep -f 'sleep 98[7]'
  rm began
  examine 0
  [ ! -e began ]
}

@test "cron's home is that of the password database" {
  local home
  home=$(getent passwd "$(id -u)" | cut -d: -f6)
  [[ -d $home && $home != "$HOME" ]] || skip 'there is no home of my own'
  examine 1 --cron -p ana
  finds cron_home warning "HOME=$HOME"
  HOME=$home examine 1 --cron --config "$CONFIG" -p ana
  finds cron_home ok
  run -78 --separate-stderr env HOME="$PWD/nowhere" \
    tmctl --config "$CONFIG" -p ana doctor --cron
  valid doctor
  finds cron_home failed nowhere
}
