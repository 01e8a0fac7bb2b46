#!/usr/bin/env bats
# tmctl read: prints, then marks.

load helpers

setup() {
  open_mail ana beto
  ana -q send beto -s one -m 'body one'
  ana -q send beto -s two -m 'body two'
}

# Whether beto's copy of ID is unread.
unread() { [[ " $(beto inbox --unread -o ids | xargs) " == *" $1 "* ]]; }

@test "read prints the message and marks it as read" {
  ok beto read 1
  valid read
  json '.messages | length == 1'
  json '.messages[0] | .id == 1 and .subject == "one" and .body == "body one"'
  run ! unread 1
  unread 2
}

@test "several messages come in the order asked for" {
  ok beto read 2 1
  valid read
  json '[.messages[].id] == [2, 1]'
  ok beto read 1 2 -o jsonl
  valid message
  is "${lines[1]}" '.id == 2 and .box == "inbox"'
}

@test "--peek does not mark" {
  ok beto read --peek 1
  json '.messages[0].body == "body one"'
  unread 1
  ok ana outbox
  json 'all(.messages[]; .read == false)'
}

@test "--raw writes the body's bytes and nothing else" {
  printf 'a\0b\xff\n' | ana -q send beto
  beto read --raw 3 >raw
  cmp raw <(printf 'a\0b\xff\n')
  run ! unread 3
}

@test "--raw is for one message" {
  refused 64 usage beto read --raw 1 2
}

@test "a missing id prints nothing and marks nothing" {
  refused 66 message_not_found beto read 1 99
  valid error "$error"
  is "$error" '.ids == [99]'
  unread 1
}

@test "other people's mail is not found" {
  register carla
  refused 66 message_not_found carla read 1
}

@test "the inbox comes first, then the outbox" {
  ok ana read 1
  json '.messages[0] | .body == "body one" and .recipients[0].user == "beto"'
  unread 1
  ana -q send ana -m self
  ok ana read 3
  json '.messages[0] | has("recipients") | not'
}

@test "--box chooses the tray" {
  ana -q send ana -m self
  ok ana read --box outbox 3
  json '.messages[0].recipients[0].user == "ana"'
  [ "$(ana inbox --unread -o ids)" = 3 ]
  refused 66 message_not_found beto read --box outbox 1
  refused 66 message_not_found ana read --box inbox 1
  refused 64 usage ana read --box attic 1
}

@test "what could not be printed is not marked" {
  run -74 --separate-stderr bash -c 'tmctl -p beto read 1 >/dev/full'
  is_error 74 io_error
  unread 1
}

@test "ids must be numbers" {
  refused 64 usage beto read one
  refused 64 usage beto read 0
  refused 64 usage beto read -- -1
  refused 64 usage beto read
}

@test "-q prints nothing and still marks" {
  ok beto read -q 1
  [ -z "$output$stderr" ]
  run ! unread 1
}

@test "reading again keeps the time of the first reading" {
  beto -q read 1
  local first
  first=$(beto inbox | jq -r '.messages[-1].read_at')
  beto -q read 1
  [ "$(beto inbox | jq -r '.messages[-1].read_at')" = "$first" ]
}
