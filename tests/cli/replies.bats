#!/usr/bin/env bats
# Replies and times to live.

load helpers

setup() { open_mail ana beto carla; }

@test "a reply names what it answers, and is found by it" {
  ana -q send beto carla -m 'deploy?'
  ok beto send ana -m yes --reply-to 1
  carla -q send ana -m no --reply-to 1
  ana -q send ana -m unrelated
  ok ana inbox --in-reply-to 1
  valid tray
  json '[.messages[] | .in_reply_to] == [1, 1]'
  ok ana inbox --in-reply-to 1 --from beto -o ids
  [ "$output" = 2 ]
  ok ana inbox --in-reply-to 1 --count -o ids
  [ "$output" = 2 ]
}

@test "only those in it can reply to a message" {
  ana -q send beto -m 'deploy?'
  refused 66 message_not_found carla send ana -m yes --reply-to 1
  is "$error" '.ids == [1]'
  refused 66 message_not_found beto send ana -m yes --reply-to 99
  beto -q delete 1
  ok beto send ana -m yes --reply-to 1
}

@test "an id or a time to live that is none is refused" {
  refused 64 usage ana send beto -m x --reply-to 0
  refused 64 usage ana send beto -m x --reply-to x
  refused 64 usage ana inbox --in-reply-to -1
  refused 64 usage ana send beto -m x --ttl 0
  refused 64 usage ana send beto -m x --ttl soon
  refused 64 usage ana send beto -m x --ttl 40000d
}

# gone ID: waits until it has left beto's inbox.
gone() {
  local i
  for ((i = 0; i < 200; ++i)); do
    beto read --peek "$1" >/dev/null 2>&1 || return 0
    sleep 0.05
  done
  return 1
}

@test "a message leaves every tray when its time is over" {
  ok ana send beto -m x --ttl 1s
  ok beto inbox
  valid tray
  json '.messages[0] | (.expires_at | sub("\\.\\d+Z$"; "Z") | fromdate) -
    (.sent_at | sub("\\.\\d+Z$"; "Z") | fromdate) | . >= 1 and . <= 2'
  gone 1
  ok beto inbox --count -o ids
  [ "$output" = 0 ]
  run -1 ana outbox --exists
  run -66 --separate-stderr beto mark 1 --read
  json '.missing == [1]'
}

@test "what is over makes room in a full tray" {
  stop_server
  start_server --tray-capacity 1
  export TMCTL_SERVER=$SERVER
  ana -q send beto -m x --ttl 2s
  refused 75 outbox_full ana send beto -m y
  refused 75 inbox_full carla send beto -m y
  gone 1
  ok carla send beto -m y
  ok ana send carla -m y
}

@test "a time to live is no part of what a key stands for" {
  ana -q send beto -m x --key k --ttl 1h
  ok ana send beto -m x --key k --ttl 2h
  json '.duplicate'
  refused 65 request_id_reused ana send beto -m x --key k --reply-to 1
}
