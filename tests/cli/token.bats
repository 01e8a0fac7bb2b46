#!/usr/bin/env bats
# tmctl token: access tokens, their rotation and their end.

load helpers
load token

# until_refused CODE NAME: waits until the token is refused with that code.
until_refused() {
  local deadline=$((SECONDS + 20))
  while by "$2" -q whoami 2>refusal; do
    [ "$SECONDS" -lt "$deadline" ]
  done
  [ "$(jq -r .code refusal)" = "$1" ]
}

# --- Making ---

@test "create prints the secret once" {
  ok ana token create Cron --scope send --expires 1h
  valid token
  json '.name == "cron" and .scope == "send" and .last_used_at == null'
  local token
  token=$(jq -r .token <<<"$output")
  [[ $token == tmt_* ]]
  ok ana token list
  valid tokens
  json '.tokens | length == 1 and .[0].name == "cron" and .[0].token == null'
  run ! grep -rF -- "$token" "$HOME" "$SERVER_LOG" "$BATS_TEST_TMPDIR"/mail.db*
}

@test "--out writes the secret to a file for its owner alone" {
  umask 0
  ok ana token create cron --scope send --out cron.token
  valid token
  json '.token == null'
  [ "$(stat -c %a cron.token)" = 600 ]
  [[ $(cat cron.token) == tmt_* ]]
  ok by cron.token whoami
  run -0 ls -A
  [[ $output != *cron.token.* ]]
}

@test "a place for the secret that won't do is refused before the token is made" {
  echo precious >there
  mkdir folder
  refused 73 cannot_create ana token create cron --scope send --out there
  refused 73 cannot_create ana token create cron --scope send --out folder
  refused 73 cannot_create ana token create cron --scope send --out no/where
  refused 64 usage ana token create cron --scope send --out -
  refused 64 usage ana -q token create cron --scope send
  refused 64 usage ana -o ids token create cron --scope send
  [ "$(cat there)" = precious ]
  ok ana token list
  json '.tokens == []'
}

@test "an unwritable directory is refused before the token is made" {
  mkdir closed
  chmod 500 closed
  if [[ $(id -u) -eq 0 ]]; then
    command -v setpriv >/dev/null || skip 'root can write everywhere'
    chmod 755 "$BATS_TEST_TMPDIR"
    local token
    token=$(jq -r .profiles.ana.token "$CONFIG")
    TMCTL_TOKEN=$token refused 73 cannot_create setpriv --reuid 65534 \
      --clear-groups "$(command -v tmctl)" --config none.json \
      token create cron --scope send --out closed/token
  else
    refused 73 cannot_create ana token create cron --scope send \
      --out closed/token
  fi
  ok ana token list
  json '.tokens == []'
}

@test "a full disk is noticed before the token is made" {
  [[ $(id -u) -eq 0 ]] || skip 'only root can mount a small disk'
  mkdir disk
  unshare -m true 2>/dev/null || skip 'mounts are not allowed here'
  export -f ana
  run -74 --separate-stderr unshare -m bash -c '
    mount -t tmpfs -o size=4k none disk && head -c 4096 /dev/zero >disk/full &&
      tmctl -p ana token create cron --scope send --out disk/token'
  is_error 74 io_error
  ok ana token list
  json '.tokens == []'
}

@test "the life is 90 days, or as given, or without an end" {
  ana token create a --scope send >a.json
  ana token create b --scope send --expires 2d >b.json
  ana token create c --scope send --expires never >c.json
  ana token create d --scope send --expires 0 >d.json
  local days
  for days in a:90 b:2; do
    jq -e --argjson days "${days#*:}" '
      (.expires_at | sub("\\.[0-9]+Z"; "Z") | fromdate) - now - $days * 86400 |
      fabs < 60' "${days%:*}.json"
  done
  jq -e '.expires_at == null' c.json
  jq -e '.expires_at == null' d.json
  jq -r .token c.json >c.token
  ok by c.token whoami
  valid session
  json '.expires_at == null'
  run -0 on_terminal -- tmctl --token-file c.token whoami
  [[ $output == 'ana at '*'by an access token for send'* ]]
}

