#!/usr/bin/env bats
# tmctl register: accounts, and the places a password may come from.

load helpers

setup() {
  fresh_home
  start_server
  export TMCTL_SERVER=$SERVER
}

@test "register makes an account, logs it in and prints the session" {
  ok tmctl register ana --password-stdin <<<"$PASSWORD"
  valid session
  json '.user == "ana" and .auth == "login" and .scope == "full"'
  json '.server == $s' --arg s "$SERVER"
  ok tmctl whoami
  json '.user == "ana"'
}

@test "register keeps the server, the user and the token in the profile" {
  tmctl -p work register ana --password-stdin <<<"$PASSWORD"
  unset TMCTL_SERVER
  ok tmctl -p work whoami
  json '.user == "ana" and .server == $s' --arg s "$SERVER"
}

@test "without -p the profile is called default" {
  tmctl register ana --password-stdin <<<"$PASSWORD"
  ok tmctl -p default whoami
  json '.user == "ana"'
}

@test "upper case in a name is folded" {
  ok tmctl register Ana --password-stdin <<<"$PASSWORD"
  json '.user == "ana"'
  refused 65 user_exists tmctl register aNA --password-stdin <<<"$PASSWORD"
}

@test "a taken name is refused" {
  tmctl register ana --password-stdin <<<"$PASSWORD"
  refused 65 user_exists tmctl -p other register ana --password-stdin \
    <<<"$PASSWORD"
  is "$error" '.retryable == false and .outcome == "none"'
}

@test "--exist-ok logs an existing user in, with the right password alone" {
  ok tmctl register ana --exist-ok --password-stdin <<<"$PASSWORD"
  ok tmctl register ana --exist-ok --password-stdin <<<"$PASSWORD"
  valid session
  json '.user == "ana"'
  refused 77 bad_credentials tmctl register ana --exist-ok --password-stdin \
    <<<'wrong horse'
}

@test "names that can't be are refused" {
  local name
  for name in .ana -ana 'a b' ana@host añe "$(printf 'a%.0s' {1..65})" ''; do
    refused 65 invalid_argument tmctl register --password-stdin -- "$name" \
      <<<"$PASSWORD"
  done
}

@test "names use the whole of their alphabet" {
  local name
  for name in a 7 a.b_c-d "$(printf 'a%.0s' {1..64})"; do
    ok tmctl register --password-stdin -- "$name" <<<"$PASSWORD"
  done
}

@test "passwords are 8 to 1024 bytes" {
  refused 65 weak_password tmctl register ana --password-stdin <<<1234567
  run -65 tmctl register ana --password-stdin <<<"$(printf 'x%.0s' {1..1025})"
  ok tmctl register ana --password-stdin <<<"$(printf 'x%.0s' {1..1024})"
  ok tmctl register beto --password-stdin <<<12345678
}

@test "a password is the file's content less one newline" {
  printf 'correct horse\n\n' >two
  printf 'correct horse\n' >one
  printf 'correct horse' >none
  ok tmctl register ana --password-file two
  refused 77 bad_credentials tmctl login ana --password-file one
  ok tmctl register beto --password-file one
  ok tmctl login beto --password-file none
  ok tmctl login beto --password-stdin <none
}

@test "TMCTL_PASSWORD gives the password" {
  TMCTL_PASSWORD=$PASSWORD ok tmctl register ana
  ok tmctl login ana --password-stdin <<<"$PASSWORD"
}

@test "the profile's password_command gives the password" {
  tmctl register ana --password-stdin <<<"$PASSWORD"
  tmctl config set password_command "echo '$PASSWORD'"
  ok tmctl login ana
  json '.user == "ana"'
}

@test "a terminal is asked without echo" {
  run -0 on_terminal --answer : "$PASSWORD" --answer : "$PASSWORD" -- \
    tmctl register ana
  [[ $output != *horse* ]]
  ok tmctl login ana --password-stdin <<<"$PASSWORD"
}

@test "without a password and without a terminal it fails at once" {
  run --separate-stderr tmctl --no-input register ana </dev/null
  [[ $status -eq 64 || $status -eq 66 ]]
  [ -z "$output" ]
  valid error "${stderr_lines[-1]}"
  [[ $stderr == *--password-stdin* ]]
}

@test "a missing password file is no input" {
  refused 66 no_input tmctl register ana --password-file nowhere
}

@test "a password is never taken from the command line" {
  refused 64 usage tmctl register ana --password "$PASSWORD"
  refused 64 usage tmctl register ana "$PASSWORD"
}

@test "a name is needed" {
  refused 64 usage tmctl register --password-stdin <<<"$PASSWORD"
}

@test "closed registration is refused as such" {
  stop_server
  start_server --registration closed
  refused 69 registration_closed tmctl -S "$SERVER" register ana \
    --password-stdin <<<"$PASSWORD"
}

@test "closed registration doesn't tell who has an account" {
  ok tmctl register ana --password-stdin <<<"$PASSWORD"
  stop_server
  start_server --registration closed
  local user
  for user in ana beto; do
    refused 69 registration_closed tmctl -S "$SERVER" -p new register "$user" \
      --password-stdin <<<'wrong horse'
    refused 69 registration_closed tmctl -S "$SERVER" -p new register "$user" \
      --exist-ok --password-stdin <<<'wrong horse'
  done
  ok tmctl -S "$SERVER" -p new register ana --exist-ok --password-stdin \
    <<<"$PASSWORD"
}

@test "a failed registration leaves no configuration and no account behind" {
  run -65 tmctl register ana --password-stdin <<<short
  [ ! -e "$CONFIG" ]
  ok tmctl register ana --password-stdin <<<"$PASSWORD"
}

@test "the configuration is for its owner alone" {
  umask 022
  tmctl register ana --password-stdin <<<"$PASSWORD"
  [ "$(stat -c %a "$CONFIG")" = 600 ]
  [ "$(stat -c %a "${CONFIG%/*}")" = 700 ]
}
