#!/usr/bin/env bats
# tmctl sendmail: no mail is lost, and none arrives twice.

load helpers
load sendmail

restart_server() { WANTED_PORT=$PORT start_server --tray-capacity 50; }

# queued ARGUMENT...: the mail on stdin waits in the spool, which is a success.
queued() {
  ok tmctl sendmail "$@"
  [ -z "$output" ]
  valid warning "${stderr_lines[-1]}"
  is "${stderr_lines[-1]}" '.code == "queued"'
}

# flushed: all that waits arrives.
flushed() {
  ok tmctl queue flush
  valid queue
  json 'all(.entries[]; .state == "sent")'
  [ -z "$(entries .key)" ]
}

login_again() { tmctl -q login ana --password-stdin <<<"$PASSWORD"; }

# fill USER COUNT
fill() {
  local n
  for ((n = 0; n < $2; n++)); do
    tmctl -q send "$1" -m x --no-copy
  done
}

@test "while the server is away it waits, and arrives once" {
  stop_server
  queued -i beto carla <<<$'Subject: down\n\nx'
  run -0 entries '[.to, .subject, .user, .server, .state, .last_code]'
  is "${lines[0]}" '. == [["beto"], "down", "ana", $s, "waiting", "unavailable"]' \
    --arg s "$SERVER"
  [ "${#lines[@]}" -eq 2 ]
  restart_server
  ok tmctl queue flush
  ok tmctl queue flush
  json '.entries == []'
  arrived beto '.subject == "down" and .from == "ana"'
  arrived carla '.subject == "down"'
  nothing_left beto carla
}

@test "a server that doesn't answer is waited for once" {
  kill -STOP "$SERVER_PID"
  SECONDS=0
  queued --timeout 1s a1 a2 a3 a4 a5 a6 a7 a8 <<<x
  kill -CONT "$SERVER_PID"
  [ "$SECONDS" -le 4 ]
  [ "$(entries .key | wc -l)" = 8 ]
}

@test "an answer that got lost is no second message" {
  local proxy wire
  exec {wire}< <(exec /usr/bin/python3 "$ROOT/tests/cli/losing_proxy.py" "$PORT" 1)
  proxy=$!
  read -r -u "$wire" WIRE
  queued --server "127.0.0.1:$WIRE" beto <<<x
  [ "$(tmctl -p beto inbox --count -o ids)" = 1 ]
  flushed
  [ "$(tmctl -p beto inbox --count -o ids)" = 1 ]
  kill "$proxy"
}

@test "one full inbox stops nobody else" {
  fill beto 50
  queued -i ana beto carla <<<x
  arrived ana '.body == "x\n"'
  arrived carla '.body == "x\n"'
  run -0 entries '[.to, .last_code]'
  [ "$output" = '[["beto"],"inbox_full"]' ]
  tmctl -p beto inbox --all -o ids | xargs tmctl -q -p beto delete
  flushed
  arrived beto '.body == "x\n"'
}

@test "mail for nobody is kept, and goes where an alias made later says" {
  queued www-data 'Boss@Example.com' <<<x
  run -0 entries '[.to, .last_code]'
  [ "${lines[*]}" = '[["www-data"],"recipient_not_found"] '\
'[["boss@example.com"],"recipient_not_found"]' ]
  run -3 --separate-stderr tmctl queue flush
  valid queue
  json 'all(.entries[]; .state == "failed")'
  aliases '{"www-data": "beto", "boss@example.com": ["beto", "carla"]}'
  ok tmctl queue flush "$(entries 'select(.to == ["www-data"]).key' | tr -d '"')"
  arrived beto '.body == "x\n"'
  # Of the same mail each user has one message.
  ok tmctl queue flush "$(entries .key | tr -d '"')"
  arrived carla '.body == "x\n"'
  nothing_left beto carla
}

@test "the aliases of the time when it leaves count" {
  aliases '{"root": ["beto"]}'
  queued --profile none root <<<x
  [ "$(entries '[.to, .user, .server]')" = '[["root"],null,null]' ]
  jq '.profiles.none = .profiles.ana' "$CONFIG" >new
  cat new >"$CONFIG"
  flushed
  arrived beto '.body == "x\n"'
}