@test "what can't be a token is refused" {
  refused 64 usage ana token create cron
  refused 64 usage ana token create cron --scope write
  refused 64 usage ana token create --scope send
  refused 64 usage ana token create a b --scope send
  local expires
  for expires in soon 0s -1d ''; do
    refused 64 usage ana token create cron --scope send --expires "$expires"
  done
  refused 65 invalid_argument ana token create 'no spaces' --scope send
  refused 65 invalid_argument ana token create "$(printf 'x%.0s' {1..65})" \
    --scope send
}

@test "a name is taken until its token is revoked or has expired" {
  make cron send --expires 1s
  refused 65 token_exists ana token create CRON --scope read
  ok beto token create cron --scope read
  until_refused token_expired cron
  ok ana token create cron --scope read
}

@test "token needs a verb and takes each verb's own options" {
  refused 64 usage ana token
  refused 64 usage ana token show
  refused 64 usage ana token list x
  refused 64 usage ana token list --scope send
  refused 64 usage ana token rotate a b
  refused 64 usage ana token rotate x --expires 1d
  refused 64 usage ana token rotate x --grace soon
  refused 64 usage ana token revoke
  refused 64 usage ana token revoke x --out f
  refused 64 usage ana token create x --scope send --grace 1h
}

# --- Rotation ---

@test "a token rotates itself; the old secret lives on" {
  local scope
  for scope in send read full; do
    make "$scope" "$scope" --expires 1d
    cp "$scope" old
    ok by "$scope" token rotate --out "$scope"
    valid token
    json '.name == $scope and .scope == $scope and .token == null' \
      --arg scope "$scope"
    [ "$(stat -c %a "$scope")" = 600 ]
    run -1 cmp -s "$scope" old
    ok by "$scope" whoami
    ok by old whoami
    json '.expires_at | sub("\\.[0-9]+Z"; "Z") | fromdate - now |
      . > 3500 and . <= 3600'
  done
}

@test "with a grace of 0 the old secret ends at once" {
  make cron send
  cp cron old
  ok by cron token rotate --grace 0 --out cron
  refused 77 not_logged_in by old whoami
  ok by cron whoami
}

@test "after its grace the old secret is replaced" {
  make cron send
  cp cron old
  ok by cron token rotate --grace 1s --out cron
  until_refused not_logged_in old
  ok by cron whoami
}

@test "a rotation begins the token's life anew" {
  make cron send --expires 1h
  local end
  end=$(by cron whoami | jq -r .expires_at)
  ok by cron token rotate --out cron
  json '.expires_at > $until' --arg until "$end"
}

@test "a job that lost its new secret rotates again with the old one" {
  make cron send
  local old
  old=$(cat cron)
  by cron token rotate >lost.json
  [ "$(cat cron)" = "$old" ]
  ok by cron token rotate --out cron
  ok by cron send beto -m x
  jq -r .token lost.json >lost
  ok by lost whoami
}

@test "rotate prints the secret where there is no file" {
  make cron send
  ok by cron token rotate
  jq -r .token <<<"$output" >new
  ok by new whoami
  refused 64 usage by cron -q token rotate
}

@test "a login rotates any token, by name" {
  make cron send
  ok ana token rotate Cron --grace 0 --out new
  refused 77 not_logged_in by cron whoami
  ok by new whoami
  refused 65 invalid_argument ana token rotate
  refused 66 token_not_found ana token rotate nosuch
  refused 66 token_not_found beto token rotate cron
}

@test "a token rotates no other" {
  make admin full
  make cron send
  refused 77 permission_denied by admin token rotate cron
  refused 77 permission_denied by cron token rotate admin
  ok by admin token rotate admin --out admin
}

@test "a file that can't be replaced is refused before the rotation" {
  make cron send
  mkdir folder
  refused 73 cannot_create by cron token rotate --grace 0 --out folder
  refused 73 cannot_create by cron token rotate --grace 0 --out no/where
  refused 73 cannot_create by cron token rotate --grace 0 --out /dev/null
  ok by cron whoami
  json '.expires_at != null'
}

