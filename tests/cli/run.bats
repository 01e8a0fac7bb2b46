#!/usr/bin/env bats
# tmctl run: the command does what it would do alone, and somebody is told.

load helpers

setup() {
  open_mail ana beto
  export TMCTL_QUEUE_DIR=$BATS_TEST_TMPDIR/queue
  ana config set notify_to beto
}

inbox_of() { tmctl -p "$1" inbox --all --reverse -o ids | xargs; }

# report FILTER: it is true of the newest message in beto's inbox.
report() {
  is "$(beto inbox --limit 1 --body)" ".messages[0] | $1"
}

@test "a failure is told, with its output, and the status is the command's" {
  run -3 --separate-stderr ana run -- sh -c 'echo out; echo err >&2; exit 3'
  [ "$output" = out ]
  [ "$stderr" = err ]
  report '.from == "ana" and .body == "out\nerr\n"'
  report '.subject | test("^\\[.*\\] sh -c .*: failed with status 3 after [0-9]+ms$")'
  report '.labels | .status == "3" and (.command | startswith("sh -c echo"))'
  report '.labels.duration | test("^[0-9]+[.][0-9]{3}$")'
  [ "$(beto inbox | jq -r '.messages[0].labels.host')" = "$(uname -n)" ]
  [ -z "$(ana outbox -o ids)" ]
}

@test "success is told only where that is asked for" {
  run -0 --separate-stderr ana run -- echo fine
  [ "$output" = fine ]
  [ -z "$stderr$(inbox_of beto)" ]
  run -0 ana run --on always -- echo fine
  report '.labels.status == "0" and (.subject | contains("succeeded after"))'
  refused 64 usage ana run --on success -- touch ran
  [ ! -e ran ]
}

@test "without anybody to tell nothing is run" {
  refused 64 usage beto run -- touch ran
  refused 64 usage ana run
  refused 64 usage ana run --
  refused 65 invalid_argument ana run --to 'be to' -- touch ran
  refused 64 usage ana run --queue sometimes -- touch ran
  [ ! -e ran ]
}

@test "--to counts before the profile's notify_to, which is a list" {
  register carla
  run -1 ana run --to carla -- false
  [ -z "$(inbox_of beto)" ]
  ana config set notify_to beto,carla
  [ "$(ana config get notify_to)" = beto,carla ]
  is "$(cat "$CONFIG")" '.profiles.ana.notify_to == ["beto", "carla"]'
  run -1 ana run -- false
  report '.to == ["beto", "carla"]'
}

@test "the command's own options are its own" {
  run -0 ana run -- echo --to -q -- --help
  [ "$output" = '--to -q -- --help' ]
}

@test "what can't be run is told, too: 127 not found, 126 not executable" {
  run -127 --separate-stderr ana run -- no-such-command
  valid warning "$stderr"
  is "$stderr" '.code == "not_run" and (.message | contains("no-such-command"))'
  report '.labels.status == "127" and (.body | contains("No such file"))'
  echo text >plain
  run -126 ana run -- ./plain
  report '.labels.status == "126"'
}

@test "a script without a first line is run as a shell would" {
  echo 'echo "$1"; exit 4' >script
  chmod +x script
  run -4 --separate-stderr ana run -- ./script word
  [ "$output" = word ]
}

@test "a command ended by signal n ends it with 128+n" {
  run -143 ana run -- sh -c 'kill -TERM $$'
  report '.labels.status == "143" and (.subject | contains("signal 15"))'
}

@test "signals are passed on to the command" {
  local signal
  mkfifo never
  for signal in TERM INT HUP QUIT USR1 USR2; do
    mkfifo "ready.$signal"
    # A shell's background jobs ignore INT and QUIT; a fresh session doesn't.
    env --default-signal=INT,QUIT "$(command -v tmctl)" -p ana run -- bash -c "
      trap 'echo got $signal; exit 7' $signal
      exec 9<>never
      echo >ready.$signal
      while :; do read -r -t 1 -u 9; done" >"out.$signal" 2>&1 3>&- &
    local pid=$!
    read -r <"ready.$signal"
    kill "-$signal" "$pid"
    local status=0
    wait "$pid" || status=$?
    [ "$status" -eq 7 ]
    grep -qx "got $signal" "out.$signal"
  done
}

