#!/usr/bin/env bats
# tmctl whoami: who is logged in, and where a token may come from.

load helpers

setup() {
  open_mail ana beto
  TOKEN=$(jq -r .profiles.ana.token "$CONFIG")
  BETOS_TOKEN=$(jq -r .profiles.beto.token "$CONFIG")
  export TMCTL_SERVER=$SERVER
}

@test "whoami prints the session" {
  ok ana whoami
  valid session
  json '.user == "ana" and .auth == "login" and .scope == "full"'
}

@test "with -q the status alone speaks" {
  ok ana whoami -q
  [ -z "$output$stderr" ]
}

@test "without a login it is refused" {
  refused 77 not_logged_in tmctl whoami
}

@test "a token comes from TMCTL_TOKEN" {
  TMCTL_TOKEN=$TOKEN ok tmctl whoami
  json '.user == "ana"'
}

@test "a token comes from --token-file and TMCTL_TOKEN_FILE, with or without a newline" {
  printf %s "$TOKEN" >bare
  printf '%s\n' "$TOKEN" >line
  chmod 600 bare line
  ok tmctl --token-file bare whoami
  json '.user == "ana"'
  TMCTL_TOKEN_FILE=line ok tmctl whoami
  json '.user == "ana"'
}

@test "a token comes from systemd's credentials" {
  mkdir credentials
  echo "$TOKEN" >credentials/tmctl.token
  CREDENTIALS_DIRECTORY=$PWD/credentials ok tmctl whoami
  json '.user == "ana"'
}

@test "the first source of a token wins" {
  echo "$BETOS_TOKEN" >betos
  mkdir credentials
  echo "$TOKEN" >credentials/tmctl.token
  TMCTL_TOKEN=$TOKEN ok tmctl --token-file betos whoami
  json '.user == "beto"'
  TMCTL_TOKEN=$TOKEN TMCTL_TOKEN_FILE=betos ok tmctl whoami
  json '.user == "beto"'
  TMCTL_TOKEN=$BETOS_TOKEN CREDENTIALS_DIRECTORY=$PWD/credentials ok tmctl whoami
  json '.user == "beto"'
  CREDENTIALS_DIRECTORY=$PWD/credentials ok beto whoami
  json '.user == "ana"'
}

@test "a token file that others can read will do, one they can write will not" {
  echo "$TOKEN" >token
  chmod 644 token
  ok tmctl --token-file token whoami
  chmod 666 token
  refused 78 bad_config tmctl --token-file token whoami
}

@test "a missing token file is refused" {
  run --separate-stderr tmctl --token-file nowhere whoami
  [[ $status -eq 66 || $status -eq 78 ]]
  [ -z "$output" ]
  valid error "${stderr_lines[-1]}"
}

@test "a wrong token is refused" {
  TMCTL_TOKEN=wrong refused 77 not_logged_in tmctl whoami
}

@test "a token that can't be a header is refused, not sent" {
  TMCTL_TOKEN=$'two\nlines' run --separate-stderr tmctl whoami
  [[ $status -eq 77 || $status -eq 78 || $status -eq 65 ]]
  valid error "${stderr_lines[-1]}"
}
