#!/usr/bin/env bats
# tmserver's audit log: who did what from where.

load helpers

# audited FILTER: it is true of some line.
audited() {
  jq -es "any(.[]; $1)" audit.log >/dev/null || {
    echo "no line: $1"
    cat audit.log
    return 1
  }
}

@test "logins, failures and tokens are written, secrets are not" {
  start_server --audit-log audit.log --log-level off
  register ana
  refused 77 bad_credentials tmctl -S "$SERVER" -p x login nobody \
    --password-stdin <<<"a wrong secret"
  ana -q token create job --scope send --out job
  refused 77 permission_denied ana --token-file job inbox
  ana -q send ana -s subject -m content
  ana -q passwd --password-stdin <<<"$PASSWORD"$'\nbattery staple'
  stop_server
  [ "$(stat -c %a audit.log)" = 600 ]
  [ -z "$(cat "$SERVER_LOG")" ]
  audited '.event == "register" and .user == "ana" and .peer == "127.0.0.1"'
  audited '.event == "login" and .user == null and .target == "nobody" and
    .outcome == "BAD_CREDENTIALS" and .level == "warning"'
  audited '.event == "token_create" and .target == "job"'
  audited '.event == "refused" and .token == "job" and
    .outcome == "PERMISSION_DENIED" and .target == "turbomessage.v1.Mail/List"'
  audited '.event == "password_change" and .outcome == "OK"'
  run ! grep -E "secret|staple|$PASSWORD|tmt_|subject|content" audit.log
}

@test "what an administrator does is written with how" {
  start_server --audit-log audit.log --admin-socket adm/sock
  local admin=(tmctl -S "unix:$PWD/adm/sock" admin user)
  "${admin[@]}" add eva --password-stdin <<<"$PASSWORD" >answers
  "${admin[@]}" quota eva 7 >answers
  "${admin[@]}" disable eva >answers
  stop_server
  audited '.event == "user_add" and .user == "(local)" and .peer == "unix" and
    .target == "eva"'
  audited '.event == "user_quota" and .details == "quota=7"'
  audited '.event == "user_enabled" and .details == "enabled=false"'
  run ! grep -F "$PASSWORD" audit.log
}

@test "stderr is JSON lines beside the log in text" {
  start_server --audit-log stderr
  register ana
  stop_server
  grep -E '^\{.*"event":"register"' "$SERVER_LOG" | jq -e '.user == "ana"'
  grep -E 'info call .*user=' "$SERVER_LOG"
}

@test "nothing is written unless it is asked for" {
  start_server --log-format json
  register ana
  stop_server
  [ "$(jq -s 'map(select(.event == "register")) | length' "$SERVER_LOG")" = 0 ]
}

@test "SIGHUP begins a new file and reads the level" {
  echo '{"audit_level": "info"}' >tmserver.json
  start_server --audit-log audit.log --config tmserver.json
  register ana
  mv audit.log old.log
  echo '{"audit_level": "warn"}' >tmserver.json
  kill -HUP "$SERVER_PID"
  local patience
  for ((patience = 0; patience < 200; ++patience)); do
    [[ ! -e audit.log ]] || break
    sleep 0.05
  done
  register beto
  refused 77 bad_credentials tmctl -S "$SERVER" -p x login ana \
    --password-stdin <<<"wrong horse"
  stop_server
  [ "$(jq -s length old.log)" = 1 ]
  [ "$(jq -s 'map(.event + .outcome)' -c audit.log)" = '["loginBAD_CREDENTIALS"]' ]
}

@test "a full disk stops no mail and is told in the log" {
  start_server --audit-log /dev/full
  register ana
  ana -q send ana -m x
  stop_server
  grep 'audit_failed' "$SERVER_LOG" | grep 'No space left'
}

@test "a file that can't be is told at the start" {
  run -73 --separate-stderr timeout 20 tmserver 0 --store memory: \
    --audit-log no/where
  [[ $stderr == "tmserver: can't write the audit log no/where: "* ]]
  run -64 timeout 20 tmserver 0 --store memory: --audit-level debug
}
