#!/usr/bin/env bats
# cmake --install: what ends up where.

load helpers

setup() {
  fresh_home
  PREFIX=$BATS_TEST_TMPDIR/prefix
  cmake --install "$BUILD" --prefix "$PREFIX" >/dev/null
}

@test "both programs are installed and run" {
  ok "$PREFIX/bin/tmctl" --version
  ok "$PREFIX/bin/tmserver" --version
}

@test "an installed sendmail takes mail apart, also through a link" {
  start_server
  register ana
  ln -s "$PREFIX/bin/tmctl" sendmail
  ok ./sendmail --profile ana ana <"$ROOT/tests/cli/mails/base64.eml"
  [ -z "$stderr" ]
  ok tmctl -p ana inbox --body
  json '.messages[0] | .subject == "base64 ñ" and .body == "uno ñ\ndos\n"'
}

@test "the menu is installed with its languages" {
  PATH=/usr/bin:/bin run -0 "$PREFIX/bin/tm-menu" --version
  [[ $output == 'tm-menu '* ]]
  run -64 env -u LC_ALL LANG=es_ES.UTF-8 "$PREFIX/bin/tm-menu" </dev/null
  [[ $output == *'necesita una terminal'* ]]
  diff -r "$ROOT/scripts/tm-menu.d" "$PREFIX/share/turbomessage/tm-menu"
}

@test "an installed tmctl doesn't need the build folder" {
  run ! grep -qF "$BUILD" "$PREFIX/bin/tmctl"
  ok "$PREFIX/bin/tmctl" schema tray
  [ "$output" = "$(cat "$PREFIX/share/turbomessage/schema/tray.json")" ]
}

@test "what makes certificates is installed" {
  "$PREFIX/share/turbomessage/make-certs" certs
  [ -s certs/server.crt ]
}

@test "every schema is installed" {
  diff <(cd "$ROOT/tmctl/output/schema" && ls) \
    <(cd "$PREFIX/share/turbomessage/schema" && ls)
  diff <(tmctl schema | sort) \
    <(cd "$PREFIX/share/turbomessage/schema" && basename -s .json -- * | sort)
}

@test "the manual is installed by section" {
  local section page
  for page in "$ROOT"/man/*.[1578]; do
    section=${page##*.}
    cmp "$page" "$PREFIX/share/man/man$section/${page##*/}"
  done
  [ -e "$PREFIX/share/man/man1/tmctl.1" ]
  [ -e "$PREFIX/share/man/man8/tmserver.8" ]
}

@test "completions are where bash, zsh and fish look" {
  [ -s "$PREFIX/share/bash-completion/completions/tmctl" ]
  [ -s "$PREFIX/share/zsh/site-functions/_tmctl" ] ||
    [ -s "$PREFIX/share/zsh/vendor-completions/_tmctl" ]
  [ -s "$PREFIX/share/fish/vendor_completions.d/tmctl.fish" ]
  tmctl completion bash | cmp - "$PREFIX/share/bash-completion/completions/tmctl"
}

@test "timers and a cron line flush the spool with the installed program" {
  local unit
  for unit in user/tmctl-queue system/tmctl-queue@; do
    unit=$PREFIX/lib/systemd/$unit
    [ -s "$unit.timer" ]
    grep -qx "ExecStart=$PREFIX/bin/tmctl --no-input queue flush --due" \
      "$unit.service"
  done
  grep -q "$PREFIX/bin/tmctl -q queue flush --due" \
    "$PREFIX/share/turbomessage/examples/tmctl-queue.cron"
  grep -qx 'd /var/spool/turbomessage/queue 1733 root root -' \
    "$PREFIX/lib/tmpfiles.d/turbomessage.conf"
}

@test "the examples are installed to be copied" {
  local file installed=$PREFIX/share/turbomessage/examples
  for file in "$ROOT"/scripts/examples/*; do
    [[ $file != *.service ]] || continue
    cmp "$file" "$installed/${file##*/}"
    [[ $file == *.cfg || -x $installed/${file##*/} ]]
  done
  grep -qF "$PREFIX/bin/tmctl -q" "$installed/notify-failure@.service"
  run ! grep -r '@bindir@' "$installed"
}

@test "systemd finds nothing to complain about in the units" {
  command -v systemd-analyze >/dev/null || skip 'there is no systemd here'
  local units=$PREFIX/lib/systemd
  # An instance of a template, for some user.
  cp "$units/system/tmctl-queue@.service" "tmctl-queue@root.service"
  cp "$units/system/tmctl-queue@.timer" "tmctl-queue@root.timer"
  run -0 systemd-analyze verify --man=no "$units"/user/tmctl-queue.{service,timer} \
    ./tmctl-queue@root.{service,timer}
  [ -z "$output" ]
}

@test "the server's unit runs the installed server, and confines it" {
  command -v systemd-analyze >/dev/null || skip 'there is no systemd here'
  local unit=$PREFIX/lib/systemd/system/tmserver.service
  grep -qx "ExecStart=$PREFIX/bin/tmserver" "$unit"
  run -0 systemd-analyze verify --man=no "$unit"
  [ -z "$output" ]
  # 10 is nothing at all; below 2 systemd calls it "OK".
  run -0 systemd-analyze security --offline=true --threshold=20 "$unit"
}

@test "nothing of the libraries is installed with it" {
  run -0 find "$PREFIX" -name '*.a' -o -name '*.h' -o -name '*.proto'
  [ -z "$output" ]
}

# See tmctl/lean_libraries.cc.
@test "tmctl is without the parts of gRPC that it never uses" {
  run ! grep -q envoy.config.listener "$PREFIX/bin/tmctl"
}

@test "programs take gRPC along and leave OpenSSL and libc to the system" {
  local program
  for program in tmctl tmserver; do
    run -0 ldd "$PREFIX/bin/$program"
    [[ $output == *libc.so* ]]
    [[ $output != *grpc* && $output != *protobuf* && $output != *absl* ]]
    run -0 nm --dynamic --defined-only "$PREFIX/bin/$program"
    [[ $output != *SSL_* ]]
  done
}