@test "whom an alias names gets it once, though another one's inbox is full" {
  aliases '{"root": ["carla", "beto"]}'
  stop_server
  queued --profile none root <<<x
  restart_server
  jq '.profiles.none = .profiles.ana' "$CONFIG" >new
  cat new >"$CONFIG"
  fill beto 50
  run -3 --separate-stderr tmctl queue flush
  json '.entries[0] | .state == "waiting" and .last_code == "inbox_full"'
  run -3 --separate-stderr tmctl queue flush
  arrived carla '.body == "x\n"'
  run -1 tmctl -p carla inbox --exists
  tmctl -p beto inbox --all -o ids | xargs tmctl -q -p beto delete
  flushed
  arrived beto '.body == "x\n"'
  nothing_left beto carla
}

@test "nobody logged in: it is the mail of who will be" {
  unset TMCTL_PROFILE
  mv "$CONFIG" saved
  queued beto <<<x
  [ "$(entries '[.user, .server, .profile, .last_code]')" = \
    '[null,null,"default","not_logged_in"]' ]
  run -3 --separate-stderr tmctl queue flush
  json '.entries[0].state == "waiting"'
  tmctl -q -S "$SERVER" login ana --password-stdin <<<"$PASSWORD"
  flushed
  mv saved "$CONFIG"
  arrived beto '.from == "ana"'
}

@test "what waited for a login goes along with a later send" {
  unset TMCTL_PROFILE
  queued beto <<<$'Subject: first\n\nx'
  tmctl -q -S "$SERVER" login ana --password-stdin <<<"$PASSWORD"
  find "$TMCTL_QUEUE_DIR" -name '*.json' -exec \
    sed -i 's/"next_attempt_at": ".*"/"next_attempt_at": "2026-01-01T00:00:00.000Z"/' {} +
  ok tmctl sendmail beto <<<$'Subject: second\n\nx'
  ok tmctl -p beto inbox
  json '[.messages[].subject] == ["first", "second"]'
  nothing_left
}

@test "an ended login makes it wait for the same user" {
  tmctl -q -p other -S "$SERVER" login ana --password-stdin <<<"$PASSWORD"
  queued beto <<<x
  [ "$(entries .user)" = '"ana"' ]
  tmctl -q login carla --password-stdin <<<"$PASSWORD"
  run -3 --separate-stderr tmctl queue flush
  json '.entries[0].last_code == "permission_denied"'
  login_again
  flushed
  arrived beto '.from == "ana"'
}

@test "a wrong configuration loses nothing" {
  chmod 644 "$CONFIG"
  queued beto <<<one
  chmod 600 "$CONFIG"
  cp "$CONFIG" saved
  echo '{' >"$CONFIG"
  queued beto <<<two
  cat saved >"$CONFIG"
  TMCTL_TIMEOUT=soon queued beto <<<three
  TMCTL_TOKEN_FILE=nowhere queued beto <<<four
  queued --server example.org beto <<<five
  run -0 entries .last_code
  [ "$(xargs <<<"$output")" = \
    'bad_config bad_config bad_config no_input permission_denied' ]
  ok tmctl queue drop "$(entries 'select(.server == "example.org").key' | tr -d '"')"
  flushed
  [ "$(tmctl -p beto inbox --body --reverse | jq -r '.messages[].body' | xargs)" = \
    'one two three four' ]
}

@test "a mail that is too large is kept" {
  queued beto < <(head -c 1100000 /dev/zero)
  [ "$(entries .last_code)" = '"message_too_large"' ]
}

@test "where the spool can't take it either the mail isn't accepted" {
  stop_server
  TMCTL_QUEUE_DIR=/proc/none refused 75 unavailable tmctl sendmail beto carla <<<x
  [[ $(jq -r .message <<<"$error") == *"can't reach"*/proc/none* ]]
  TMCTL_QUEUE_DIR=/proc/none refused 75 unavailable \
    tmctl sendmail --queue always beto <<<x
  restart_server
  TMCTL_QUEUE_DIR=/proc/none refused 75 unavailable tmctl sendmail gone carla <<<x
  arrived carla '.body == "x\n"'
}

