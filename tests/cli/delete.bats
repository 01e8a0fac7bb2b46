#!/usr/bin/env bats
# tmctl delete: out of one's own tray.

load helpers

setup() {
  open_mail ana beto
  ana -q send beto -m one
  ana -q send beto -m two
}

@test "delete takes messages out of the inbox" {
  ok beto delete 1
  valid changed
  json '.box == "inbox" and .ids == [1] and .missing == []'
  [ "$(beto inbox -o ids)" = 2 ]
}

@test "the sender's copy stays" {
  beto -q delete 1
  [ "$(ana outbox -o ids | xargs)" = '2 1' ]
}

@test "--box outbox takes them out of the outbox, and only there" {
  ok ana delete 1 2 --box outbox
  valid changed
  json '.box == "outbox" and .ids == [1, 2]'
  [ -z "$(ana outbox -o ids)" ]
  [ "$(beto inbox -o ids | xargs)" = '2 1' ]
}

@test "mail to oneself is deleted from one tray at a time" {
  ana -q send ana -m self
  ana -q delete 3
  [ -z "$(ana inbox -o ids)" ]
  [ "$(ana outbox -o ids | xargs)" = '3 2 1' ]
}

@test "missing ids: the others go, the exit status tells" {
  run -66 --separate-stderr beto delete 1 99
  valid changed
  json '.ids == [1] and .missing == [99]'
  is_error 66 message_not_found
  is "$error" '.ids == [99]'
  ok beto delete 1 2 --ignore-missing
  json '.ids == [2] and .missing == [1]'
}

@test "other people's mail is out of reach" {
  register carla
  run -66 --separate-stderr carla delete 1
  run -66 --separate-stderr ana delete 1
  [ "$(beto inbox -o ids | xargs)" = '2 1' ]
}

@test "ids are never used again" {
  beto -q delete 1 2
  ana -q delete 1 2 --box outbox
  ok ana send beto -m x
  json '.id == 3'
}

@test "ids are needed and must be numbers" {
  refused 64 usage beto delete
  refused 64 usage beto delete all
}

@test "-o ids prints what went, -q nothing" {
  ok beto delete 1 -o ids
  [ "$output" = 1 ]
  ok beto delete 2 -q
  [ -z "$output$stderr" ]
}

@test "a whole inbox is emptied through a pipe" {
  run -0 bash -c 'tmctl -p beto inbox --all -o ids | xargs tmctl -p beto delete'
  [ -z "$(beto inbox -o ids)" ]
}
