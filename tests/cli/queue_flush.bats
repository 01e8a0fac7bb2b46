#!/usr/bin/env bats
# The spool's end: what tmctl took responsibility for arrives once.

load helpers
load spool

# aged DAYS: the entries were queued that long ago.
aged() {
  local day
  day=$(date -u -d "$1 days ago" +%FT%T.000Z)
  find "$TMCTL_QUEUE_DIR" -name '*.json' -exec \
    sed -i "s/\"queued_at\": \".*\"/\"queued_at\": \"$day\"/" {} +
}

@test "a crash between the sending and the end of the entry sends nothing twice" {
  ana -q send beto -m x --queue always
  cp -a "$TMCTL_QUEUE_DIR" before
  tmctl -q queue flush
  cp -a before/*.json "$TMCTL_QUEUE_DIR"
  ok tmctl queue flush
  json '.entries[0] | .state == "sent" and .id == 1'
  [ "$(inbox_of beto)" = 1 ]
}

@test "an answer that got lost is no second message" {
  local proxy wire
  exec {wire}< <(exec /usr/bin/python3 "$ROOT/tests/cli/losing_proxy.py" "$PORT" 1)
  proxy=$!
  read -r -u "$wire" WIRE
  tmctl -q -p wired -S "127.0.0.1:$WIRE" login ana --password-stdin \
    <<<"$PASSWORD" || tmctl -q -p wired -S "127.0.0.1:$WIRE" login ana \
    --password-stdin <<<"$PASSWORD"
  kill "$proxy"
  exec {wire}< <(exec /usr/bin/python3 "$ROOT/tests/cli/losing_proxy.py" "$PORT" 1)
  proxy=$!
  read -r -u "$wire" WIRE
  ok tmctl -p wired -S "127.0.0.1:$WIRE" send beto -m x --queue auto
  json '.queued'
  [ "$(inbox_of beto)" = 1 ]
  ok tmctl queue flush
  json '.entries[0] | .state == "sent" and .id == 1'
  [ "$(inbox_of beto)" = 1 ]
  kill "$proxy"
}

@test "a flush goes on past what can't be sent, and says so by 3" {
  fill beto
  ana -q send beto -s full -m x --queue always
  ana -q send nobody -s wrong -m x --queue always
  ana -q send carla -s good -m x --queue always
  run -3 --separate-stderr tmctl queue flush
  valid queue
  json '[.entries[] | [.subject, .state, .last_code]] == [
    ["full", "waiting", "inbox_full"], ["wrong", "failed", "recipient_not_found"],
    ["good", "sent", null]]'
  valid warning "${stderr_lines[0]}"
  is "${stderr_lines[0]}" '.code == "queue_failed"'
  [ "$(subjects_of carla)" = good ]
  run -0 entries '[.subject, .state]'
  [ "${lines[*]}" = '["full","waiting"] ["wrong","failed"]' ]
  [ -e "$TMCTL_QUEUE_DIR/failed" ]
  # Every flush reports what has failed; it is tried again only by its name.
  run -3 --separate-stderr tmctl queue flush
  is "${stderr_lines[0]}" '.code == "queue_failed"'
  json '[.entries[].subject] == ["full"]'
}

@test "--due leaves alone what waits for its time, and the pauses grow" {
  stop_server
  ana -q send beto -m x -k job --queue always
  run -3 --separate-stderr tmctl queue flush --due
  local first second
  first=$(entries '[.attempts, .next_attempt_at]')
  ok tmctl queue flush --due
  json '.entries == []'
  [ "$(entries '[.attempts, .next_attempt_at]')" = "$first" ]
  run -3 --separate-stderr tmctl queue flush
  second=$(entries '[.attempts, .next_attempt_at]')
  is "$second" '.[0] == 2 and .[1] > $first[1]' --argjson first "$first"
  refused 64 usage tmctl queue flush --due job
}

@test "a clock that ran ahead keeps nothing back" {
  ana -q send beto -m x --queue always
  local year=$(($(date +%Y) + 9))
  sed -i "s/_at\": \"2[0-9]*/_at\": \"$year/" "$TMCTL_QUEUE_DIR"/*.json
  [ "$(entries '.next_attempt_at[:4]')" = "\"$year\"" ]
  ok tmctl queue flush --due
  json '.entries[0].state == "sent"'
}

@test "a later send that succeeds takes the waiting ones along" {
  stop_server
  ana -q send beto -s first -m x --queue auto
  tmctl queue flush || true
  restart_server
  ok ana send beto -s second -m x
  [ "${#lines[@]}" -eq 1 ]
  json '.id == 1 and (.queued | not)'
  [ "$(subjects_of beto)" = 'second first' ]
  [ -z "$(entries .key)" ]
}

@test "what a later send takes along changes nothing of its own" {
  ana -q send nobody -m x --queue always
  ok ana send beto -m x
  [ -z "$stderr" ]
  json '.id == 1'
  [ "$(entries .state)" = '"failed"' ]
}

@test "a later send of another user leaves them alone" {
  ana -q send beto -m x --queue always
  carla -q send carla -m x
  [ "$(entries .state)" = '"waiting"' ]
}

@test "a later send spends at most a second on them" {
  ana -q send beto -m x --queue always
  local file n
  file=$(echo "$TMCTL_QUEUE_DIR"/*.json)
  for n in {100..999}; do
    sed "s/\"request_id\": \".*\"/\"request_id\": \"$n\"/; s/beto/carla/" "$file" \
      >"${file%-*}-$n.json"
  done
  chmod 600 "$TMCTL_QUEUE_DIR"/*
  stop_server
  restart_server
  SECONDS=0
  ok ana send beto -m x --no-copy
  [ "$SECONDS" -le 3 ]
}

@test "it is never sent as somebody else" {
  ana -q send carla -m x --queue always
  ana -q login beto --password-stdin <<<"$PASSWORD"
  run -3 --separate-stderr tmctl queue flush
  json '.entries[0] | .state == "waiting" and .last_code == "permission_denied"'
  [ -z "$(inbox_of carla)" ]
  ana -q login ana --password-stdin <<<"$PASSWORD"
  ok tmctl queue flush
  ok carla inbox
  json '.messages[0].from == "ana"'
}

@test "a send with a token whose user isn't known goes with no other token" {
  (
    umask 077
    jq -j .profiles.ana.token "$CONFIG" >ana.token
    jq -j .profiles.beto.token "$CONFIG" >beto.token
  )
  tmctl config set server "$SERVER"
  TMCTL_TOKEN_FILE=ana.token ok tmctl send carla -m x --queue always
  run -0 entries .user
  [ "$output" = null ]
  TMCTL_TOKEN_FILE=beto.token run -3 --separate-stderr tmctl queue flush
  json '.entries[0].last_code == "permission_denied"'
  TMCTL_TOKEN_FILE=ana.token ok tmctl queue flush
  json '.entries[0] | .user == "ana" and .state == "sent"'
  ok carla inbox
  json '.messages[0].from == "ana"'
}

@test "what waits for a token goes out after that has renewed itself" {
  ana -q token create job --scope send --out job
  local by=(tmctl --config none --token-file job -S "$SERVER")
  "${by[@]}" -q send beto -m x --queue always
  run -0 entries .user
  [ "$output" = null ]
  "${by[@]}" -q token rotate --grace 0 --out job
  ok "${by[@]}" queue flush
  json '.entries[0] | .user == "ana" and .state == "sent"'
  [ "$(inbox_of beto)" = 1 ]
}

@test "a rotation leaves alone what waits for another token" {
  beto -q token create other --scope send --out other
  tmctl -S "$SERVER" --token-file other -q send carla -m x --queue always
  ana -q token create job --scope send --out job
  tmctl -S "$SERVER" --token-file job -q token rotate --out job
  run -0 entries .user
  [ "$output" = null ]
}

@test "a login that has ended makes it wait, not fail" {
  ana -q send beto -m x --queue always
  ana logout
  run -3 --separate-stderr tmctl queue flush
  json '.entries[0] | .state == "waiting" and .last_code == "not_logged_in"'
  ana -q login ana --password-stdin <<<"$PASSWORD"
  ok tmctl queue flush
  [ "$(inbox_of beto)" = 1 ]
}

@test "the time in the spool counts against the time to live" {
  ana -q send beto -s short -m x --ttl 2d --queue always
  ana -q send beto -s long -m x --ttl 4d --attach "$(file text)" --queue always
  run -0 entries .expires_at
  [ "$(date -d "${lines[0]//\"/}" +%F)" = "$(date -d '2 days' +%F)" ]
  local day
  for day in short:1 long:1; do
    sed -i "s/\"expires_at\": \".*\"/\"expires_at\": \"$(
      date -u -d "$([[ $day == short* ]] && echo -1 || echo 1) days" +%FT%T.000Z
    )\"/" "$(grep -l "\"subject\": \"${day%:*}\"" "$TMCTL_QUEUE_DIR"/*.json)"
  done
  run -3 --separate-stderr tmctl queue flush
  json '[.entries[] | [.subject, .state]] ==
    [["short", "failed"], ["long", "sent"]]'
  json '.entries[0].last_error | test("expired")'
  ok beto inbox
  json '.messages[0].attachments[0].size == 5'
  json '.messages[0] | (.expires_at[:19] + "Z" | fromdate) - now |
    . > 86390 and . < 86401'
}

@test "after five days it has failed" {
  ana -q send beto -m x --queue always
  aged 4
  stop_server
  run -3 --separate-stderr tmctl queue flush
  json '.entries[0].state == "waiting"'
  aged 5
  restart_server
  run -3 --separate-stderr tmctl queue flush
  json '.entries[0] | .state == "failed" and (.last_error | test("5 days"))'
  [ -z "$(inbox_of beto)" ]
  [ "$(entries .state)" = '"failed"' ]
}

@test "a failed one is tried again by its key, while the server knows the key" {
  ana -q send dora -m x -k job --queue always
  run -3 --separate-stderr tmctl queue flush
  register dora
  ok tmctl queue flush job
  json '.entries[0] | .state == "sent"'
  [ "$(inbox_of dora)" = 1 ]
  ana -q send nobody -m x -k old --queue always
  run -3 --separate-stderr tmctl queue flush
  aged 6
  register nobody
  run -3 --separate-stderr tmctl queue flush old
  json '.entries[0] | .state == "failed"'
  [ -z "$(inbox_of nobody)" ]
  refused_after_result 66 message_not_found tmctl queue flush nosuch
}

@test "two flushers at once send each once" {
  local n pids=()
  for n in {1..20}; do
    ana -q send beto carla -s "$n" -m x --queue always
  done
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 0
  for n in 1 2 3 4; do
    tmctl queue flush >"flushed.$n" 3>&- &
    pids+=($!)
  done
  for n in "${pids[@]}"; do
    wait "$n"
  done
  [ "$(cat flushed.* | jq -r '.entries[].id' | sort -n | xargs)" = \
    "$(seq 20 | xargs)" ]
  [ "$(inbox_of beto)" = "$(seq 20 | xargs)" ]
  [ "$(subjects_of beto | tr ' ' '\n' | sort -n | xargs)" = "$(seq 20 | xargs)" ]
}

@test "another server's token is not sent to an entry's server" {
  ana -q send beto -m x --queue always
  TMCTL_SERVER=127.0.0.1:1 TMCTL_TOKEN=tmt_another_servers ok tmctl queue flush
  json '.entries[0].state == "sent"'
  [ "$(inbox_of beto)" = 1 ]
}

@test "files of others in the spool's directory are left alone" {
  ana -q send beto -m x --queue always
  touch "$TMCTL_QUEUE_DIR"/{notes.json.bak,a.json.ABCDEF}
  local entry
  entry=$(basename "$TMCTL_QUEUE_DIR"/*.json)
  touch "$TMCTL_QUEUE_DIR/$entry.ABCDEF"
  tmctl -q queue flush 2>/dev/null
  [ -e "$TMCTL_QUEUE_DIR/notes.json.bak" ]
  [ -e "$TMCTL_QUEUE_DIR/a.json.ABCDEF" ]
  [ ! -e "$TMCTL_QUEUE_DIR/$entry.ABCDEF" ]
}
