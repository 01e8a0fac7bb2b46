# What the tests of scripts/examples share: a server, three users, and jobs in the
# background.
#
# shellcheck disable=SC2034,SC2154  # bats and the tests use them

setup() {
  fresh_home
  start_server --tray-capacity 0
  register ana beto carla
  EXAMPLES=$ROOT/scripts/examples
  PATH=$EXAMPLES:$PATH
  GROUPS_STARTED=()
}

teardown() {
  local group
  for group in "${GROUPS_STARTED[@]}"; do end_group "$group"; done
  stop_servers
}

# as USER COMMAND...: the command, with that user's profile.
as() { TMCTL_PROFILE=$1 "${@:2}"; }

# in_group COMMAND...: in the background, in a process group of its own, for two
# minutes at most; sets GROUP, which the command finds in its environment.
in_group() {
  setsid sh -c 'export GROUP=$$; exec timeout --foreground 120 "$@"' sh "$@" \
    </dev/null >>log 2>&1 3>&- &
  GROUP=$!
  GROUPS_STARTED+=("$GROUP")
}

# ends STATUS: the group's command, by itself.
ends() {
  local status=0
  wait "$GROUP" || status=$?
  [ "$status" -eq "$1" ] || {
    echo "ended with $status"
    cat log
    return 1
  }
}

end_group() {
  kill -9 -- "-$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

wait_for() {
  local i
  for ((i = 0; i < 600; ++i)); do
    "$@" && return
    sleep 0.05
  done
  cat log
  return 1
}

inbox_count() { tmctl -p "$1" inbox --count -o ids; }
inbox_is_empty() { [ "$(inbox_count "$1")" = 0 ]; }
subjects_of() { tmctl -p "$1" inbox --all --reverse | jq -r '.messages[].subject'; }

# program NAME LINE...: an executable script in the folder bin.
program() {
  mkdir -p bin
  printf '%s\n' '#!/bin/sh' "${@:2}" >"bin/$1"
  chmod +x "bin/$1"
}