@test "what is to be ignored is ignored by both" {
  mkfifo up go
  (
    trap '' HUP
    exec tmctl -p ana run -- sh -c 'kill -HUP $$; echo >up; read -r x <go; exit 5'
  ) 3>&- &
  local pid=$! status=0
  read -r <up
  kill -HUP "$pid"
  echo >go
  wait "$pid" || status=$?
  [ "$status" -eq 5 ]
}

@test "output passes at once, not at the end" {
  mkfifo go
  exec {lines}< <(exec tmctl -p ana run -- sh -c 'echo first; read -r x <go' 3>&-)
  read -r -t 30 line <&"$lines"
  [ "$line" = first ]
  echo >go
}

@test "bytes pass unchanged, however many" {
  head -c 3000000 /dev/urandom >bytes
  run -0 bash -c 'tmctl -p ana run -- cat bytes | cmp - bytes'
  run -0 bash -c 'tmctl -p ana run -- cat <bytes | cmp - bytes'
  run -0 bash -c 'tmctl -p ana run -- sh -c "cat bytes >&2" 2>&1 | cmp - bytes'
}

@test "a long output is reported head and tail" {
  run -1 bash -c 'tmctl -p ana run -- sh -c "seq 100000; exit 1" >/dev/null'
  report '.body | startswith("1\n2\n3\n") and endswith("\n99999\n100000\n")'
  report '.body | length | . > 65000 and . < 66000'
  local left kept
  left=$(beto inbox --body | jq -r '.messages[0].body' |
    sed -n 's/^\[\([0-9]*\) bytes left out\]$/\1/p')
  kept=$(beto inbox --body | jq -j '.messages[0].body' | wc -c)
  # The note itself has two newlines around it.
  [ $((left + kept - ${#left} - 19)) -eq "$(seq 100000 | wc -c)" ]
}

@test "output that nobody reads is read all the same" {
  # The command sees no error of its own, and all of it is in the report.
  run -6 bash -c 'tmctl -p ana run -- sh -c "seq 20000; echo end; exit 6" |
    head -n 1; exit "${PIPESTATUS[0]}"'
  report '.body | endswith("20000\nend\n")'
  run -6 bash -c 'tmctl -p ana run -- sh -c "seq 20000; echo end; exit 6" >&- 2>&-'
  [ "$(inbox_of beto)" = '1 2' ]
  run -6 --separate-stderr bash -c 'tmctl -p ana run -- \
    sh -c "seq 20000; echo end; exit 6" >/dev/full'
  is "${stderr_lines[0]}" '.code == "output_lost"'
  report '.body | endswith("20000\nend\n")'
}

@test "a closed standard input is an empty one" {
  run -0 bash -c 'tmctl -p ana run -- cat <&-'
  [ -z "$output" ]
}

@test "standard input is the command's" {
  run -0 ana run -- cat <<<'some text'
  [ "$output" = 'some text' ]
}

@test "-q passes the output on only where the command fails" {
  run -0 --separate-stderr ana -q run -- sh -c 'echo out; echo err >&2'
  [ -z "$output$stderr" ]
  run -1 --separate-stderr ana -q run -- sh -c 'echo out; echo err >&2; exit 1'
  [ "$output" = out ]
  [ "$stderr" = err ]
  # All of it, in its order.
  run -1 bash -c 'tmctl -p ana run -q -- sh -c "
    seq 50000; echo between >&2; seq 10; exit 1" 2>&1 >out'
  [ "$output" = between ]
  cmp out <(seq 50000 && seq 10)
}

@test "a process left behind with the output open doesn't hold it up" {
  SECONDS=0
  run -4 ana run -- sh -c 'sleep 60 & echo $! >left; echo out; exit 4'
  kill "$(cat left)"
  [ "$SECONDS" -lt 20 ]
  [ "${lines[0]}" = out ]
  report '.body == "out\n"'
}

@test "what the command wrote last is not lost to a slow reader" {
  run -0 bash -c 'tmctl -p ana run -- sh -c "seq 30000; sleep 60 & echo \$! >left" |
    { sleep 1; cat; } | cmp - <(seq 30000)'
  kill "$(cat left)"
}

@test "the status is the command's even where telling fails" {
  run -3 --separate-stderr ana run --to nobody -- sh -c 'exit 3'
  is_error 67 recipient_not_found
  ana logout
  run -3 --separate-stderr ana run -- sh -c 'exit 3'
  is_error 77 not_logged_in
  run -0 --separate-stderr ana run --on always -- true
  is_error 77 not_logged_in
}

@test "a configuration that can't be used doesn't keep the work from being done" {
  chmod 644 "$CONFIG"
  run -3 --separate-stderr ana run --to beto -- sh -c 'touch ran; exit 3'
  [ -e ran ]
  [ "$(jq -r .code <<<"${stderr_lines[-1]}")" = bad_config ]
  # Whom to tell is not known either.
  refused 125 bad_config ana run -- touch more
  [ ! -e more ]
}

@test "run's own failure is 125" {
  run --separate-stderr bash -c 'ulimit -n 6; exec tmctl -p ana run -- touch ran'
  [ "$status" -eq 125 ]
  [ ! -e ran ]
}

@test "while the server is away the report waits in the spool" {
  stop_server
  run -3 --separate-stderr ana run -- sh -c 'exit 3'
  [ -z "$stderr" ]
  WANTED_PORT=$PORT start_server
  ok tmctl queue flush
  json '.entries[0].state == "sent"'
  report '.labels.status == "3"'
  stop_server
  run -3 --separate-stderr ana run --queue never -- sh -c 'exit 3'
  is_error 75 unavailable
}

@test "the deadline doesn't cover the command" {
  run -3 ana --timeout 1s run -- sh -c 'sleep 1.3; exit 3'
  [ "$(inbox_of beto)" = 1 ]
}

@test "a key makes it one report, whatever the reports say" {
  run -3 ana run --key today -- sh -c 'exit 3'
  run -4 --separate-stderr ana run --key today -- sh -c 'exit 4'
  [ -z "$stderr" ]
  [ "$(inbox_of beto)" = 1 ]
}

@test "a subject and a copy can be asked for" {
  run -1 ana run -s backup --copy -- false
  report '.subject == "backup"'
  [ "$(ana outbox -o ids)" = 1 ]
}

@test "what steers terminals is harmless in the subject, and bytes are bytes" {
  run -1 ana run -- sh -c $'exit 1 #\e[31m\xff\nx'
  report '.subject | test("[\u0000-\u001f]") | not'
  run -1 ana run -- sh -c 'printf "\377"; exit 1'
  report '.body_base64 == "/w=="'
}

@test "a signal after the command's end ends only the wait for a reader" {
  local status=0
  mkfifo out
  exec 8<>out  # nobody reads it
  env --default-signal=INT,QUIT "$(command -v tmctl)" -p ana run -- \
    sh -c 'head -c 120000 /dev/zero; : >ended; exit 3' >&8 2>/dev/null 3>&- &
  local pid=$!
  until [ -e ended ]; do kill -0 "$pid"; done
  while pgrep -P "$pid" >/dev/null; do kill -0 "$pid"; done
  kill -TERM "$pid"
  timeout 20 tail --pid="$pid" -f /dev/null
  wait "$pid" || status=$?
  exec 8>&-
  [ "$status" -eq 3 ]
  report '.labels.status == "3"'
}

@test "a parent that ignores the end of its children changes nothing" {
  # shellcheck disable=SC2016  # Perl's
  run -3 perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' tmctl -p ana run -- \
    sh -c 'exit 3'
  report '.labels.status == "3"'
}
