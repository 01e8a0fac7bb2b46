#!/usr/bin/env bats
# tmctl send --batch: a message for each line, a result for each line.

load helpers

setup() {
  fresh_home
  start_server --tray-capacity 0
  register ana beto
  export TMCTL_QUEUE_DIR=$BATS_TEST_TMPDIR/queue
}

teardown() {
  [[ -z ${BATCH-} ]] || kill "$BATCH" || true
  stop_servers
}

# lines_for COUNT [FILTER]: as many lines; $n in the filter counts from 1.
lines_for() {
  jq -nc --argjson count "$1" \
    "range(1; \$count + 1) as \$n | {to: [\"beto\"], subject: \"s\(\$n)\"} ${2-}"
}

# some_failed COMMAND...: it exits with 3 and has results on stdout.
some_failed() { run -3 --separate-stderr "$@"; }

# results FILTER: what jq makes of all results together, on one line.
results() { jq -sc "$1" <<<"$output"; }

count_of() { tmctl -p "$1" inbox --count -o ids; }

@test "each line is a message and has its result, in order" {
  lines_for 3 >in
  ok ana send --batch in
  valid sent
  [ "$(results '[.[] | [.line, .id, .to[0]]]')" = \
    '[[1,1,"beto"],[2,2,"beto"],[3,3,"beto"]]' ]
  [ -z "$stderr" ]
  ok beto inbox --reverse
  json '[.messages[].subject] == ["s1", "s2", "s3"]'
}

@test "lines come from standard input, too" {
  lines_for 2 | ok ana send --batch -
  [ "$(count_of beto)" = 2 ]
}

@test "a line may say all that send can" {
  ana -q send beto -m first
  cat >in <<'EOF'
{"to":["beto","ana"],"subject":"s","body":"b\u0000","key":"k","labels":{"a":"b"},"in_reply_to":1,"ttl":"1h","no_copy":false,"attachments":[{"name":"x","media_type":"a/b","data_base64":"AP8="}]}
{"to":["beto"],"body_base64":"/w=="}
EOF
  ok ana send --batch in
  is "${lines[0]}" '.key == "k" and .to == ["beto", "ana"]'
  ok beto read 2 3
  json '.messages[0] | .subject == "s" and .body == "b\u0000"'
  json '.messages[0] | .labels == {"a": "b"} and .in_reply_to == 1'
  json '.messages[0] | .expires_at != null and .attachments[0].name == "x"'
  json '.messages[1].body_base64 == "/w=="'
  [ "$(beto read 2 --attachment x | od -An -tx1)" = ' 00 ff' ]
  ok ana outbox -o ids
  [ "$output" = $'2\n1' ]
}

@test "one that fails stops no other" {
  cat >in <<'EOF'
{"to":["beto"]}
{"to":["nobody"],"key":"second"}
not JSON
{"to":["beto"],"boddy":"x","key":"fourth"}

{"to":["no name"]}
{"to":["beto"]}
EOF
  some_failed ana send --batch in
  [ "${#lines[@]}" -eq 7 ]
  [ "$(results '[.[].line] == [range(1; 8)]')" = true ]
  valid sent "${lines[0]}"
  valid sent "${lines[6]}"
  valid error "$(printf '%s\n' "${lines[@]:1:5}")"
  is "${lines[1]}" '.code == "recipient_not_found" and .users == ["nobody"]'
  is "${lines[1]}" '.key == "second" and .exit == 67 and .outcome == "none"'
  is "${lines[2]}" '.code == "invalid_argument" and .key == null'
  is "${lines[3]}" '.key == "fourth" and (.message | test("boddy"))'
  is "${lines[4]}" '.message | test("empty")'
  is "${lines[5]}" '.code == "invalid_argument"'
  is "${lines[6]}" '.id == 2'
  [ "$(count_of beto)" = 2 ]
}

