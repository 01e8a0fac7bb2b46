#!/usr/bin/env bats
# The spool: what goes into it, what is seen of it, and that it is kept.

load helpers
load spool

@test "always: it is kept without asking the server, then sent" {
  ok ana send beto CARLA -s disk -m full --label k=v --queue always -k job/1
  valid sent
  json '.id == null and .sent_at == null and .queued and (.duplicate | not)'
  json '.to == ["beto", "carla"] and .key == "job/1"'
  [ -z "$(inbox_of beto)" ]
  ok tmctl queue list
  valid queue
  json '.entries | length == 1'
  json '.entries[0] | .key == "job/1" and .user == "ana" and .state == "waiting"'
  json '.entries[0] | .attempts == 0 and .subject == "disk" and .server == $s' \
    --arg s "$SERVER"
  ok tmctl queue flush
  valid queue
  json '.entries[0] | .state == "sent" and .id == 1'
  ok beto inbox --body
  json '.messages[0] | .from == "ana" and .body == "full" and .labels.k == "v"'
  ok tmctl queue list
  json '.entries == []'
}

@test "never is the default: nothing is kept" {
  stop_server
  refused 75 unavailable ana send beto -m x
  refused 75 unavailable ana send beto -m x --queue never
  [ ! -e "$TMCTL_QUEUE_DIR" ]
}

@test "auto sends where that works" {
  ok ana send beto -m x --queue auto
  json '.id == 1 and (.queued | not)'
  [ ! -e "$TMCTL_QUEUE_DIR" ]
}

@test "auto keeps what the server can't take now" {
  stop_server
  ok ana send beto -s one -m x --queue auto
  valid sent
  json '.queued and .id == null'
  [ -z "$stderr" ]
  run -0 entries '[.attempts, .last_code, .state]'
  [ "$output" = '[1,"unavailable","waiting"]' ]
  restart_server
  fill beto
  ok ana send beto -s two -m x --queue auto
  run -0 entries .last_code
  [ "${lines[*]}" = '"unavailable" "inbox_full"' ]
}

@test "auto doesn't keep what will never be taken" {
  refused 67 recipient_not_found ana send nobody -m x --queue auto
  head -c 1048577 /dev/zero | refused 65 message_too_large ana send beto --queue auto
  ana -q send ana -m x -k used
  refused 65 request_id_reused ana send beto -m x -k used --queue auto
  local n
  for n in 2 3 4 5; do
    ana -q send carla -m "$n"
  done
  refused 75 outbox_full ana send carla -m x --queue auto
  ana logout
  refused 77 not_logged_in ana send beto -m x --queue always
  [ ! -e "$TMCTL_QUEUE_DIR" ]
}

@test "what no server takes is refused before it is kept" {
  refused 65 invalid_argument ana send 'be to' -m x --queue always
  refused 65 invalid_argument ana send beto -m x -k ñ --queue always
  refused 64 usage ana send beto -m x --queue sometimes
  [ ! -e "$TMCTL_QUEUE_DIR" ]
}

@test "auto refuses it, too, where the server is away" {
  refused 65 invalid_argument ana -S localhost:1 send 'be to' -m x --queue auto
  is "$error" '.key | length == 32'
  ana -q -S localhost:1 send beto -m x -k job --queue auto
  refused 65 request_id_reused ana -S localhost:1 send beto -m y -k job --queue auto
  is "$error" '.key == "job" and .retryable == false'
}

@test "--dry-run and a blank body are never kept" {
  ok ana send beto -m x --dry-run --queue always
  json '.queued | not'
  ok ana send beto -m ' ' --skip-empty --queue always
  stop_server
  refused 75 unavailable ana send beto -m x --dry-run --queue auto
  [ ! -e "$TMCTL_QUEUE_DIR" ]
}

@test "--each keeps each recipient's message under its own key" {
  fill beto
  ok ana send beto carla -s x -m x --each --key job --queue auto
  is "${lines[0]}" '.queued and .to == ["beto"] and .key == "job/beto"'
  is "${lines[1]}" '(.queued | not) and .to == ["carla"]'
  run -0 entries .key
  [ "$output" = '"job/beto"' ]
}

@test "files are readable by their owner alone and hold no token" {
  ana -q send beto -m x --queue always
  run -0 find "$TMCTL_QUEUE_DIR" -name '*.json' -perm 600
  [ "${#lines[@]}" -eq 1 ]
  [ "$(stat -c %a "$TMCTL_QUEUE_DIR")" = 700 ]
  local token
  token=$(jq -r .profiles.ana.token "$CONFIG")
  run ! grep -rqF "$token" "$TMCTL_QUEUE_DIR"
}