@test "rotations of one file at once leave a secret that stays" {
  make cron send
  local pids=()
  for _ in 1 2 3 4 5; do
    by cron -q token rotate --out cron &
    pids+=($!)
  done
  wait "${pids[@]}"
  ok by cron whoami
  # The newest secret has the token's own end, those before have their grace.
  [ "$(jq -r .expires_at <<<"$output")" = \
    "$(ana token list | jq -r '.tokens[0].expires_at')" ]
}

# --- The end ---

@test "an expired token says so, and a login revives it" {
  make cron send --expires 1s
  until_refused token_expired cron
  refused 77 token_expired by cron send beto -m x
  valid error "$error"
  refused 77 token_expired by cron token rotate
  ok ana token list
  json '.tokens[0].name == "cron"'
  run -0 on_terminal -- tmctl -p ana token list
  [[ $output == *'(expired)'* ]]
  ok ana token rotate cron --out new
}

@test "revoke ends tokens at once" {
  make a send
  make b read
  make c full
  ok ana token revoke a B
  valid tokens
  json '[.tokens[].name] == ["a", "b"]'
  refused 77 not_logged_in by a whoami
  refused 77 not_logged_in by b whoami
  ok by c whoami
}

@test "revoke does what it can, and says what is missing" {
  make a send
  refused 66 token_not_found ana token revoke nosuch a neither
  [[ $(jq -r .message <<<"$error") == *'nosuch, neither; revoked: a'* ]]
  refused 77 not_logged_in by a whoami
  refused 66 token_not_found ana token revoke a
  make b send
  ok ana token revoke a b --ignore-missing -o ids
  [ "$output" = b ]
}

@test "other users' tokens are not there" {
  make cron send
  ok beto token list
  json '.tokens == []'
  refused 66 token_not_found beto token revoke cron
  ok by cron whoami
}

# --- Beside logins ---

@test "logins, logouts and passwords leave tokens alone" {
  make cron send
  ana -q login ana --password-stdin <<<"$PASSWORD"
  ok by cron whoami
  ana passwd --password-stdin <<<"$PASSWORD"$'\nbattery staple'
  ok by cron whoami
  ana logout
  ok by cron whoami
  json '.user == "ana" and .auth == "token" and .scope == "send"'
}

@test "tokens leave the login alone" {
  make cron full
  ok by cron token rotate --out cron
  ok by cron token revoke cron
  ok ana whoami
  json '.auth == "login"'
}

@test "tokens survive the server's end" {
  make cron send
  crash_server
  WANTED_PORT=$PORT start_server
  ok by cron whoami
}

is_used() {
  ana token list | jq -e '.tokens[0].last_used_at != null' >/dev/null
}

@test "the list shows the last use" {
  make cron send
  ok ana token list
  json '.tokens[0].last_used_at == null'
  by cron -q whoami
  local deadline=$((SECONDS + 10))
  until is_used; do # it is written down behind the call's back
    ((SECONDS < deadline))
  done
  ok ana token list
  json '.tokens[0].last_used_at | sub("\\.[0-9]+Z"; "Z") | fromdate - now |
    fabs < 60'
}

@test "the list has its forms" {
  make b send
  make a full --expires never
  ok ana token list -o ids
  [ "$output" = $'a\nb' ]
  ok ana token list -o jsonl
  [ "${#lines[@]}" = 2 ]
  valid token
  run -0 on_terminal -- tmctl -p ana token list
  [[ $output == NAME*SCOPE*EXPIRES*'LAST USED'* ]]
  [[ $output == *never* ]]
}

@test "no secret comes into the log, however verbose" {
  stop_server
  WANTED_PORT=$PORT start_server --log-level debug
  make cron send
  local old
  old=$(cat cron)
  by cron -v token rotate --out cron >out 2>&1
  by cron -v send beto -m x >>out 2>&1
  ana token revoke cron >>out 2>&1
  run ! grep -e "$old" -e "$(cat cron)" out "$SERVER_LOG"
}
