#!/usr/bin/env bats
# tmctl admin and tmserver admin-token: who administers, and what that does.

load helpers

setup() {
  fresh_home
  start_server
  SOCKET=$BATS_TEST_TMPDIR/tmserver-admin/mail.db.sock
}

# by_socket ARGUMENT...: tmctl admin as root finds it, without login or token.
by_socket() {
  tmctl -S "unix:$SOCKET" admin "$@"
}

# admin_token USER [OPTION...]: on stdout, from the server that runs.
admin_token() {
  tmserver admin-token "$@" --store "sqlite:$BATS_TEST_TMPDIR/mail.db"
}

# add USER...: accounts, through the socket.
add() {
  local user
  for user; do
    by_socket user add "$user" --password-stdin <<<"$PASSWORD" >/dev/null || return
  done
}

# log_in USER...: logins under profiles of these names.
log_in() {
  local user
  for user; do
    tmctl -q -S "$SERVER" -p "$user" login "$user" --password-stdin \
      <<<"$PASSWORD" || return
  done
}

# --- The socket ---

@test "the administration socket is private and not announced" {
  [ "$(stat -c %a "$BATS_TEST_TMPDIR/tmserver-admin")" = 700 ]
  [ "$(stat -c %a "$SOCKET")" = 600 ]
  [[ $LISTENING != *unix* ]]
  grep -q "admin_socket address=unix:$SOCKET" "$SERVER_LOG"
  stop_server
  [ ! -e "$SOCKET" ]
}

@test "a server announces its addresses and no more" {
  serve --listen "unix:$BATS_TEST_TMPDIR/sock" --store "sqlite:b.db" \
    --admin-socket "$BATS_TEST_TMPDIR/own/socket" --socket-mode 666
  [ "$(stat -c %a sock own/socket)" = $'666\n600' ]
  [ "$LISTENING" = "tmserver: listening on unix:$BATS_TEST_TMPDIR/sock" ]
  SOCKET=$BATS_TEST_TMPDIR/own/socket ok by_socket stats
  stop_server
  run -1 read -r -t 1 _ <&"$READY"
}

@test "through the socket only administration works" {
  refused 77 permission_denied tmctl -S "unix:$SOCKET" register ana \
    --password-stdin <<<"$PASSWORD"
  register ana
  TMCTL_TOKEN=$(jq -r .profiles.ana.token "$CONFIG") \
    refused 77 permission_denied tmctl -S "unix:$SOCKET" inbox
}

@test "another address needs a token" {
  refused 77 not_logged_in tmctl -S "$SERVER" admin user list
  register ana
  refused 77 permission_denied ana admin user list
}

@test "a socket that was left behind is replaced" {
  crash_server
  [ -S "$SOCKET" ]
  start_server
  ok by_socket stats
}

@test "--admin-socket none has none, and a bad one is refused" {
  stop_server
  start_server --admin-socket none
  [ ! -e "$SOCKET" ]
  run -78 --separate-stderr tmserver admin-token root --admin-socket none
  run -75 --separate-stderr admin_token root
  [[ $stderr == *"$SOCKET"* ]]
  mkdir -m 755 open
  run -78 --separate-stderr tmserver --port 0 --store memory: \
    --admin-socket open/socket
  [[ $stderr == *0700* ]]
  run -64 --separate-stderr tmserver --admin-socket "$(printf 'x%.0s' {1..120})"
  [[ $stderr == *'at most 107 bytes'* ]]
}

@test "where the default socket can't be, the server serves without" {
  mkdir here
  echo no >here/tmserver-admin
  serve --port 0 --store "sqlite:here/mail.db"
  register ana
  grep -q 'warning admin_socket' "$SERVER_LOG"
}

@test "the socket of another server is refused" {
  run -69 --separate-stderr tmserver --port 0 --store memory: \
    --admin-socket "$SOCKET"
  [[ $stderr == *'in use'* ]]
  ok by_socket stats
}

# --- admin-token ---

