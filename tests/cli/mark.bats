#!/usr/bin/env bats
# tmctl mark: the reader's own mark.

load helpers

setup() {
  open_mail ana beto
  ana -q send beto -m one
  ana -q send beto -m two
}

unread() { beto inbox --unread -o ids | xargs; }

@test "mark sets and clears the mark and prints what changed" {
  ok beto mark --read 1 2
  valid changed
  json '.box == "inbox" and .ids == [1, 2] and .missing == []'
  [ -z "$(unread)" ]
  ok beto mark 2 --unread
  json '.ids == [2]'
  [ "$(unread)" = 2 ]
}

@test "what is as asked already doesn't count as changed" {
  beto -q mark --read 1
  ok beto mark --read 1 2 2
  json '.ids == [2] and .missing == []'
}

@test "missing ids: the others are marked, the exit status tells" {
  run -66 --separate-stderr beto mark --read 99 1
  valid changed
  json '.ids == [1] and .missing == [99]'
  is_error 66 message_not_found
  is "$error" '.ids == [99]'
  [ "$(unread)" = 2 ]
}

@test "--ignore-missing makes missing ids no failure" {
  ok beto mark --read 99 1 --ignore-missing
  json '.ids == [1] and .missing == [99]'
  [ -z "$stderr" ]
}

@test "the outbox has no marks" {
  run -66 --separate-stderr ana mark --read 1
  json '.ids == [] and .missing == [1]'
}

@test "exactly one of --read and --unread" {
  refused 64 usage beto mark 1
  refused 64 usage beto mark --read --unread 1
}

@test "ids are needed and must be numbers" {
  refused 64 usage beto mark --read
  refused 64 usage beto mark --read x
}

@test "-o ids prints the changed ids, -q nothing" {
  ok beto mark --read 1 -o ids
  [ "$output" = 1 ]
  ok beto mark --read 2 -q
  [ -z "$output$stderr" ]
}

@test "claiming: of two who mark the same message one sees it change" {
  local file pids=()
  for file in a b c d; do
    beto mark --read 1 >"$file" 3>&- &
    pids+=($!)
  done
  for file in "${pids[@]}"; do
    wait "$file"
  done
  [ "$(cat a b c d | jq -s 'map(.ids) | add | length')" = 1 ]
}
