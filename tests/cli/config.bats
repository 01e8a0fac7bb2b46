#!/usr/bin/env bats
# tmctl config, and the rules of the configuration file.

load helpers

# write_config JSON: ana's hand-written configuration.
write_config() {
  mkdir -p "${CONFIG%/*}"
  (umask 077 && echo "$1" >"$CONFIG")
}

@test "path follows --config, XDG_CONFIG_HOME, HOME and the password database" {
  ok tmctl config path
  [ "$output" = "$CONFIG" ]
  XDG_CONFIG_HOME=$HOME/xdg ok tmctl config path
  [ "$output" = "$HOME/xdg/turbomessage/tmctl.json" ]
  XDG_CONFIG_HOME=$HOME/xdg ok tmctl --config "$HOME/own.json" config path
  [ "$output" = "$HOME/own.json" ]
  TMCTL_CONFIG=$HOME/own.json ok tmctl config path
  [ "$output" = "$HOME/own.json" ]
  local home
  home=$(getent passwd "$(id -u)" | cut -d: -f6)
  ok env -u HOME tmctl config path
  [ "$output" = "$home/.config/turbomessage/tmctl.json" ]
}

@test "without a configuration the list is empty" {
  ok tmctl config list
  valid config
  json '.path == $path and .profiles == {}' --arg path "$CONFIG"
  [ ! -e "$CONFIG" ]
}

@test "set, get and list a setting" {
  tmctl config set server example.org:50052
  ok tmctl config get server
  [ "$output" = example.org:50052 ]
  tmctl -p work config set server unix:/run/tm.sock
  ok tmctl -p work config get server
  [ "$output" = unix:/run/tm.sock ]
  ok tmctl config list
  valid config
  json '.profile == "default"'
  json '.profiles.default.server == "example.org:50052"'
  json '.profiles.work.server == "unix:/run/tm.sock"'
}

@test "values keep their types" {
  tmctl config set copy false
  ok tmctl config get copy
  [ "$output" = false ]
  ok tmctl config list
  json '.profiles.default.copy == false'
  run --separate-stderr tmctl config set copy maybe
  [[ $status -eq 64 || $status -eq 65 ]]
  ok tmctl config get copy
  [ "$output" = false ]
}

@test "the list shows no secret" {
  start_server
  register ana
  ok tmctl config list
  valid config
  json '.profiles.ana | .user == "ana" and .server == $s' --arg s "$SERVER"
  [[ $output != *"$(jq -r .profiles.ana.token "$CONFIG")"* ]]
  ok on_terminal -- tmctl config list
  [[ $output != *"$(jq -r .profiles.ana.token "$CONFIG")"* ]]
}

@test "unknown settings are refused" {
  refused 64 usage tmctl config set colour red
  refused 64 usage tmctl config get colour
  refused 64 usage tmctl config forget
  refused 64 usage tmctl config
}

