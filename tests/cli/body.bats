#!/usr/bin/env bats
# Bodies of any size and any bytes; subjects that mean harm.

load helpers

setup() {
  fresh_home
  start_server --max-message-size 8MiB
  register ana beto
}

@test "a body of 1 MiB of any bytes arrives as it was" {
  head -c 1048576 /dev/urandom >body
  ana -q send beto -s big -F body
  beto read --raw 1 >raw
  cmp body raw
  ok beto read 1
  valid read
  json '.messages[0].body == null'
  jq -r '.messages[0].body_base64' <<<"$output" | base64 -d | cmp body -
}

@test "a body of 1 MiB of UTF-8 arrives as text" {
  jq -rn '[range(131072) | "ñandú €"] | add' | head -c 1048575 >body
  echo >>body
  iconv -f UTF-8 -t UTF-8 body >/dev/null || skip "cut inside a character"
  ana -q send beto <body
  beto inbox --body | jq -j '.messages[0].body' | cmp body -
}

@test "a message beyond gRPC's own 4 MiB arrives where the server allows it" {
  head -c 6000000 /dev/urandom >body
  ana -q send beto -F body
  beto read --raw 1 | cmp body -
  # A list with bodies beyond a page's bytes is complete too.
  ana -q send beto -F body
  ok beto inbox --body
  json '[.messages[].id] == [2, 1]'
}

@test "the limit counts subject, body and labels" {
  stop_server
  start_server --max-message-size 1k
  head -c 1020 /dev/zero | ok tmctl -S "$SERVER" -p ana send beto -s 1234
  head -c 1020 /dev/zero |
    refused 65 message_too_large tmctl -S "$SERVER" -p ana send beto -s 12345
  head -c 1020 /dev/zero |
    refused 65 message_too_large tmctl -S "$SERVER" -p ana send beto --label ab=cde
}

@test "a body that is not UTF-8 goes to body_base64" {
  printf 'caf\xe9\n' | ana -q send beto
  ok beto read 1
  valid read
  json '.messages[0] | .body == null and .body_base64 == "Y2Fm6Qo="'
  ok beto inbox --body -o jsonl
  valid message
  json '.body == null and .body_base64 == "Y2Fm6Qo="'
}

@test "a NUL is a character of JSON text" {
  printf 'a\0b' | ana -q send beto
  ok beto read 1
  json '.messages[0] | .body == "a\u0000b" or .body_base64 == "YQBi"'
}

@test "surrogates and overlong forms are not UTF-8" {
  printf '\xed\xa0\x80' | ana -q send beto
  printf '\xc0\x80' | ana -q send beto
  ok beto inbox --body
  json 'all(.messages[]; .body == null and .body_base64 != null)'
}

@test "a hostile subject is plain data in JSON" {
  local subject=$'\e]0;pwned\a\nFrom: boss\r\e[2J\xe2\x80\xae\xc2\x9b'
  ana -q send beto -m x -s "$subject"
  ok beto inbox
  valid tray
  json '.messages[0].subject == $s' --arg s "$subject"
  # One line for each message whatever is in it, and no bare control character.
  ok beto inbox -o jsonl
  [ "${#lines[@]}" -eq 1 ]
  run ! grep -qP '[\x00-\x1f]' <<<"$output"
}

@test "quotes and backslashes survive JSON" {
  ana -q send beto -s '"\/' -m $'\\u0041 "x"\t</script>'
  ok beto read 1
  json '.messages[0] | .subject == "\"\\/" and .body == "\\u0041 \"x\"\t</script>"'
}
