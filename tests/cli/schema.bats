#!/usr/bin/env bats
# tmctl schema: what the JSON output promises.

load helpers

@test "without a name it lists the names" {
  ok tmctl schema
  local name
  for name in changed config count doctor ended error invite invites message \
    read sent session sessions stats token tokens tray user users warning; do
    grep -qx "$name" <<<"$output"
  done
}

@test "every schema is one, with an id, a title and described fields" {
  local name
  for name in $(tmctl schema); do
    ok tmctl schema "$name"
    json '."$schema" == "https://json-schema.org/draft/2020-12/schema"'
    json '(."$id" | endswith("/" + $name + "/1")) and .title != null' \
      --arg name "$name"
    json '.properties.schema.const == "turbomessage." + $name + "/1"' \
      --arg name "$name"
    json 'all(.properties[]; .description // .["$ref"])'
    json '.required - (.properties | keys) == []'
    /usr/bin/python3 -c 'import json, jsonschema, sys
jsonschema.Draft202012Validator.check_schema(json.load(sys.stdin))' <<<"$output"
  done
}

@test "a message is the same wherever it is described" {
  local tray
  tray=$(tmctl schema tray | jq -S '."$defs".message')
  [ "$tray" = "$(tmctl schema read | jq -S '."$defs".message')" ]
  [ "$(jq .properties <<<"$tray")" = "$(tmctl schema message |
    jq -S '.properties | del(.schema, .box, .cursor)')" ]
}

@test "an unknown name is a usage error" {
  refused 64 usage tmctl schema nothing
}