@test "--queue always asks no server; never keeps nothing" {
  ok tmctl sendmail --queue always beto <<<x
  [ -z "$output$stderr" ]
  flushed
  arrived beto '.body == "x\n"'
  refused 67 recipient_not_found tmctl sendmail --queue=never gone carla <<<x
  arrived carla '.body == "x\n"'
  stop_server
  refused 75 unavailable tmctl sendmail --queue never beto <<<x
  refused 77 not_logged_in tmctl -p default sendmail --queue never beto <<<x
  nothing_left
}

@test "each recipient of a mail has a key of their own in the spool" {
  stop_server
  queued beto 2 'a b' 'c@d' '@1' <<<x
  [ "$(entries .key | jq -r 'sub(".*/"; "")' | xargs)" = 'beto 2 @3 @4 @5' ]
  [ "$(entries .key | sed 's/\/.*//' | uniq | wc -l)" = 1 ]
}

# --- Aliases ---

@test "mail goes where the aliases say, once to each" {
  aliases '{"root": ["ops"], "ops": ["ana", "beto@localhost"], "@": "carla"}'
  ok tmctl sendmail root ops ana "root@$(hostname)" <<<x
  arrived ana '.to == ["ana"]'
  arrived beto '.to == ["beto"]'
  nothing_left ana beto carla
}

@test "catch-all gets what would reach nobody, now and later" {
  aliases '{"@": ["carla"]}'
  ok tmctl sendmail www-data <<<x
  arrived carla '.to == ["carla"]'
  ok tmctl sendmail boss@example.com <<<x
  arrived carla '.to == ["carla"]'
  ok tmctl sendmail beto <<<x
  arrived beto '.body == "x\n"'
  ok tmctl sendmail --queue always www-data <<<x
  flushed
  arrived carla '.to == ["carla"]'
}

@test "aliases are set and shown as JSON, and refused where they are none" {
  ok tmctl config set aliases '{"root": ["ana"], "@": "beto"}'
  ok tmctl config get aliases
  json '. == {"root": ["ana"], "@": "beto"}'
  ok tmctl config list
  valid config
  json '.profiles.ana.aliases["@"] == "beto"'
  local wrong
  for wrong in ana '[]' '{"root": []}' '{"root": 1}' '{'; do
    refused 64 usage tmctl config set aliases "$wrong"
  done
  ok tmctl config set aliases ''
  run -1 tmctl config get aliases
}

@test "the system's file gives aliases to everybody, the user's come first" {
  [[ $EUID -eq 0 ]] || skip 'only root can give the program another /etc'
  unshare -m true || skip 'mount namespaces are not permitted here'
  aliases '{"root": "ana"}'
  mkdir -p etc
  echo '{"profiles": {"ana": {"aliases": {"root": "carla", "ops": "beto"}}}}' \
    >etc/tmctl.json
  chmod 644 etc/tmctl.json
  run -0 unshare -m bash -e -c '
    mount -t tmpfs none /mnt
    mkdir -p /mnt/upper /mnt/work
    mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
    mkdir -p /etc/turbomessage
    cp etc/tmctl.json /etc/turbomessage
    exec tmctl sendmail root ops <<<x'
  arrived ana '.body == "x\n"'
  arrived beto '.body == "x\n"'
  nothing_left carla
}

# without_reader COMMAND...: stderr is a pipe that nobody reads any more.
without_reader() {
  /usr/bin/python3 -c 'import os, subprocess, sys
read, write = os.pipe()
os.close(read)
sys.exit(subprocess.run(sys.argv[1:], stderr=write).returncode)' "$@"
}

@test "mail is kept although nobody is there to be warned" {
  stop_server
  ok without_reader tmctl sendmail ana beto carla <<<x
  [ "$(entries .to | jq -s -c 'add | sort')" = '["ana","beto","carla"]' ]
  restart_server
  tmctl -q queue flush
  ok without_reader tmctl sendmail ghost beto <<<y
  arrived beto '.body == "y\n"'
}
