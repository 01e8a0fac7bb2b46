#!/usr/bin/env bats
# scripts/setup: packages, only where they are missing.

bats_require_minimum_version 1.5.0

setup() {
  SETUP=$BATS_TEST_DIRNAME/../../scripts/setup
  mkdir "$BATS_TEST_TMPDIR/bin"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
  export CALLS=$BATS_TEST_TMPDIR/calls
}

# program NAME BODY: stands before the real NAME.
program() {
  printf '#!/bin/bash\n%s\n' "$2" >"$BATS_TEST_TMPDIR/bin/$1"
  chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

@test "is silent and installs nothing where nothing is missing" {
  program dpkg-query 'shift 3; printf "installed %s\n" "$@"'
  program apt-get 'echo "$*" >>"$CALLS"'
  program sudo 'echo "$*" >>"$CALLS"'
  run -0 "$SETUP"
  [ -z "$output" ]
  [ ! -e "$CALLS" ]
}

@test "asks for the missing packages alone, after fetching the lists" {
  program dpkg-query \
    'shift 3; printf "installed %s\n" "$@" | grep -vx "installed \(jq\|g++\)"'
  program apt-get 'echo "${@:4}" >>"$CALLS"'
  program sudo '"$@"'
  run -0 "$SETUP"
  [ "$(sed -n 1p "$CALLS")" = update ]
  [ "$(sed -n 2p "$CALLS")" = 'install --no-install-recommends -y g++ jq' ]
}

@test "counts a removed package with leftover configuration as missing" {
  program dpkg-query \
    'shift 3; printf "installed %s\n" "$@" | sed "s/^installed jq$/config-files jq/"'
  program apt-get 'echo "${@:4}" >>"$CALLS"'
  program sudo '"$@"'
  run -0 "$SETUP"
  [ "$(sed -n 2p "$CALLS")" = 'install --no-install-recommends -y jq' ]
}

@test "building alone needs no test tools" {
  program dpkg-query 'printf "%s\n" "$@" >"$CALLS"; shift 3
    printf "installed %s\n" "$@"'
  run -0 "$SETUP" --build
  grep -qx g++ "$CALLS"
  run ! grep -qx bats "$CALLS"
}

@test "what is only measured beside us is unpacked, not installed" {
  cd "$BATS_TEST_TMPDIR"
  mkdir scripts
  cp "$SETUP" scripts/setup
  program dpkg-query 'shift 3; printf "installed %s\n" "$@"'
  program apt-get 'echo "$*" >>"$CALLS"; [[ "$*" != *download* ]] || touch a.deb'
  program dpkg-deb 'echo "unpack ${*##*/}" >>"$CALLS"'
  program sudo '"$@"'
  run -0 scripts/setup --bench
  grep -q 'download .*etcd-server' "$CALLS"
  grep -qx 'unpack .*a.deb beside' "$CALLS"
  run ! grep -q install "$CALLS"
  : >"$CALLS"
  run -0 scripts/setup --bench
  [ ! -s "$CALLS" ]
}

@test "fails where the packages can't be had" {
  program dpkg-query 'exit 1'
  program apt-get 'exit 100'
  program sudo '"$@"'
  run -100 "$SETUP"
}

@test "an unknown option is a usage error" {
  run -64 "$SETUP" --everything
  [[ $output == *--build* ]]
}
