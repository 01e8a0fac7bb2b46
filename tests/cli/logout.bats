#!/usr/bin/env bats
# tmctl logout: the login ends here and at the server.

load helpers

setup() { open_mail ana; }

@test "logout ends the login and forgets its token" {
  local token
  token=$(jq -r .profiles.ana.token "$CONFIG")
  ok ana logout
  run ! grep -F -- "$token" "$CONFIG"
  refused 77 not_logged_in ana whoami
  TMCTL_TOKEN=$token refused 77 not_logged_in tmctl -S "$SERVER" whoami
}

@test "after logout the profile still knows its server and user" {
  ana logout
  ok ana login ana --password-stdin <<<"$PASSWORD"
  json '.server == $s' --arg s "$SERVER"
}

@test "logout without a login says so" {
  ana logout
  refused 77 not_logged_in ana logout
}

@test "other profiles keep their login" {
  register beto
  ana logout
  ok beto whoami
}

@test "logout takes no operands" {
  refused 64 usage ana logout ana
}
