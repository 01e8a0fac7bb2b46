#!/usr/bin/env bats
# tmctl outbox: what one sent, and who has read it.

load helpers

setup() { open_mail ana beto carla; }

@test "the outbox shows what was sent, unread by all" {
  ana -q send beto carla -s disk -m text
  ok ana outbox
  valid tray
  json '.box == "outbox" and .count == 1'
  json '.messages[0] | .from == "ana" and .to == ["beto", "carla"]'
  json '.messages[0] | .read == false and .read_at == null'
  json '.messages[0].recipients
    == [{"user": "beto", "read_at": null}, {"user": "carla", "read_at": null}]'
}

@test "read means that all have read it" {
  ana -q send beto carla -m x
  beto -q read 1
  ok ana outbox
  json '.messages[0] | .read == false and .read_at == null'
  json '.messages[0].recipients | .[0].read_at != null and .[1].read_at == null'
  carla -q read 1
  ok ana outbox
  valid tray
  json '.messages[0] | .read and .read_at == .recipients[1].read_at'
}

@test "a receipt is for ever" {
  ana -q send beto -m x
  beto -q read 1
  local receipt
  receipt=$(ana outbox | jq -c '.messages[0].recipients')
  beto -q mark --unread 1
  [ "$(ana outbox | jq -c '.messages[0].recipients')" = "$receipt" ]
  beto -q mark --read 1
  [ "$(ana outbox | jq -c '.messages[0].recipients')" = "$receipt" ]
  beto -q delete 1
  [ "$(ana outbox | jq -c '.messages[0].recipients')" = "$receipt" ]
}

@test "filters work as they do for the inbox" {
  ana -q send beto -s one -m x --label k=1
  ana -q send carla -s two -m x
  beto -q read 1
  [ "$(ana outbox -o ids --to beto)" = 1 ]
  [ "$(ana outbox -o ids --read)" = 1 ]
  [ "$(ana outbox -o ids --unread)" = 2 ]
  [ "$(ana outbox -o ids --label k=1)" = 1 ]
  [ "$(ana outbox -o ids --subject TWO)" = 2 ]
  [ "$(ana outbox -o ids | xargs)" = '2 1' ]
  [ "$(ana outbox -o ids --reverse | xargs)" = '1 2' ]
}

@test "jsonl lines carry the recipients" {
  ana -q send beto -m x
  ok ana outbox -o jsonl --body
  valid message
  json '.box == "outbox" and .recipients[0].user == "beto" and .body == "x"'
}

@test "--count and --exists know the outbox" {
  ana -q send beto -m x
  ok ana outbox --count
  valid count
  json '.box == "outbox" and .count == 1'
  ok ana outbox --exists
  run -1 --separate-stderr beto outbox --exists
}

@test "what the recipient deletes stays in the outbox" {
  ana -q send beto -m x
  beto -q delete 1
  [ "$(ana outbox -o ids)" = 1 ]
}
