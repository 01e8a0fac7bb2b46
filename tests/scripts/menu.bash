# What the tests of tm-menu stand on: a terminal that they type at and look at.
#
# shellcheck disable=SC2034,SC2154  # bats and the tests use them

load ../cli/helpers

setup() {
  fresh_home
  MENU=$ROOT/scripts/tm-menu
  TMUX_TMPDIR=$(mktemp -d) # a socket's path must be short
  export TMUX_TMPDIR TMPDIR=$BATS_TEST_TMPDIR/tmp
  unset TMUX VISUAL EDITOR LANGUAGE LC_MESSAGES
  export LANG=en_US.UTF-8
  unset LC_ALL
  mkdir "$TMPDIR"
}

teardown() {
  close_menu
  rm -rf "$TMUX_TMPDIR"
  stop_servers
}

# --- The terminal ---

TERMINALS=0
tmux() { command tmux -L "menu$TERMINALS" -f /dev/null -u "$@"; }

# with_mail USER...: a server with these users; the menu is for the first, who is
# logged in.
with_mail() {
  start_server
  register "$@"
  export TMCTL_SERVER=$SERVER TMCTL_PROFILE=$1
}

# open_menu [COLUMNS ROWS]: the menu on a new terminal, which stays afterwards.
open_menu() {
  tmux new-session -d -x "${1-80}" -y "${2-24}" "$MENU; echo \"exit=\$?\"; exec cat"
}

close_menu() {
  tmux kill-server 2>/dev/null || true
  : $((++TERMINALS))
}

screen() { tmux capture-pane -p; }

# shows TEXT...: waits until the terminal shows each of these texts.
shows() {
  local text deadline=$((SECONDS + 30))
  for text; do
    until screen | grep -qF -- "$text"; do
      if [[ $SECONDS -ge $deadline ]]; then
        echo "waited in vain for: $text"
        screen
        return 1
      fi
      sleep 0.02
    done
  done
}

# vanishes TEXT: waits until the terminal no longer shows it.
vanishes() {
  local deadline=$((SECONDS + 30))
  while screen | grep -qF -- "$1"; do
    [[ $SECONDS -lt $deadline ]] || { screen && return 1; }
    sleep 0.02
  done
}

# lacks TEXT: the terminal doesn't show it now.
lacks() {
  if screen | grep -qF -- "$1"; then
    echo "shown: $1"
    screen
    return 1
  fi
}

press() { tmux send-keys "$@"; }
type_in() { tmux send-keys -l -- "$1"; }

# answer TEXT ANSWER: types a line once the terminal shows TEXT.
answer() {
  shows "$1"
  type_in "$2"
  press Enter
}

# choose TEXT KEY...: presses keys and Enter once the terminal shows TEXT.
choose() {
  shows "$1"
  press "${@:2}" Enter
}

# ended STATUS: the menu has ended so, and left nothing behind.
ended() {
  shows "exit=$1"
  [ -z "$(ls -A "$TMPDIR")" ]
}
