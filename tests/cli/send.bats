#!/usr/bin/env bats
# tmctl send: from a pipe into trays, all or nothing, once.

load helpers

setup() { open_mail ana beto carla; }

# The ids in USER's inbox, oldest first, on one line.
inbox_of() { tmctl -p "$1" inbox --all --reverse -o ids | xargs; }

@test "send prints what was sent" {
  ok ana send beto -s disk -m 'almost full'
  valid sent
  json '.id == 1 and .to == ["beto"] and .duplicate == false'
  json '.queued == false and (.key | length > 0) and .sent_at != null'
  ok beto inbox --body
  json '.messages[0] | .id == 1 and .from == "ana" and .subject == "disk"'
  json '.messages[0].body == "almost full"'
}

@test "the body comes from standard input, byte for byte" {
  printf 'two\nlines\n\n' | ana send beto -s disk
  ok beto read 1
  json '.messages[0].body == "two\nlines\n\n"'
}

@test "the body comes from a file" {
  printf 'from a file\n' >body
  ok ana send beto -F body
  ok beto read 1
  json '.messages[0].body == "from a file\n"'
}

@test "a missing file is no input" {
  refused 66 no_input ana send beto -F nowhere
  refused 66 no_input ana send beto -F .
}

@test "a text and a file together are a usage error" {
  echo file >body
  refused 64 usage ana send beto -m text -F body
}

@test "an empty body is a body" {
  ok ana send beto -s 'nothing to say' </dev/null
  ok beto read 1
  json '.messages[0].body == ""'
}

@test "a message without a subject has an empty one" {
  ok ana send beto -m x
  ok beto inbox
  json '.messages[0].subject == ""'
}

@test "several recipients get one message, repeats count once" {
  ok ana send beto carla BETO beto -m x
  json '.id == 1 and .to == ["beto", "carla"]'
  [ "$(inbox_of beto)" = 1 ]
  [ "$(inbox_of carla)" = 1 ]
}

@test "a recipient is needed" {
  refused 64 usage ana send -m x
}

@test "more than a hundred recipients are refused" {
  local many
  mapfile -t many < <(printf 'user%d\n' {1..101})
  refused 65 invalid_argument ana send "${many[@]}" -m x
}

@test "an unknown recipient fails the whole send and is named" {
  refused 67 recipient_not_found ana send beto nobody carla nowhere -m x
  valid error "$error"
  is "$error" '(.users | sort) == ["nobody", "nowhere"] and .outcome == "none"'
  is "$error" '.retryable == false'
  [ -z "$(inbox_of beto)$(inbox_of carla)" ]
  ok ana send beto -m x
  json '.id == 1'
}

@test "a name that can't be is refused" {
  refused 65 invalid_argument ana send 'be to' -m x
}

@test "a full inbox fails the whole send and is named" {
  local n
  for n in 1 2 3 4 5; do
    ana -q send beto -m "$n" --no-copy
  done
  refused 75 inbox_full ana send carla beto -m x --no-copy
  valid error "$error"
  is "$error" '.users == ["beto"] and .retryable and .outcome == "none"'
  [ -z "$(inbox_of carla)" ]
  beto -q delete 1
  ok ana send carla beto -m x --no-copy
  json '.id == 6'
}

@test "a full outbox fails a send that keeps a copy" {
  local n
  for n in 1 2 3 4 5; do
    ana -q send beto -m "$n"
    beto -q delete "$n"
  done
  refused 75 outbox_full ana send beto -m x
  ok ana send beto -m x --no-copy
  ana -q delete --box outbox 1
  ok ana send beto -m x
}

@test "mail to oneself takes a place in both trays" {
  ok ana send ana -m x
  [ "$(inbox_of ana)" = 1 ]
  [ "$(ana outbox -o ids)" = 1 ]
}

@test "without copy the outbox stays empty" {
  ok ana send beto -m x --no-copy
  ok ana outbox --count -o ids
  [ "$output" = 0 ]
}