@test "admin-token makes an administrator and prints a token alone" {
  run -0 --separate-stderr admin_token root
  [[ $output == tmt_* && ${#lines[@]} -eq 1 && -z $stderr ]]
  (umask 077 && echo "$output" >token)
  ok tmctl -S "$SERVER" --token-file token admin user show root
  json '.role == "admin" and .has_password == false'
  ok tmctl -S "$SERVER" --token-file token whoami
  json '.user == "root" and .scope == "full"'
  run ! grep -F "$output" "$SERVER_LOG"
}

@test "admin-token says what is wrong" {
  run -64 --separate-stderr tmserver admin-token
  run -64 --separate-stderr tmserver admin-token a b
  run -64 --separate-stderr admin_token root --expires soon
  run -64 --separate-stderr tmserver --port 0 --expires 1d
  run -65 --separate-stderr admin_token 'no spaces'
  [[ $stderr == 'tmserver: '* && -z $output ]]
  add ana
  by_socket -q user disable ana
  run -77 --separate-stderr admin_token ana
  [[ $stderr == *disabled* ]]
}

@test "admin-token's token ends when it was asked to" {
  run -0 --separate-stderr admin_token root --expires never
  TMCTL_TOKEN=$output ok tmctl -S "$SERVER" whoami
  json '.expires_at == null'
  run -0 --separate-stderr admin_token root --expires 1h
  TMCTL_TOKEN=$output ok tmctl -S "$SERVER" whoami
  json '.expires_at != null'
}

# --- Users ---

@test "add, show and list" {
  ok by_socket user add Ana --password-stdin <<<"$PASSWORD"
  valid user
  json '.user == "ana" and .role == "user" and .quota == null'
  ok by_socket user add root --admin --password-stdin <<<"$PASSWORD"
  json '.role == "admin"'
  log_in ana root
  ok tmctl -p root admin user show ana
  valid user
  ok tmctl -p root admin user list
  valid users
  json '[.users[].user] == ["ana", "root"]'
  ok tmctl -p root admin user list -o ids
  [ "$output" = $'ana\nroot' ]
  ok tmctl -p root admin user list -o jsonl
  valid user
  run -0 on_terminal -- tmctl -p root admin user list
  [[ $output == NAME*ROLE*STATE*QUOTA*MADE*ana*user*enabled*default* ]]
}

@test "what can't be a user is refused" {
  add ana
  refused 65 user_exists by_socket user add ana --password-stdin <<<"$PASSWORD"
  refused 65 weak_password by_socket user add beto --password-stdin <<<short
  refused 65 invalid_argument by_socket user add 'no spaces' --password-stdin \
    <<<"$PASSWORD"
  refused 64 usage by_socket user add beto --no-input
  TMCTL_PASSWORD=$PASSWORD refused 64 usage by_socket user add beto --no-input
  refused 67 user_not_found by_socket user show beto
}

@test "admin needs a verb and takes each verb's own options" {
  refused 64 usage by_socket user
  refused 64 usage by_socket user show
  refused 64 usage by_socket user show a b
  refused 64 usage by_socket users list
  refused 64 usage by_socket user list --yes
  refused 64 usage by_socket user quota ana many
  refused 64 usage by_socket user role ana king
  refused 64 usage by_socket -q invite create
  refused 64 usage by_socket invite create --uses 0
  refused 64 usage by_socket invite create --expires soon
}

@test "a role is granted and withdrawn" {
  add ana
  log_in ana
  refused 77 permission_denied ana admin stats
  ok by_socket user role ana admin
  json '.role == "admin"'
  ok ana admin stats
  ok by_socket user role ana user
  refused 77 permission_denied ana admin stats
}

@test "a disabled account is locked out at once, and its mail stays" {
  add ana beto
  log_in ana beto
  ana -q token create cron --scope read --out cron
  beto -q send ana -m one
  ok by_socket user disable ana
  valid user
  json '.disabled'
  refused 77 account_disabled ana inbox
  refused 77 account_disabled tmctl -S "$SERVER" --token-file cron inbox
  refused 77 account_disabled tmctl -S "$SERVER" -p again login ana \
    --password-stdin <<<"$PASSWORD"
  refused 77 bad_credentials tmctl -S "$SERVER" -p again login ana \
    --password-stdin <<<"wrong password"
  ok beto send ana -m two
  ok by_socket user enable ana
  refused 77 not_logged_in ana inbox
  ok tmctl -S "$SERVER" --token-file cron inbox --count
  json '.count == 2'
  log_in ana
}

@test "a watch ends where its account is disabled" {
  add ana beto
  log_in ana beto
  beto -q send ana -m one
  tmctl -p ana watch --cursor '' >watched 2>error 3>&- &
  local watch=$!
  local deadline=$((SECONDS + 20))
  until [ -s watched ]; do
    [ "$SECONDS" -lt "$deadline" ]
  done
  by_socket -q user disable ana
  # Not by run: its subshell can't wait for what isn't its child.
  local code=0
  wait "$watch" || code=$?
  [ "$code" -eq 77 ]
  [ "$(tail -n 1 error | jq -r .code)" = account_disabled ]
}

@test "an administrator gives a new password" {
  add ana
  log_in ana
  refused 65 weak_password by_socket user passwd ana --password-stdin <<<short
  ok by_socket user passwd ana --password-stdin <<<'battery staple'
  valid user
  refused 77 not_logged_in ana inbox
  refused 77 bad_credentials tmctl -S "$SERVER" login ana --password-stdin \
    <<<"$PASSWORD"
  ok tmctl -S "$SERVER" login ana --password-stdin <<<'battery staple'
  run ! grep -F 'battery staple' "$SERVER_LOG"
}

@test "a deleted user is gone, and what was sent stays" {
  add ana beto
  log_in ana beto
  ana -q send beto -s question -m x
  beto -q read 1
  beto -q send ana -s answer --reply-to 1 -m x
  refused 64 usage by_socket user delete beto </dev/null
  ok by_socket user delete beto --yes
  valid user
  refused 77 not_logged_in beto inbox
  refused 67 user_not_found by_socket user show beto
  refused 67 recipient_not_found ana send beto -m x
  ok ana inbox
  json '.messages[0] | .from == "beto" and .subject == "answer"'
  ok ana outbox
  json '.messages[0].recipients[0] | .user == "beto" and .read_at != null'
}

@test "a deleted user's name is nobody's until it is set free" {
  add ana beto
  log_in ana beto
  ana -q send beto -s secret -m x
  by_socket -q user delete beto --yes
  refused 65 user_exists tmctl -S "$SERVER" -p new register beto \
    --password-stdin <<<"$PASSWORD"
  refused 65 user_exists by_socket user add beto --password-stdin <<<"$PASSWORD"
  stop_server
  start_server
  ok by_socket user delete beto --free-name
  tmctl -q -S "$SERVER" -p new register beto --password-stdin <<<"$PASSWORD"
  ok tmctl -p new inbox
  json '.messages == []'
  refused 66 message_not_found tmctl -p new read 1
}

@test "delete asks on a terminal" {
  add ana
  run -1 on_terminal --answer 'y/N' n -- tmctl -S "unix:$SOCKET" admin user delete ana
  ok by_socket user show ana
  run -0 on_terminal --answer 'y/N' y -- tmctl -S "unix:$SOCKET" admin user delete ana
  refused 67 user_not_found by_socket user show ana
}

@test "a quota of a user's own" {
  add ana beto
  log_in ana beto
  ok by_socket user quota beto 1
  valid user
  json '.quota == 1'
  ok ana send beto -m x
  refused 75 inbox_full ana send beto -m x
  ok by_socket user quota beto 0
  json '.quota == 0'
  ok ana send beto -m x
  ok by_socket user quota beto default
  json '.quota == null'
  refused 65 invalid_argument by_socket user quota beto 1000000001
}

# --- Sessions ---

@test "logins are listed and ended" {
  add ana beto
  log_in ana beto
  ana -q token create cron --scope read --out cron
  ok by_socket sessions list
  valid sessions
  json '[.sessions[].user] == ["ana", "beto"]'
  ok by_socket sessions end ana
  valid ended
  json '.login and .tokens == 0'
  refused 77 not_logged_in ana inbox
  ok tmctl -S "$SERVER" --token-file cron inbox
  ok by_socket sessions end ana --tokens
  json '.login == false and .tokens == 1'
  refused 77 not_logged_in tmctl -S "$SERVER" --token-file cron inbox
  refused 67 user_not_found by_socket sessions end dora
}

# --- Invitations ---

@test "an invitation whose code nobody could read can be revoked" {
  [ -w /dev/full ] || skip 'no /dev/full'
  refused 74 io_error eval 'by_socket invite create >/dev/full'
  is "$error" '.hint | contains("invite revoke 1")'
  ok by_socket invite revoke 1
}

@test "a server that asks for invitations" {
  stop_server
  start_server --registration invite
  refused 69 registration_closed tmctl -S "$SERVER" register ana \
    --password-stdin <<<"$PASSWORD"
  ok by_socket invite create
  valid invite
  json '.uses == 1 and .created_by == "(local)"'
  local code
  code=$(jq -r .code <<<"$output")
  refused 69 registration_closed tmctl -S "$SERVER" register ana \
    --invite "x$code" --password-stdin <<<"$PASSWORD"
  [ ! -e "$CONFIG" ]
  ok tmctl -S "$SERVER" register ana --invite "$code" --password-stdin \
    <<<"$PASSWORD"
  refused 69 registration_closed tmctl -S "$SERVER" -p b register beto \
    --invite "$code" --password-stdin <<<"$PASSWORD"
  run ! grep -F "$code" "$SERVER_LOG" "$BATS_TEST_TMPDIR"/mail.db*
}

@test "an invitation comes from a file or a variable" {
  stop_server
  start_server --registration invite
  (umask 077 && by_socket invite create --uses 2 --expires 1h | jq -r .code >code)
  tmctl -q -S "$SERVER" -p ana register ana --invite-file code \
    --password-stdin <<<"$PASSWORD"
  ok by_socket invite list
  valid invites
  json '.invites[0] | .uses == 1 and .code == null'
  TMCTL_INVITE=$(cat code) ok tmctl -S "$SERVER" -p beto register beto \
    --password-stdin <<<"$PASSWORD"
  ok by_socket invite list
  json '.invites == []'
  refused 64 usage tmctl -S "$SERVER" register carla --invite x \
    --invite-file code --password-stdin <<<"$PASSWORD"
}

@test "an invitation is revoked" {
  stop_server
  start_server --registration invite
  local code id
  code=$(by_socket invite create | jq -r .code)
  ok by_socket invite list -o ids
  id=$output
  ok by_socket invite revoke "$id"
  valid invite
  json '.code == null'
  refused 69 registration_closed tmctl -S "$SERVER" register ana \
    --invite "$code" --password-stdin <<<"$PASSWORD"
  refused 66 invite_not_found by_socket invite revoke "$id"
  refused 64 usage by_socket invite revoke x
}

@test "an administrator adds users to a closed server" {
  stop_server
  start_server --registration closed
  refused 69 registration_closed tmctl -S "$SERVER" register ana \
    --password-stdin <<<"$PASSWORD"
  add ana
  log_in ana
}

# --- Stats ---

@test "stats" {
  add ana
  log_in ana
  ana -q send ana -m x
  ok by_socket stats
  valid stats
  json '.users == 1 and .sessions == 1 and .messages == 1'
  json '.register_entries == 1 and .store_bytes > 0 and .version != ""'
  run -0 on_terminal -- tmctl -S "unix:$SOCKET" admin stats
  [[ $output == Version:*Users:\ 1* ]]
}

@test "all of it outlives the server" {
  add ana beto
  by_socket -q user role ana admin
  by_socket -q user disable beto
  by_socket -q user quota beto 7
  local id
  id=$(by_socket invite create | jq .id)
  stop_server
  start_server
  ok by_socket user show ana
  json '.role == "admin"'
  ok by_socket user show beto
  json '.disabled and .quota == 7'
  ok by_socket invite revoke "$id"
}
