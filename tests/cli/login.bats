#!/usr/bin/env bats
# tmctl login: one login per user, and how long it lasts.

load helpers

setup() { open_mail ana; }

# The token of ana's profile.
token() { jq -r .profiles.ana.token "$CONFIG"; }

@test "login prints the session" {
  ok ana login ana --password-stdin <<<"$PASSWORD"
  valid session
  json '.user == "ana" and .auth == "login" and .scope == "full"'
  json '(.expires_at | sub("\\.\\d+"; "") | fromdate) - now | . > 3500 and . < 3700'
}

@test "a wrong password and an unknown user are the same refusal" {
  refused 77 bad_credentials ana login ana --password-stdin <<<'wrong horse'
  local wrong
  wrong=$(jq 'del(.hint)' <<<"$error")
  refused 77 bad_credentials ana login nobody --password-stdin <<<"$PASSWORD"
  [ "$(jq 'del(.hint)' <<<"$error")" = "$wrong" ]
}

@test "a failed login leaves the profile's login alone" {
  run -77 ana login ana --password-stdin <<<'wrong horse'
  ok ana whoami
}

@test "a login ends the user's earlier one" {
  local old
  old=$(token)
  ok ana login ana --password-stdin <<<"$PASSWORD"
  TMCTL_TOKEN=$old refused 77 not_logged_in tmctl -S "$SERVER" whoami
  ok ana whoami
}

@test "upper case in a name is folded" {
  ok ana login ANA --password-stdin <<<"$PASSWORD"
  json '.user == "ana"'
}

@test "a new profile is made by logging in to it" {
  ok tmctl -S "$SERVER" -p second login ana --password-stdin <<<"$PASSWORD"
  ok tmctl -p second whoami
  json '.user == "ana"'
}

@test "a login that isn't used ends after --session-ttl" {
  stop_server
  start_server --session-ttl 1s
  ok tmctl -S "$SERVER" -p ana login ana --password-stdin <<<"$PASSWORD"
  sleep 1.5 # the time itself is what is tested
  refused 77 session_expired ana whoami
}

@test "use doesn't carry a login beyond --session-max" {
  stop_server
  start_server --session-max 2s
  ok tmctl -S "$SERVER" -p ana login ana --password-stdin <<<"$PASSWORD"
  local end=$((SECONDS + 20))
  while ana -q whoami; do
    ((SECONDS < end))
  done 2>/dev/null
  refused 77 session_expired ana whoami
}

@test "a login survives the server's restart" {
  stop_server
  WANTED_PORT=$PORT start_server
  ok ana whoami
}

@test "login -q prints nothing" {
  ok ana login ana -q --password-stdin <<<"$PASSWORD"
  [ -z "$output$stderr" ]
}

@test "the token is printed nowhere" {
  run -0 ana -v login ana --password-stdin <<<"$PASSWORD"
  [[ $output != *"$(token)"* ]]
  run ! grep -F -- "$(token)" "$SERVER_LOG"
  run ! grep -F -- "$PASSWORD" "$SERVER_LOG"
}