@test "the profile's copy is a default that --copy and --no-copy override" {
  ana config set copy false
  ana -q send beto -m x
  [ -z "$(ana outbox -o ids)" ]
  ana -q send beto -m x --copy
  [ "$(ana outbox -o ids)" = 2 ]
}

@test "labels travel with the message, commas and equals signs included" {
  ok ana send beto -m x --label host=db1 --label 'k=a,b=c' --label empty=
  ok beto inbox
  json '.messages[0].labels == {"host": "db1", "k": "a,b=c", "empty": ""}'
}

@test "a label needs a key" {
  refused 64 usage ana send beto -m x --label nokey
  run --separate-stderr ana send beto -m x --label =value
  [[ $status -eq 64 || $status -eq 65 ]]
}

@test "texts may look like options and hold newlines" {
  ok ana send beto -m -x -s --subject
  ok ana send beto $'--message=two\nlines' -s $'one\ntwo'
  ok beto inbox --body --reverse
  json '.messages[0] | .body == "-x" and .subject == "--subject"'
  json '.messages[1] | .body == "two\nlines" and .subject == "one\ntwo"'
}

@test "a text of 100 KB on the command line arrives" {
  local long
  long=$(head -c 100000 /dev/zero | tr '\0' x)
  ok ana send beto "--message=$long"
  ok beto read 1
  json '.messages[0].body | length == 100000'
}

@test "a repeated key with the same content is a duplicate" {
  ok ana send beto carla -s s -m x --label a=b --key job-1
  local first=$output
  json '.key == "job-1" and .duplicate == false'
  ok ana send carla beto -s s -m x --label a=b --key job-1
  valid sent
  is "$first" '.duplicate = true | del(.to) == ($again | del(.to))' \
    --argjson again "$output"
  [ "$(inbox_of beto)" = 1 ]
}

@test "a repeated key with other content is refused, or a duplicate with --once" {
  ana -q send beto -m x --key job-1
  refused 65 request_id_reused ana send beto -m y --key job-1
  is "$error" '.key == "job-1"'
  refused 65 request_id_reused ana send carla -m x --key job-1
  refused 65 request_id_reused ana send beto -m x --key job-1 --no-copy
  ok ana send beto -m y --key job-1 --once
  json '.id == 1 and .duplicate'
  [ "$(inbox_of beto)" = 1 ]
}

@test "a key is remembered although the message was deleted and the tray is full" {
  local n
  ana -q send beto -m x --key job-1 --no-copy
  beto -q delete 1
  for n in 1 2 3 4 5; do
    ana -q send beto -m x --no-copy
  done
  ok ana send beto -m x --key job-1 --no-copy
  json '.id == 1 and .duplicate'
}

@test "a refused send doesn't use its key up" {
  run -67 ana send nobody -m x --key job-1
  ok ana send beto -m x --key job-1
  json '.duplicate == false'
}

@test "each account has its own keys" {
  ana -q send carla -m x --key job-1
  ok beto send carla -m x --key job-1
  json '.id == 2 and .duplicate == false'
}

@test "a key is 1 to 128 printable ASCII characters" {
  local key
  for key in "$(printf 'k%.0s' {1..129})" ñ $'a\tb'; do
    run --separate-stderr ana send beto -m x --key "$key"
    [[ $status -eq 64 || $status -eq 65 ]]
    valid error "${stderr_lines[-1]}"
  done
  ok ana send beto -m x --key "$(printf 'k%.0s' {1..128})"
}

@test "--each sends to every recipient under a key of its own" {
  ok ana send beto carla -m x --each --key job-1 -o jsonl
  valid sent
  [ "${#lines[@]}" -eq 2 ]
  is "${lines[0]}" '.id == 1 and .to == ["beto"] and .key == "job-1/beto"'
  is "${lines[1]}" '.id == 2 and .to == ["carla"] and .key == "job-1/carla"'
  ok ana send carla beto -m x --each --key job-1 -o jsonl
  is "${lines[0]}" '.id == 2 and .duplicate'
}

