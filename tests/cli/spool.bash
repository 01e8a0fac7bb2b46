# What the tests of the spool share: it is in a directory of each test's own.
#
# shellcheck disable=SC2034,SC2154  # bats and the tests use them

setup() {
  open_mail ana beto carla
  export TMCTL_QUEUE_DIR=$BATS_TEST_TMPDIR/queue
}

# The same server again, at its old place.
restart_server() { WANTED_PORT=$PORT start_server; }

inbox_of() { tmctl -p "$1" inbox --all --reverse -o ids | xargs; }

# subjects_of USER: those in the inbox, oldest first, on one line.
subjects_of() {
  tmctl -p "$1" inbox --all --reverse | jq -r '.messages[].subject' | xargs
}

# entries FILTER: what jq makes of each entry.
entries() { tmctl queue list | jq -c ".entries[] | $1"; }

# fill USER: nothing more fits in.
fill() {
  local n
  for n in 1 2 3 4 5; do
    carla -q send "$1" -m x --no-copy
  done
}

# refused_after_result EXIT CODE COMMAND...: it prints its result all the same.
refused_after_result() {
  local exit=$1 code=$2
  shift 2
  run "-$exit" --separate-stderr "$@"
  valid queue
  is_error "$exit" "$code"
}
