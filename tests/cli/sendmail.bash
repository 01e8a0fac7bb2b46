# What the tests of sendmail share. Mail that failed to go out would be in a spool
# of each test's own.
#
# shellcheck disable=SC2034,SC2154  # bats and the tests use them

MAILS=$ROOT/tests/cli/mails

setup() {
  fresh_home
  start_server --tray-capacity 50
  register ana beto carla
  export TMCTL_QUEUE_DIR=$BATS_TEST_TMPDIR/queue TMCTL_PROFILE=ana
}

# mail_of USER: the newest message in the inbox.
mail_of() { tmctl -p "$1" inbox --body --limit 1 | jq -c '.messages[0]'; }

# arrived USER FILTER [JQ-OPTION...]: the filter is true of the newest message
# there, which takes it out of the inbox.
arrived() {
  local user=$1 mail
  shift
  mail=$(mail_of "$user")
  is "$mail" "$@" || return
  tmctl -q -p "$user" delete "$(jq .id <<<"$mail")"
}

# nothing_left USER...: no mail is in their inboxes, nor in the spool.
nothing_left() {
  local user
  for user; do
    run -1 tmctl -p "$user" inbox --exists || return
  done
  [ -z "$(entries .key)" ]
}

# entries FILTER: what jq makes of each entry of the spool.
entries() { tmctl queue list | jq -c ".entries[] | $1"; }

# aliases JSON: ana's alias map.
aliases() { tmctl -p ana config set aliases "$1"; }

# called NAME ARGUMENT...: tmctl under another name.
called() {
  local name=$1
  shift
  [ -e "$name" ] || ln -s "$(command -v tmctl)" "$name"
  "./$name" "$@"
}