@test "a full inbox fails the lines that find no room" {
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 5
  lines_for 7 >in
  some_failed ana send --batch in
  [ "$(results '[.[] | .code // "sent"]')" = \
    '["sent","sent","sent","sent","sent","inbox_full","inbox_full"]' ]
}

@test "no lines are no messages" {
  ok ana send --batch /dev/null
  [ -z "$output$stderr" ]
}

@test "the last line needs no newline, and CRLF is one" {
  printf '{"to":["beto"]}\r\n{"to":["beto"]}' >in
  ok ana send --batch in
  [ "${#lines[@]}" -eq 2 ]
}

@test "hostile lines fail alone" {
  {
    printf '{"to":["beto"]}\0{"to":["ana"]}\n'
    printf '{"to":["beto"],"subject":"\xff"}\n'
    printf '{"to":["beto"],"in_reply_to":1e999}\n'
    printf '{"to":["beto"],"to":["ana"]}\n'
    printf '[%.0s' {1..100000}
    printf '\n{"to":["beto"],"subject":"a\\u0000b"}\n'
    printf '{"to":["beto"],"key":"\\n"}\n'
    printf '{"to":[]}\n'
    printf '{"to":["beto"]}\n'
  } >in
  some_failed ana send --batch in
  [ "$(results '[.[] | .code // "sent"] == ([range(8) | "invalid_argument"] + ["sent"])')" = true ]
  [ "$(count_of beto)" = 1 ]
}

@test "what is too large fails alone" {
  {
    lines_for 1
    head -c 6000000 /dev/zero | tr '\0' x | jq -Rsc '{to: ["beto"], body: .}'
    lines_for 1
    head -c 26000000 /dev/zero | tr '\0' x
    echo
    head -c 1048577 /dev/zero | tr '\0' x | jq -Rsc '{to: ["beto"], body: .}'
    lines_for 1
  } >in
  some_failed ana send --batch in
  [ "$(results '[.[] | .code // .id]')" = \
    '[1,"message_too_large",2,"message_too_large","message_too_large",3]' ]
}

@test "a server that takes larger messages gets them" {
  stop_server
  WANTED_PORT=$PORT start_server --max-message-size 8MiB
  {
    lines_for 1
    head -c 6000000 /dev/zero | tr '\0' x | jq -Rsc '{to: ["beto"], body: .}'
    lines_for 1
  } >in
  ok ana send --batch in
  [ "$(results '[.[].id]')" = '[1,2,3]' ]
  [ "$(beto read 2 --raw | wc -c)" = 6000000 ]
}

@test "no copy is kept unless --copy or the line says so" {
  ana -q send --batch <(lines_for 1)
  [ -z "$(ana outbox -o ids)" ]
  ana -q send --batch <(lines_for 1) --copy
  [ "$(ana outbox -o ids)" = 2 ]
  ana -q send --batch <(lines_for 1 '+ {no_copy: true}') --copy
  [ "$(ana outbox -o ids)" = 2 ]
  ana -q send --batch <(lines_for 1 '+ {no_copy: false}')
  [ "$(ana outbox -o ids | head -n 1)" = 4 ]
}

@test "a file with keys can be sent again, and goes on where it stopped" {
  lines_for 5 '+ {key: "k\($n)"}' >in
  head -n 3 in | ana -q send --batch -
  ok ana send --batch in
  [ "$(results '[.[] | [.id, .duplicate]]')" = \
    '[[1,true],[2,true],[3,true],[4,false],[5,false]]' ]
  [ "$(results '[.[].key]')" = '["k1","k2","k3","k4","k5"]' ]
  [ "$(count_of beto)" = 5 ]
}

@test "--key makes keys for the lines that have none" {
  { lines_for 1; lines_for 1 '+ {key: "own"}'; echo '{"to":7}'; } >in
  some_failed ana send --batch in --key job
  [ "$(results '[.[].key]')" = '["job/1","own","job/3"]' ]
  some_failed ana send --batch in --key job
  [ "$(results '[.[].duplicate]')" = '[true,true,null]' ]
}