@test "setting writes a private file in a private folder" {
  umask 000
  tmctl config set server localhost:1
  [ "$(stat -c %a "$CONFIG")" = 600 ]
  [ "$(stat -c %a "${CONFIG%/*}")" = 700 ]
  # Nothing but the configuration and its lock stays there.
  [ "$(find "${CONFIG%/*}" -type f ! -name '*.lock' | wc -l)" = 1 ]
}

@test "setting keeps what it doesn't know" {
  write_config '{"profiles": {"default": {"server": "a:1"}, "b": {"server": "b:2"}}}'
  tmctl config set copy true
  ok tmctl -p b config get server
  [ "$output" = b:2 ]
  ok tmctl config get server
  [ "$output" = a:1 ]
}

@test "what is no file is refused without advice that would harm it" {
  mkdir dir
  chmod 700 dir
  refused 78 bad_config tmctl --config dir config list
  [[ $(jq -r .message <<<"$error") == 'dir: is a directory' ]]
  refused 78 bad_config tmctl --config /dev/null config list
  is "$error" '.hint == null'
}

@test "a link to a file that isn't there yet is followed, and its lock shared" {
  mkdir real
  ln -s real/tmctl.json link.json
  tmctl --config link.json config set timeout 3s
  [ -L link.json ]
  [ "$(tmctl --config real/tmctl.json config get timeout)" = 3s ]
  [ -e real/tmctl.json.lock ]
  [ ! -e link.json.lock ]
}

@test "a file that others can read or write is refused" {
  local mode
  tmctl config set server localhost:1
  for mode in 640 604 620 602; do
    chmod "$mode" "$CONFIG"
    refused 78 bad_config tmctl whoami
    is "$error" '.message | contains($path)' --arg path "$CONFIG"
    refused 78 bad_config tmctl config list
  done
  chmod 600 "$CONFIG"
  ok tmctl config list
}

@test "a file of another user's is refused" {
  [ "$(id -u)" -eq 0 ] || skip "only root can give a file away"
  tmctl config set server localhost:1
  chown 12345 "$CONFIG"
  refused 78 bad_config tmctl whoami
}

@test "a file that is no JSON object is refused by name" {
  local text
  for text in '{"profiles": ' '[]' '"text"' '{"profiles": []}' \
    '{"profiles": {"default": {"server": 7}}}'; do
    write_config "$text"
    refused 78 bad_config tmctl whoami
    is "$error" '.message | contains($path)' --arg path "$CONFIG"
  done
}

@test "a --config that isn't there is refused where it is read" {
  refused 78 bad_config tmctl --config nowhere.json -p ana whoami
}

@test "an unknown profile is refused, except where it is being made" {
  refused 78 bad_config tmctl -p nobody whoami
  is "$error" '.message | contains("nobody")'
  refused 78 bad_config tmctl -p nobody inbox
  ok tmctl -p nobody config set server localhost:1
  ok tmctl -p nobody config get server
}

@test "flag, then environment, then profile" {
  start_server
  register ana
  tmctl -p ana config set server 127.0.0.1:1
  TMCTL_SERVER=$SERVER ok ana whoami
  TMCTL_SERVER=127.0.0.1:1 ok ana -S "$SERVER" whoami
  refused 75 unavailable ana whoami
}

@test "every global option has a variable" {
  start_server
  register ana
  tmctl -p ana send ana -q -m x
  TMCTL_PROFILE=ana TMCTL_OUTPUT=ids ok tmctl inbox
  [ "$output" = 1 ]
  TMCTL_PROFILE=ana TMCTL_OUTPUT=ids ok tmctl -o json inbox
  valid tray
  TMCTL_SERVER=127.0.0.1:1 refused 75 unavailable ana whoami
  TMCTL_TIMEOUT=soon run --separate-stderr ana whoami
  [[ $status -eq 64 || $status -eq 78 ]]
}

@test "reading needs no writable home" {
  start_server
  register ana
  local token
  token=$(jq -r .profiles.ana.token "$CONFIG")
  HOME=/nonexistent TMCTL_TOKEN=$token ok tmctl -S "$SERVER" inbox
  [ "$(id -u)" -ne 0 ] || return 0
  chmod 500 "${CONFIG%/*}"
  ok ana inbox
  chmod 700 "${CONFIG%/*}"
}

@test "it works where neither HOME nor a user of that number exists" {
  [ "$(id -u)" -eq 0 ] || skip "only root can become a nobody"
  command -v setpriv >/dev/null || skip "needs setpriv"
  chmod -R a+rX "$BATS_RUN_TMPDIR" 2>/dev/null || true
  local tmctl=$BATS_TEST_TMPDIR/tmctl
  start_server
  register ana
  cp "$BUILD/tmctl/tmctl" "$tmctl"
  chmod 755 "$tmctl"
  run -0 --separate-stderr setpriv --reuid 45678 --regid 45678 --clear-groups \
    env -i "TMCTL_TOKEN=$(jq -r .profiles.ana.token "$CONFIG")" \
    "$tmctl" -S "$SERVER" inbox
  valid tray
}

@test "a file that can't be read is a configuration that can't be used" {
  # A file that is ours, and whose first bytes nobody can read.
  TMCTL_CONFIG=/proc/self/mem refused 78 bad_config tmctl whoami
  TMCTL_CONFIG=/proc/self/mem run -3 --separate-stderr tmctl run --to ana -- \
    sh -c 'exit 3'
}
