#!/usr/bin/env bats
# Files that travel with a message: send --attach, read --attachment.

load helpers

setup() { open_mail ana beto; }

@test "a file arrives byte for byte" {
  head -c 100000 /dev/urandom >photo.jpg
  printf 'plain\n' >'two words.txt'
  ok ana send beto -m see -a photo.jpg --attach ./'two words.txt'
  ok beto read 1
  valid read
  json '[.messages[0].attachments[] | [.name, .media_type, .size]] ==
    [["photo.jpg", "application/octet-stream", 100000],
     ["two words.txt", "text/plain", 6]]'
  beto read 1 --attachment photo.jpg | cmp - photo.jpg
  ok beto read 1 --attachment 'two words.txt' --out copy
  [ -z "$output" ]
  cmp copy 'two words.txt'
  [ "$(stat -c %a copy)" = 600 ]
  ok ana outbox
  json '.messages[0].attachments | length == 2'
}

@test "an attachment marks the message as read once it is written" {
  echo hi >f
  ana -q send beto -m x -a f
  ok beto read 1 --attachment f --peek
  ok beto inbox --unread --exists
  refused 73 cannot_create beto read 1 --attachment f -O no/where
  ok beto inbox --unread --exists
  [ ! -w /dev/full ] || refused 74 io_error beto read 1 --attachment f -O /dev/full
  ok beto inbox --unread --exists
  ok beto read 1 --attachment f
  [ "$output" = hi ]
  run -1 beto inbox --unread --exists
}

@test "a body is saved to a file, too" {
  ana -q send beto -m body
  ok beto read 1 --raw -O body
  [ "$(cat body)" = body ]
  refused 64 usage beto read 1 -O body
  refused 64 usage beto read 1 --raw -O ''
  ok beto read 1 --raw -O -
  [ "$output" = body ]
  [ ! -e ./- ]
}

@test "a missing attachment is named, with those there are" {
  echo hi >f
  ana -q send beto -m x -a f
  refused 66 message_not_found beto read 1 --attachment g
  is "$error" '.ids == [1] and .hint == "it has f"'
  ok beto inbox --unread --exists
  refused 64 usage beto read 1 2 --attachment f
  refused 64 usage beto read 1 --raw --attachment f
}

@test "what can't be attached sends nothing" {
  refused 66 no_input ana send beto -m x -a missing
  refused 66 no_input ana send beto -m x -a .
  refused 64 usage ana send beto -m x -a -
  refused 64 usage ana send beto -m x -a folder/
  echo hi >f
  refused 65 invalid_argument ana send beto -m x -a f -a ./f
  touch $'a\nb'
  refused 65 invalid_argument ana send beto -m x -a $'a\nb'
  touch $'\xff'
  refused 65 invalid_argument ana send beto -m x -a $'\xff'
  head -c 1100000 /dev/zero >large
  refused 65 message_too_large ana send beto -m x -a large
  head -c 5000000 /dev/zero >larger  # than what a server lets in at all
  refused 65 message_too_large ana send beto -m x -a larger
  is "$error" '(.message | startswith("the message is too large for the server") and
    (contains("vs.") | not))
    and (.hint | contains("attach less"))'
  run -1 beto inbox --exists
}

@test "a name from a stranger can't steer the terminal" {
  echo hi >$'\xe2\x80\xaetxt.exe'
  ana -q send beto -m x -a $'\xe2\x80\xaetxt.exe'
  ok beto read 1 -o table
  [[ $output != *$'\xe2\x80\xae'* ]]
  ok beto read 1
  [[ $output != *$'\xe2\x80\xae'* ]]
}