@test "a key with other content is refused, or a duplicate with --once" {
  lines_for 2 '+ {key: "k"}' >in
  some_failed ana send --batch in
  is "${lines[1]}" '.code == "request_id_reused" and .key == "k" and .line == 2'
  ok ana send --batch in --once
  is "${lines[1]}" '.id == 1 and .duplicate'
}

@test "--dry-run checks every line and stores nothing" {
  { lines_for 1; echo '{"to":["nobody"]}'; } >in
  some_failed ana send --batch in --dry-run --queue always
  valid sent "${lines[0]}"
  is "${lines[0]}" '.id == null and .queued == false'
  is "${lines[1]}" '.code == "recipient_not_found"'
  [ "$(count_of beto)" = 0 ]
}

@test "--queue always puts every line into the spool" {
  { lines_for 2; echo '{"to":["no name"]}'; } >in
  some_failed ana send --batch in --queue always
  valid sent "$(printf '%s\n' "${lines[@]:0:2}")"
  [ "$(results '[.[:2][] | [.line, .id, .queued]]')" = \
    '[[1,null,true],[2,null,true]]' ]
  is "${lines[2]}" '.code == "invalid_argument" and .line == 3'
  [ "$(tmctl queue list | jq '.entries | length')" = 2 ]
}

@test "--queue auto keeps what the server can't be reached for" {
  lines_for 3 '+ {key: "k\($n)"}' >in
  stop_server
  ok ana send --batch in --queue auto
  [ "$(results '[.[] | [.line, .key, .queued]]')" = \
    '[[1,"k1",true],[2,"k2",true],[3,"k3",true]]' ]
  WANTED_PORT=$PORT start_server --tray-capacity 0
  ok ana queue flush
  ok ana send --batch in
  [ "$(results '[.[].duplicate]')" = '[true,true,true]' ]
  [ "$(count_of beto)" = 3 ]
}

@test "without a server each line fails, and nothing is unknown" {
  stop_server
  lines_for 600 >in
  some_failed ana send --batch in
  valid error
  [ "$(results 'length')" = 600 ]
  [ "$(results '[.[] | [.code, .outcome]] | unique')" = '[["unavailable","none"]]' ]
}

@test "a login that has ended fails each line" {
  lines_for 600 >in
  tmctl -p other -S "$SERVER" -q login ana --password-stdin <<<"$PASSWORD"
  some_failed ana send --batch in
  [ "$(results 'length')" = 600 ]
  [ "$(results '[.[] | [.code, .outcome, .exit]] | unique')" = \
    '[["not_logged_in","none",77]]' ]
}

@test "without a login it is refused" {
  ana logout
  refused 77 not_logged_in ana send --batch <(lines_for 1)
}

@test "lines whose answers are lost have an unknown outcome, and their keys" {
  local proxy port
  exec {proxy}< <(exec /usr/bin/python3 "$ROOT/tests/cli/losing_proxy.py" "$PORT" 1)
  local pid=$!
  read -r -t 20 -u "$proxy" port
  lines_for 3 >in
  some_failed ana -S "localhost:$port" send --batch in
  valid error
  [ "$(results '[.[] | [.line, .code, .outcome]] | unique | length')" = 3 ]
  [ "$(results '[.[] | .outcome] | unique')" = '["unknown"]' ]
  is "${lines[1]}" '.key as $key | .hint | contains($key)'
  jq -c '{to: ["beto"], subject: "s\(.line)", key}' <<<"$output" >again
  ok ana -S "localhost:$port" send --batch again
  [ "$(count_of beto)" = 3 ]
  kill "$pid"
}

