#!/usr/bin/env bats
# scripts/quickstart: a tour that leaves nothing behind.

bats_require_minimum_version 1.5.0

setup() {
  ROOT=$BATS_TEST_DIRNAME/../..
  export TURBOMESSAGE_BUILD=${TURBOMESSAGE_BUILD:-$ROOT/build/release}
  export TMPDIR=$BATS_TEST_TMPDIR/tmp HOME=$BATS_TEST_TMPDIR/home
  mkdir "$TMPDIR" "$HOME"
}

@test "it sends, lists, reads and deletes, and cleans up" {
  run -0 --separate-stderr "$ROOT/scripts/quickstart"
  local kinds
  kinds=$(grep '^{' <<<"$output" | jq -r .schema | xargs)
  [ "$kinds" = "$(xargs <<'KINDS'
turbomessage.session/1 turbomessage.session/1 turbomessage.sent/1
turbomessage.tray/1 turbomessage.read/1 turbomessage.tray/1
turbomessage.changed/1
KINDS
)" ]
  [ -z "$(ls -A "$TMPDIR")" ]
  # The compiler's cache is the build's.
  [ -z "$(find "$HOME" -mindepth 1 -not -path '*/*ccache*' -not -name .cache)" ]
  run ! pgrep -f "$TMPDIR"
}

@test "the caller's configuration takes no part" {
  TMCTL_SERVER=127.0.0.1:1 TMCTL_PROFILE=mine TMCTL_OUTPUT=table \
    TMSERVER_PORT=1 run -0 --separate-stderr "$ROOT/scripts/quickstart"
  [ "$(grep -c '^{' <<<"$output")" = 7 ]
}

@test "it works from any folder" {
  cd /
  run -0 "$ROOT/scripts/quickstart"
}
