#!/usr/bin/env bats
# Where tmctl finds its token, and what it says of one that can't be.

load helpers
load token

@test "a token comes from every source" {
  make cron send
  TMCTL_TOKEN=$(cat cron) ok tmctl whoami
  json '.auth == "token"'
  TMCTL_TOKEN_FILE=cron ok tmctl whoami
  json '.auth == "token"'
  mkdir credentials
  cp cron credentials/tmctl.token
  CREDENTIALS_DIRECTORY=$PWD/credentials ok tmctl whoami
  json '.auth == "token"'
  ana config set token_file "$PWD/cron"
  ok ana whoami
  json '.auth == "token"'
  ok ana token rotate --out cron
  ok ana send beto -m x
}

@test "a profile's token_file is found from everywhere" {
  make cron send
  ana config set token_file cron
  [ "$(ana config get token_file)" = "$PWD/cron" ]
  cp cron "$HOME/.config/turbomessage/here"
  mkdir elsewhere
  cd elsewhere
  ok ana whoami
  json '.auth == "token"'
  jq '.profiles.ana.token_file = "here"' "$CONFIG" >new
  cat new >"$CONFIG"
  ok ana whoami
  json '.auth == "token"'
  ok ana doctor
  json '.checks[] | select(.name == "token").message |
    contains("/turbomessage/here")'
}

@test "what holds no token is named, with a way out" {
  local text
  for text in '' 'two words' $'a newline\n'; do
    printf '%s\n' "$text" >bad
    refused 77 not_logged_in tmctl --token-file bad whoami
    is "$error" '(.message | contains("bad")) and (.hint | contains("--out"))'
  done
  TMCTL_TOKEN='two words' refused 77 not_logged_in tmctl whoami
  TMCTL_TOKEN=$(head -c 100000 /dev/zero | tr '\0' a) refused 77 not_logged_in tmctl whoami
  is "$error" '.message | contains("TMCTL_TOKEN")'
}

@test "a login that no command would use is told" {
  make cron send
  run ana login ana --password-stdin <<<"$PASSWORD"
  [ "${#lines[@]}" -eq 1 ]
  ana config set token_file cron
  run -0 --separate-stderr ana login ana --password-stdin <<<"$PASSWORD"
  valid session
  valid warning "$stderr"
  is "$stderr" '.code == "login_unused" and (.message | contains("/cron"))'
  ana config set token_file ''
  TMCTL_TOKEN=$(cat cron) run -0 --separate-stderr tmctl -p ana login ana \
    --password-stdin <<<"$PASSWORD"
  is "$stderr" '.message | contains("TMCTL_TOKEN")'
}