@test "--retry sends again what has no answer, and nothing doubles" {
  local proxy port
  exec {proxy}< <(exec /usr/bin/python3 "$ROOT/tests/cli/losing_proxy.py" "$PORT" 2)
  local pid=$!
  read -r -t 20 -u "$proxy" port
  lines_for 500 >in
  ok ana -S "localhost:$port" --retry 5 send --batch in
  [ "$(results '[.[].line] == [range(1; 501)]')" = true ]
  [ "$(results '[.[].id] == [range(1; 501)]')" = true ]
  [ "$(count_of beto)" = 500 ]
  kill "$pid"
}

# results_come COUNT: waits until the file out has as many lines.
results_come() {
  local deadline=$((SECONDS + 60))
  until [[ $(wc -l <out) -ge $1 ]]; do
    [[ $SECONDS -lt $deadline ]] || return
  done
}

@test "a server that crashes again and again loses and doubles nothing" {
  local count crashes n
  count=$(times 10000 100000)
  crashes=$(times 3 20)
  lines_for "$count" >in
  tmctl -p ana --retry 1000 --timeout 60s send --batch in >out 3>&- &
  BATCH=$!
  for ((n = 1; n <= crashes; n++)); do
    results_come $((n * count / (crashes + 2)))
    crash_server
    WANTED_PORT=$PORT start_server --tray-capacity 0
  done
  wait "$BATCH"
  BATCH=
  [ "$(jq -sc --argjson n "$count" '[.[].line] == [range(1; $n + 1)]' out)" = true ]
  [ "$(jq -sc --argjson n "$count" '[.[].id] == [range(1; $n + 1)]' out)" = true ]
  [ "$(count_of beto)" = "$count" ]
}

# talk OPTION...: a batch whose lines are written to descriptor 8 and whose
# results come from descriptor 9.
talk() {
  mkfifo to from
  tmctl -p ana "$@" send --batch - <to >from 2>errors 3>&- &
  BATCH=$!
  exec 8>to 9<from
}

# hang_up STATUS: no more lines; the batch ends with STATUS.
hang_up() {
  local status=0
  exec 8>&- 9<&-
  wait "$BATCH" || status=$?
  BATCH=
  [ "$status" -eq "$1" ]
}

@test "a result comes as soon as it is there" {
  talk
  lines_for 1 >&8
  IFS= read -r -t 20 -u 9 result
  is "$result" '.id == 1 and .line == 1'
  echo nonsense >&8
  IFS= read -r -t 20 -u 9 result
  is "$result" '.code == "invalid_argument" and .line == 2'
  hang_up 3
}

@test "a server that restarts between two lines is met again" {
  talk
  lines_for 1 >&8
  IFS= read -r -t 20 -u 9 result
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 0 8>&- 9<&-
  lines_for 1 >&8
  IFS= read -r -t 20 -u 9 result
  is "$result" '.id == 2 and .line == 2'
  hang_up 0
}

@test "--timeout is each line's own" {
  talk --timeout 1s
  lines_for 1 >&8
  IFS= read -r -t 20 -u 9 result
  kill -STOP "$SERVER_PID"
  lines_for 2 >&8
  for line in 2 3; do
    IFS= read -r -t 20 -u 9 result
    is "$result" ".line == $line and .code == \"deadline_exceeded\""
    is "$result" '.outcome == "unknown" and .key != null'
  done
  kill -CONT "$SERVER_PID"
  lines_for 1 >&8
  IFS= read -r -t 20 -u 9 result
  is "$result" '.line == 4 and .id != null'
  hang_up 3
}

@test "memory doesn't grow with the number of lines" {
  local count peaks
  count=$(times 20000 200000)
  talk
  lines_for "$count" '+ {body: ("x" * 1000)}' >&8 3>&- &
  peaks=$(/usr/bin/python3 - "/proc/$BATCH/status" "$count" <<'EOF'
import re, sys
with open(9) as results:
    for number in range(1, int(sys.argv[2]) + 1):
        if not results.readline():
            sys.exit("no result " + str(number))
        if number in (2000, int(sys.argv[2])):
            with open(sys.argv[1]) as status:
                print(re.search(r"VmHWM:\s+(\d+)", status.read())[1])
EOF
  )
  peaks=$(xargs <<<"$peaks")
  echo "peak in kB, early and late: $peaks"
  [ "${peaks#* }" -lt $((${peaks% *} + 8192)) ]
  [ "${peaks#* }" -lt 65536 ]
  hang_up 0
}

