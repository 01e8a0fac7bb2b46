#!/usr/bin/env bats
# tmctl inbox: what is there, narrowed down, for pipes.

load helpers

setup() { open_mail ana beto; }

# Five messages in beto's inbox; 2 and 4 are read, 5 is beto's own.
fill() {
  ana -q send beto -s 'Disk full' -m 'body one' --label host=db1 --label level=red
  ana -q send beto -s 'disk ok' -m 'body two' --label host=db1
  ana -q send beto ana -s 'ÁRBOL' -m 'body three' --label host=db2
  ana -q send beto -m 'body four'
  beto -q send beto -s note -m 'body five'
  beto -q mark --read 2 4
}

# ids OPTION...: the ids that inbox prints, on one line.
ids() { beto inbox -o ids "$@" | xargs; }

@test "an empty inbox is an empty list, not an error" {
  ok beto inbox
  valid tray
  json '.box == "inbox" and .messages == [] and .count == 0'
  json '.truncated == false'
  ok beto inbox -o jsonl
  [ -z "$output" ]
  ok beto inbox -o ids
  [ -z "$output" ]
}

@test "messages come newest first, whole but for the body" {
  fill
  ok beto inbox
  valid tray
  json '[.messages[].id] == [5, 4, 3, 2, 1] and .count == 5'
  json 'all(.messages[]; .body == null and .body_base64 == null)'
  json '.messages[4] | .from == "ana" and .to == ["beto"]'
  json '.messages[4] | .labels == {"host": "db1", "level": "red"}'
  json '.messages[4] | .attachments == [] and .read == false'
  json '.messages[2].to == ["beto", "ana"]'
  json '.messages[3] | .read and .read_at != null'
}

@test "the sender's knowledge of other readers is not the recipient's" {
  fill
  ok beto inbox
  json 'all(.messages[]; has("recipients") | not)'
}

@test "--reverse lists the oldest first" {
  fill
  [ "$(ids --reverse)" = '1 2 3 4 5' ]
}

@test "--body adds the bodies" {
  fill
  ok beto inbox --body
  valid tray
  json '.messages[4].body == "body one"'
}

@test "listing marks nothing as read" {
  fill
  beto inbox --body >/dev/null
  [ "$(ids --unread)" = '5 3 1' ]
}

@test "filters narrow the list down, together too" {
  fill
  [ "$(ids --unread)" = '5 3 1' ]
  [ "$(ids --read)" = '4 2' ]
  [ "$(ids --from beto)" = 5 ]
  [ "$(ids --from ANA)" = '4 3 2 1' ]
  [ "$(ids --to ana)" = 3 ]
  [ "$(ids --subject disk)" = '2 1' ]
  [ "$(ids --subject árb)" = 3 ]
  [ "$(ids --label host=db1)" = '2 1' ]
  [ "$(ids --label host=db1 --label level=red)" = 1 ]
  [ "$(ids --unread --from ana --label host=db1)" = 1 ]
  [ -z "$(ids --from nobody)" ]
}

@test "--read and --unread together are a usage error" {
  refused 64 usage beto inbox --read --unread
}

@test "since is inclusive, until exclusive" {
  ana -q send beto -m x
  ana -q send beto -m x
  local first second
  first=$(beto inbox -o jsonl --reverse | jq -r .sent_at | sed -n 1p)
  second=$(beto inbox -o jsonl --reverse | jq -r .sent_at | sed -n 2p)
  [ "$(ids --since "$first")" = '2 1' ]
  [ "$(ids --since "$second" --until 2999-01-01)" = 2 ]
  [ "$(ids --until "$second")" = 1 ]
  [ -z "$(ids --until "$first")" ]
}

@test "times may be days and ages" {
  fill
  [ "$(ids --since 1h)" = '5 4 3 2 1' ]
  [ "$(ids --since 1h30m --limit 1)" = 5 ]
  [ -z "$(ids --until 1h)" ]
  [ "$(ids --since "$(date -d yesterday +%F)")" = '5 4 3 2 1' ]
  [ -z "$(ids --since 2999-12-31)" ]
  refused 64 usage beto inbox --since 'a while ago'
}

@test "a day is a local one" {
  ana -q send beto -m x
  # In the first zone it is a day later than in the second, always.
  local day
  day=$(TZ=XXX-14 date +%F)
  TZ=XXX-14 ok beto inbox -o ids --since "$day"
  [ "$output" = 1 ]
  TZ=XXX+11 ok beto inbox -o ids --since "$day"
  [ -z "$output" ]
}

@test "--limit bounds the list and says so" {
  fill
  ok beto inbox --limit 2
  valid tray
  json '[.messages[].id] == [5, 4] and .count == 2 and .truncated'
  ok beto inbox --limit 5
  json '.truncated == false'
  ok beto inbox --all
  json '.count == 5 and .truncated == false'
  refused 64 usage beto inbox --limit two
  refused 64 usage beto inbox --limit -1
}

@test "a json list holds at most a hundred messages, jsonl and --all are complete" {
  stop_server
  start_server --tray-capacity 0
  seq 1 103 | xargs -P 4 -I{} tmctl -S "$SERVER" -p ana -q send beto -m {} --no-copy
  ok tmctl -S "$SERVER" -p beto inbox
  json '.count == 100 and .truncated and (.messages | length == 100)'
  ok tmctl -S "$SERVER" -p beto inbox --all
  json '.count == 103 and .truncated == false'
  ok tmctl -S "$SERVER" -p beto inbox -o jsonl
  [ "${#lines[@]}" -eq 103 ]
  ok tmctl -S "$SERVER" -p beto inbox -o jsonl --limit 7
  [ "${#lines[@]}" -eq 7 ]
  [ "$(tmctl -S "$SERVER" -p beto inbox --count -o ids)" = 103 ]
}

@test "jsonl is one whole message a line" {
  fill
  ok beto inbox -o jsonl --body
  valid message
  [ "${#lines[@]}" -eq 5 ]
  is "${lines[4]}" '.schema == "turbomessage.message/1" and .box == "inbox"'
  is "${lines[4]}" '.id == 1 and .body == "body one" and (.cursor | length > 0)'
}

@test "--count counts what the filters select" {
  fill
  ok beto inbox --count --unread
  valid count
  json '.box == "inbox" and .count == 3'
  ok beto inbox --count -o ids
  [ "$output" = 5 ]
}

@test "--exists answers by its exit status alone" {
  fill
  ok beto inbox --exists --subject note
  [ -z "$output$stderr" ]
  run -1 --separate-stderr beto inbox --exists --subject nothing
  [ -z "$output$stderr" ]
}

@test "-q lists nothing" {
  fill
  ok beto inbox -q
  [ -z "$output$stderr" ]
}

@test "one's inbox is one's own" {
  fill
  [ "$(ana inbox -o ids)" = 3 ]
}

@test "it takes no operands" {
  refused 64 usage beto inbox ana
}

@test "a key of a label may hold no equals sign, its value may" {
  ana -q send beto -m x --label 'k=a=b'
  [ "$(ids --label k=a=b)" = 1 ]
  refused 64 usage beto inbox --label k
}

@test "a disk alarm in one line of jq" {
  fill
  run -0 bash -c "tmctl -p beto inbox --unread |
    jq -r '.messages[] | select(.labels.level == \"red\") | .subject'"
  [ "$output" = 'Disk full' ]
}
