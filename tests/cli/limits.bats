#!/usr/bin/env bats
# How much tmserver takes, how often, and what it tells those who want more.

load helpers

# --- Rates ---

@test "who calls too often is told when to come back" {
  start_server --account-rate 1/h:2
  register ana
  ana -q whoami
  ana -q whoami
  refused 75 rate_limited ana whoami
  is "$error" '.retryable and .retry_after_ms > 3500000 and
    .retry_after_ms <= 3600000 and .outcome == "none"'
  [[ $(jq -r .message <<<"$error") == *"calls of ana"*"try again in 3600 s"* ]]
  register beto
  beto -q whoami
}

@test "--retry waits as long as the server says" {
  start_server --account-rate 2/s:1
  register ana
  ana -q whoami
  ok ana --retry 1 -v whoami
  [[ $stderr == *"calls of ana"* ]]
}

@test "a wait beyond --timeout fails at once" {
  start_server --account-rate 1/h:1
  register ana
  ana -q whoami
  local begun=$SECONDS
  refused 75 rate_limited ana --retry 5 --timeout 30s whoami
  ((SECONDS - begun < 10))
}

@test "a send that is refused is queued until it may go" {
  start_server --account-rate 1/h:1
  register ana
  ana -q whoami
  ok ana send ana -m x --queue auto
  json '.queued and .id == null'
  ok ana queue list
  json '.entries[0].state == "waiting" and
    (.entries[0] | (.next_attempt_at | sub("\\.[0-9]+"; "") | fromdate) -
      (.queued_at | sub("\\.[0-9]+"; "") | fromdate)) > 3500'
}

@test "a batch that is too fast is slowed down, not refused" {
  start_server --account-rate 100/s:10 --tray-capacity 0
  register ana
  local count
  count=$(times 60 1000)
  yes '{"to":["ana"],"body":"x"}' | head -n "$count" >lines.jsonl || true
  local begun=${EPOCHREALTIME/./}
  ok ana send --batch lines.jsonl
  ((${EPOCHREALTIME/./} - begun >= (count - 20) * 10000))
  [ "$(jq -s 'map(select(.id)) | length' <<<"$output")" = "$count" ]
  # The next one begins while the account is still in debt.
  ok ana send --batch - <<<'{"to":["ana"],"body":"x"}'
}

@test "the lines of a batch that is slowed down don't wait for each other too long" {
  start_server --account-rate 500/s:1500 --tray-capacity 0
  register ana
  yes '{"to":["ana"],"body":"x"}' | head -n 4000 >lines.jsonl || true
  ana -q --timeout 4s send --batch lines.jsonl
  [ "$(ana inbox --count -o ids)" = 4000 ]
}

@test "the usual rate is beyond a script's reach" {
  start_server --tray-capacity 0
  register ana
  local count
  count=$(times 5000 100000)
  yes '{"to":["ana"]}' | head -n "$count" >lines.jsonl || true
  ana -q send --batch lines.jsonl
  [ "$(ana inbox --count -o ids)" = "$count" ]
}

@test "one address may log in only so often, who is logged in is not concerned" {
  start_server --login-rate 1/h:2
  register ana
  tmctl -q -S "$SERVER" -p two login ana --password-stdin <<<"$PASSWORD"
  refused 75 rate_limited \
    tmctl -S "$SERVER" -p three login ana --password-stdin <<<"$PASSWORD"
  is "$error" '.retry_after_ms > 3500000'
  refused 75 rate_limited \
    tmctl -S "$SERVER" -p three register beto --password-stdin <<<"$PASSWORD"
  refused 75 rate_limited env TMCTL_TOKEN=unknown tmctl -S "$SERVER" whoami
  tmctl -q -p two whoami
  tmctl -q -p two send ana -m x
}

@test "a Unix socket has no address to count" {
  serve --listen "unix:$PWD/s" --store memory: --login-rate 1/h:1
  register ana beto carla
}

@test "none is no rate" {
  start_server --account-rate none --login-rate none
  register ana
  ana -q whoami
}

@test "a rate that can't be is a usage error" {
  local rate
  for rate in fast 5 5/d 0/s 5/s:0 -1/s; do
    run -64 --separate-stderr timeout 20 tmserver 0 --store memory: \
      --account-rate "$rate"
    [[ $stderr == *--account-rate*50/s* ]]
    run -64 timeout 20 tmserver 0 --store memory: --login-rate "$rate"
  done
}

# --- Guessed passwords ---

# try PROFILE USER PASSWORD [OPTION...]: a login.
try() {
  local profile=$1 user=$2 password=$3
  shift 3
  tmctl -S "$SERVER" -p "$profile" "$@" login "$user" --password-stdin \
    <<<"$password"
}

@test "who guesses has to wait, whether there is such a user or not" {
  start_server
  register ana
  local user n
  for user in ana nobody; do
    for n in 1 2 3 4 5; do
      refused 77 bad_credentials try "$user" "$user" "wrong password $n"
    done
    refused 75 rate_limited try "$user" "$user" "wrong password 6"
    is "$error" '.retry_after_ms > 0 and .retry_after_ms <= 1000'
    [[ $(jq -r .message <<<"$error") == *"too many wrong passwords"* ]]
  done
  ana -q whoami
  ok try again ana "$PASSWORD" --retry 3
}

@test "a program with an old password keeps nobody out" {
  start_server
  register ana
  local n
  for n in 1 2 3 4 5 6 7 8; do
    refused 77 bad_credentials try old ana "the old password"
  done
  ok try again ana "$PASSWORD"
}