@test "a reader that has seen enough ends it quietly" {
  lines_for 20000 >in
  run --separate-stderr bash -c \
    'tmctl -p ana send --batch in | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}"'
  [ "$output" = 141 ]
  [ -z "$stderr" ]
}

@test "a closed standard output is an error" {
  lines_for 1 >in
  run -74 --separate-stderr bash -c 'tmctl -p ana send --batch in >&-'
  is_error 74 io_error
}

@test "-o ids prints ids, and -q nothing, and errors go to standard error" {
  { lines_for 1; echo '{"to":["nobody"]}'; lines_for 1; } >in
  some_failed ana send --batch in -o ids
  [ "$output" = $'1\n2' ]
  is "$stderr" '.code == "recipient_not_found" and .line == 2'
  some_failed ana send --batch in -q
  [ -z "$output" ]
  is "$stderr" '.line == 2'
}

@test "-o table says which line it is" {
  { lines_for 1; echo '{"to":["nobody"]}'; } >in
  some_failed ana send --batch in -o table
  [ "$output" = 'line 1: sent 1 to beto' ]
  [[ ${stderr_lines[0]} == 'tmctl: line 2: '*nobody* ]]
}

@test "how far it is shows on a terminal only" {
  lines_for 3 >in
  run on_terminal -- bash -c 'tmctl -p ana send --batch in >out'
  [ "$status" -eq 0 ]
  [[ $output == *' sent, 0 failed '*$'\r\e[K' ]]
  [ "$(jq -s length out)" = 3 ]
  run on_terminal -- tmctl -p ana send --batch in -o jsonl
  [[ $output != *failed* ]]
}

@test "what a batch can't have is a usage error" {
  local option
  lines_for 1 >in
  for option in '-s x' '-m x' '-F in' '-l a=b' '-a in' '--reply-to 1' \
    '--ttl 1h' --each --skip-empty '--max-body 1k' beto '--copy --no-copy' \
    '--queue soon'; do
    # shellcheck disable=SC2086  # several words
    refused 64 usage ana send --batch in $option
  done
  refused 64 usage ana send -m x
  [ "$(count_of beto)" = 0 ]
}

@test "a file that can't be read is no input" {
  refused 66 no_input ana send --batch nowhere
  refused 66 no_input ana send --batch .
}

@test "a wrong --key is refused before anything is sent" {
  lines_for 1 >in
  refused 65 invalid_argument ana send --batch in --key ''
}

@test "another batch and single sends go on at the same time" {
  lines_for 2000 '+ {key: "a\($n)"}' >one
  lines_for 2000 '+ {key: "b\($n)"}' >two
  ana -q send --batch one 3>&- &
  local first=$!
  ana -q send --batch two
  wait "$first"
  [ "$(count_of beto)" = 4000 ]
}

@test "results that nobody could read have an unknown outcome, and a key" {
  [ -w /dev/full ] || skip 'no /dev/full'
  printf '{"to":["beto"],"body":"%s"}\n' a b >lines
  run -74 --separate-stderr bash -c 'tmctl -p ana send --batch lines >/dev/full'
  is_error 74 io_error
  [ "$(jq -r .outcome <<<"$stderr")" = unknown ]
  ok ana send --batch lines --key "$(jq -r .key <<<"$stderr")"
  [ "$(jq .duplicate <<<"${lines[0]}")" = true ]
  [ "$(beto inbox --count -o ids)" = 2 ]
}