@test "--each goes on past a failure and exits with 3" {
  run -3 --separate-stderr ana send beto nobody carla -m x --each -o jsonl
  [ "${#lines[@]}" -eq 3 ]
  valid sent "${lines[0]}"
  valid error "${lines[1]}"
  is "${lines[1]}" '.code == "recipient_not_found" and .users == ["nobody"]'
  valid sent "${lines[2]}"
  [ "$(inbox_of carla)" = 2 ]
}

@test "--skip-empty sends nothing where the body is blank" {
  local blank
  for blank in '' ' ' $'\n\t \n'; do
    ok ana send beto --skip-empty < <(printf %s "$blank")
  done
  [ -z "$(inbox_of beto)" ]
  echo text | ana -q send beto --skip-empty
  [ "$(inbox_of beto)" = 1 ]
}

@test "--max-body cuts at a character and says so in the body" {
  local body
  printf 'áéíóú%.0s' {1..200} | ana -q send beto --max-body 101
  ok beto read 1
  body=$(jq -r '.messages[0].body' <<<"$output")
  [[ $body == áéíóúáéíóú* ]]
  [ "${#body}" -lt 300 ]
  json '.messages[0].body_base64 == null'
  echo short | ana -q send beto --max-body 1k
  ok beto read 2
  json '.messages[0].body == "short\n"'
}

@test "--dry-run checks everything and stores nothing" {
  ok ana send beto -m x --dry-run
  valid sent
  json '.id == null and .sent_at == null and .to == ["beto"]'
  refused 67 recipient_not_found ana send nobody -m x --dry-run
  [ -z "$(inbox_of beto)" ]
  ok ana send beto -m x
  json '.id == 1'
}

@test "a message over the limit is refused" {
  head -c 1048577 /dev/zero | refused 65 message_too_large ana send beto
  head -c 1048576 /dev/zero | ok ana send beto
}

@test "a subject must be UTF-8" {
  refused 65 invalid_argument ana send beto -m x -s $'\xff'
  refused 65 invalid_argument ana send beto -m x --label $'k=\xff'
}

@test "-o ids prints the bare id, -q nothing" {
  ok ana send beto -m x -o ids
  [ "$output" = 1 ]
  ok ana send beto -m x -q
  [ -z "$output$stderr" ]
}

@test "without a login it is refused" {
  ana logout
  refused 77 not_logged_in ana send beto -m x
}

@test "one send makes one thread beside its own" {
  # gRPC's for its timers, with a second one where a send takes some seconds. See
  # tmctl/late_executor.cc and tmctl/net/late_engine.h.
  strace -f -z -o trace -e trace=clone,clone3 tmctl -p ana send beto -m x
  [[ $(grep -c CLONE_THREAD trace) == [12] ]]
}

@test "reading standard input takes no time from the deadline" {
  (sleep 1.2 && echo late) | ok ana --timeout 1s send beto
}

@test "df -h by mail, its subject through jq" {
  df -h | ana send beto -s disk
  [ "$(beto inbox | jq -r '.messages[].subject')" = disk ]
}

@test "a result that nobody could read has an unknown outcome, and its key" {
  [ -w /dev/full ] || skip 'no /dev/full'
  local options key
  for options in '' --each; do
    run -74 --separate-stderr bash -c "tmctl -p ana send beto -m x $options >/dev/full"
    is_error 74 io_error
    [ "$(jq -r .outcome <<<"$stderr")" = unknown ]
    key=$(jq -r .key <<<"$stderr")
    ok ana send beto -m x $options --key "$key"
    [ "$(jq .duplicate <<<"$output")" = true ]
  done
  [ "$(beto inbox --count -o ids)" = 2 ]
  run -74 --separate-stderr bash -c 'tmctl -p ana send beto -m x --dry-run >/dev/full'
  [ "$(jq -r .outcome <<<"$stderr")" = none ]
}
