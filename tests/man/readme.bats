#!/usr/bin/env bats
# The README's tour prints what the README shows, and its recipes work.

load ../cli/helpers

setup() {
  fresh_home
  start_server
  export TMCTL_SERVER=localhost:$PORT
}

teardown() { stop_servers; }

# section TITLE: what is between this heading and the next.
section() {
  sed -n "/^## $1\$/,/^## /p" "$ROOT/README.md"
}

# recipe TITLE: the commands below **TITLE**, for a file to be run.
recipe() {
  local commands
  commands=$(section Recipes | sed -n "/^\*\*$1\*\*/,/^\(\*\*\|\`\)/p" |
    sed -n 's/^    //p')
  [ -n "$commands" ]
  printf '%s\n' 'set -e' "$commands" >recipe.sh
}

# Times, keys and the disk are this run's own; the server listens already.
tour() {
  section 'A tour' | sed -E '/^ {4}(\$ tmserver|tmserver:)/d
    s/"20[0-9T:.-]+Z"/"..."/g; s/"key":"[0-9a-f]+"/"key":"..."/
    s/^( {4}Filesystem ).*/\1.../; /^ {4}\/dev/d
    s/localhost:50052/'"localhost:$PORT"'/; s/^ {4}/       /'
}

@test "the tour prints what it shows" {
  tour >shown
  [ "$(grep -c '^       \$ ' shown)" = 8 ]
  run -0 "$ROOT/tests/man/run-examples" <shown
}

@test "the server starts as the tour says" {
  section 'A tour' | grep -qx '    \$ tmserver &'
  stop_server
  serve --port 0
  [[ $LISTENING == 'tmserver: listening on 127.0.0.1:'* ]]
  [ -f ~/.local/state/turbomessage/mail.db ]
}

@test "the disk alarm sends one message a day" {
  tmctl -q register ana --password-stdin <<<"$PASSWORD"
  recipe 'A disk alarm'
  mkdir bin
  PATH=$PWD/bin:$PATH
  printf '#!/bin/sh\nprintf "head\\n/dev/sda 1 1 1 %%s /\\n" $USED\n' >bin/df
  chmod +x bin/df
  USED=50% run -0 bash recipe.sh
  run -1 tmctl inbox --exists
  USED=95% run -0 bash recipe.sh
  USED=96% run -0 bash recipe.sh
  run -0 tmctl inbox --body
  [ "$(jq -r '.messages | length' <<<"$output")" = 1 ]
  [[ $(jq -r '.messages[0].body' <<<"$output") == '/dev/sda '*95%* ]]
}

@test "cron's mail arrives in an inbox" {
  [[ $EUID -eq 0 ]] || skip 'only root can do that'
  unshare -m true || skip 'mount namespaces are not permitted here'
  tmctl -q register ana --password-stdin <<<"$PASSWORD"
  recipe "Cron's mail in an inbox"
  mkdir sbin
  run -0 unshare -m bash -e -c '
    mount --bind sbin /usr/sbin
    sudo() { "$@"; }
    . ./recipe.sh
    echo full | /usr/sbin/sendmail -FCronDaemon -i -B8BITMIME -oem root'
  run -0 tmctl inbox --body
  [ "$(jq -r '.messages[0].body' <<<"$output")" = full ]
}

@test "the build tells its owner" {
  export USER=ana
  tmctl -q register ana --password-stdin <<<"$PASSWORD"
  recipe 'A build that tells its owner'
  printf 'all:\n\t@echo compiling\n' >Makefile
  run -0 bash recipe.sh
  printf 'all:\n\t@echo compiling; exit 1\n' >Makefile
  run -0 bash recipe.sh
  run -0 tmctl inbox --reverse --body
  [ "$(jq -r '.messages[].subject' <<<"$output" | xargs)" = \
    'build passed build failed' ]
  [ "$(jq -r '.messages[].labels.verdict' <<<"$output" | xargs)" = \
    'passed failed' ]
  [[ $(jq -r '.messages[1].body' <<<"$output") == compiling* ]]
}

@test "each message is handled exactly once" {
  tmctl -q register ana --password-stdin <<<"$PASSWORD"
  recipe 'Each message exactly once'
  tmctl -q send ana -s first -m x
  run -0 bash recipe.sh
  [ "$output" = '1 ana: first' ]
  tmctl -q send ana -s second -m x
  run -0 bash recipe.sh
  [ "$output" = '2 ana: second' ]
  run -0 bash recipe.sh
  [ -z "$output" ]
  # One that is killed in the middle repeats a message and loses none.
  tmctl -q send ana -s third -m x
  tmctl -q send ana -s fourth -m x
  sed 's/|| exit/\&\& exit/' recipe.sh >killed.sh
  run -0 bash killed.sh
  [ "$output" = '3 ana: third' ]
  run -0 bash recipe.sh
  [ "$output" = $'3 ana: third\n4 ana: fourth' ]
}

@test "certificates make a network of it" {
  recipe 'On a network'
  # In its own home, on a free port, with this machine as the other one.
  sed -i "s|^scripts/|$ROOT/&|; s/0\.0\.0\.0:50052/0.0.0.0:0/
    s/ &\$/ --store memory: >started 2>log \&\nuntil [ -s started ]; do :; done/
    s/mail\.example:50052/localhost:\$(sed 's|.*:||' started)/" recipe.sh
  scp() { cp ~/"${1#*:}" "$2"; }
  export -f scp
  export TMCTL_PASSWORD=$PASSWORD
  printf '%s\n' "trap 'kill \$!' EXIT" 'tmctl send ana -m x -o ids' >>recipe.sh
  unset TMCTL_SERVER
  run -0 --separate-stderr bash recipe.sh
  [ "${lines[-1]}" = 1 ]
}

@test "the job with a secret of its own renews it" {
  tmctl -q register ana --password-stdin <<<"$PASSWORD"
  recipe 'A job with a secret of its own'
  run -0 bash recipe.sh
  [ "$(stat -c %a ~/.backup.token)" = 600 ]
  local first
  first=$(cat ~/.backup.token)
  tmctl logout
  run -0 bash recipe.sh
  [ "$(cat ~/.backup.token)" != "$first" ]
  tmctl -q login ana --password-stdin <<<"$PASSWORD"
  [ "$(tmctl inbox --count -o ids)" = 2 ]
  [ "$(tmctl token list | jq -c '[.tokens[] | .name, .scope]')" = \
    '["backup","send"]' ]
}