@test "the same send waits once, and another under its key is refused" {
  ana -q send beto -m x -k job --queue always
  ok ana send beto -m x -k job --queue always
  json '.queued and .duplicate'
  refused 65 request_id_reused ana send beto -m y -k job --queue always
  is "$error" '.key == "job"'
  ok ana send beto -m y -k job --once --queue always
  json '.duplicate'
  [ "$(entries .key | wc -l)" -eq 1 ]
}

@test "drop takes them out: by key, the failed ones, or all" {
  local key
  for key in a b/c d; do
    ana -q send nobody -m x -k "$key" --queue always
  done
  ok tmctl queue drop b/c
  valid queue
  json '[.entries[] | [.key, .state]] == [["b/c", "dropped"]]'
  refused_after_result 66 message_not_found tmctl queue drop b/c a
  json '[.entries[].key] == ["a"]'
  run -3 --separate-stderr tmctl queue flush
  ana -q send beto -m x -k e --queue always
  ok tmctl queue drop --failed
  json '[.entries[].key] == ["d"]'
  ok tmctl queue drop --all
  json '[.entries[].key] == ["e"]'
  [ -z "$(entries .key)" ]
  refused 64 usage tmctl queue drop
  refused 64 usage tmctl queue drop --all e
  refused 64 usage tmctl queue
  refused 64 usage tmctl queue list e
  refused 64 usage tmctl queue list --all
  refused 64 usage tmctl queue lists
}

@test "damaged entries are left alone and reported" {
  ana -q send beto -m x --queue always
  local file
  file=$(echo "$TMCTL_QUEUE_DIR"/*.json)
  head -c 100 "$file" >"$TMCTL_QUEUE_DIR/1-cut.json"
  sed 's/"version": 1/"version": 9/' "$file" >"$TMCTL_QUEUE_DIR/2-new.json"
  chmod 600 "$TMCTL_QUEUE_DIR"/*.json
  ok tmctl queue list
  json '.entries | length == 1'
  [ "${#stderr_lines[@]}" -eq 2 ]
  valid warning "${stderr_lines[0]}"
  [[ ${stderr_lines[0]} == *1-cut.json* && ${stderr_lines[1]} == *version* ]]
  ok tmctl queue flush
  json '.entries[0].state == "sent"'
  [ -e "$TMCTL_QUEUE_DIR/1-cut.json" ]
  [ -e "$TMCTL_QUEUE_DIR/2-new.json" ]
}

@test "where the spool can't be written the send fails as it did" {
  stop_server
  TMCTL_QUEUE_DIR=/proc/nowhere refused 75 unavailable \
    ana send beto -m x --queue auto
  [[ $(jq -r .message <<<"$error") == *queued*/proc/nowhere* ]]
  TMCTL_QUEUE_DIR=/proc/nowhere refused 73 cannot_create \
    ana send beto -m x --queue always
}

@test "a full disk is no success" {
  # A limit on files' sizes is a disk that is full.
  head -c 100000 /dev/zero >big
  run --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 10
    exec tmctl -p ana send beto -F big --queue always'
  [ "$status" -eq 74 ]
  is_error 74 io_error
  run -0 find "$TMCTL_QUEUE_DIR" -type f -name '*.json*'
  [ -z "$output" ]
}

@test "without a home of one's own it is the system's spool" {
  unset TMCTL_QUEUE_DIR
  run -0 env HOME=/proc/none tmctl --config "$CONFIG" queue list
  run --separate-stderr env HOME=/proc/none tmctl --config "$CONFIG" -p ana \
    send beto -m x --queue always
  if [[ -d /var/spool/turbomessage/queue ]]; then
    env HOME=/proc/none tmctl --config "$CONFIG" queue drop --all
  else
    is_error 73 cannot_create
  fi
}

@test "killed at any moment, what was reported as kept is there, whole" {
  local n pid
  for ((n = 0; n < $(times 60 3000); n++)); do
    # The program itself, whose id $! is: no function of the shell.
    tmctl -p ana send beto -m "$n" -k "$n" --queue always >"out.$n" 3>&- &
    pid=$!
    # Somewhere in the 6 ms or so that it takes.
    sleep "0.00$((RANDOM % 10))$((RANDOM % 10))"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" || true
  done 2>/dev/null
  ok tmctl queue list
  [ -z "$stderr" ]
  jq -r '.entries[].key' <<<"$output" | sort >kept
  cat out.* | jq -r .key | sort >told
  [ -z "$(comm -13 kept told)" ]
}

@test "on a terminal it is told in words" {
  fill beto
  run -0 on_terminal -- tmctl -p ana send beto -s disk -m x -k job --queue auto
  [[ $output == *'queued for beto: the inbox is full'* ]]
  run -0 on_terminal -- tmctl queue list
  [[ $output == *waiting*beto*disk*job*'the inbox is full'* ]]
}
