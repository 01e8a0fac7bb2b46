#!/usr/bin/env bats
# scripts/examples: what handles an inbox loses nothing and doubles nothing, also
# where it is killed in between.

load ../cli/helpers
load examples

# --- empty-inbox ---

@test "empty-inbox: everything is saved, attachments too, and then deleted" {
  printf 'a\0b' >'odd name.bin'
  ana -q send beto -s first -m one
  ana -q send beto -s second -m two --attach 'odd name.bin'
  run -0 as beto empty-inbox archive
  [ -z "$output" ]
  inbox_is_empty beto
  [ "$(jq -r .body archive/*/messages.jsonl | xargs)" = 'one two' ]
  cmp 'odd name.bin' archive/*/2/'odd name.bin'
  [ "$(stat -c %a archive)" = 700 ]
  is "$(ana outbox)" 'all(.messages[]; .read | not)'
  # Nothing new, nothing made.
  run -0 as beto empty-inbox archive
  [ "$(find archive -mindepth 1 -maxdepth 1 | wc -l)" = 1 ]
}

@test "empty-inbox: what can't be saved stays" {
  echo x >file
  ana -q send beto -m x --attach file
  program tmctl "case \$* in *--attachment*) exit 74 ;; esac" \
    "exec '$(command -v tmctl)' \"\$@\""
  PATH=$PWD/bin:$PATH run -74 as beto empty-inbox archive
  [ "$(inbox_count beto)" = 1 ]
  [ -z "$(ls -A archive)" ]
}

@test "empty-inbox: what came meanwhile stays" {
  ana -q send beto -s old -m x
  program sync "tmctl -p ana -q send beto -s new -m x"
  PATH=$PWD/bin:$PATH run -0 as beto empty-inbox archive
  [ "$(subjects_of beto)" = new ]
}

@test "empty-inbox: a full inbox takes mail again" {
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 5
  local n
  for n in 1 2 3 4 5; do ana -q send beto -m x --no-copy; done
  refused 75 inbox_full ana send beto -m x --no-copy
  run -0 as beto empty-inbox archive
  ok ana send beto -m x --no-copy
}

# --- worker ---

# A handler that writes the id down; sets HANDLED.
handler() {
  program handle 'jq .id >>"$HANDLED"' "$@"
  export HANDLED=$PWD/handled
  : >"$HANDLED"
}
mail() {
  local n
  for ((n = 0; n < $1; ++n)); do ana -q send beto -m "$n" --no-copy; done
}

@test "worker: five of them handle each of 40 messages exactly once" {
  handler 'echo "$GROUP" >>handled.by'
  mail 20
  local n group pool=()
  for n in 1 2 3 4 5; do
    in_group env TMCTL_PROFILE=beto worker bin/handle
    pool+=("$GROUP")
  done
  # The other half comes while they wait or work.
  mail 20
  wait_for inbox_is_empty beto
  for group in "${pool[@]}"; do kill -0 "$group"; done
  diff <(sort -n handled) <(seq 40)
  [ "$(sort -u handled.by | wc -l)" -gt 1 ]
}

@test "worker: what failed, or was killed, is kept and can be given back" {
  handler 'case $(wc -l <"$HANDLED") in' \
    '1) exit 1 ;;' '3) kill -KILL "-$GROUP" ;;' 'esac'
  mail 5
  in_group env TMCTL_PROFILE=beto worker bin/handle
  ends 137
  [ "$(xargs <handled)" = '1 2 3' ]
  [ "$(beto inbox --read --reverse -o ids | xargs)" = '1 3' ]
  in_group env TMCTL_PROFILE=beto worker bin/handle
  wait_for only_read
  end_group "$GROUP"
  # As its head says.
  beto inbox --read --all -o ids | as beto xargs -r tmctl -q mark --unread
  in_group env TMCTL_PROFILE=beto worker bin/handle
  wait_for inbox_is_empty beto
  [ "$(xargs <handled)" = '1 2 3 4 5 1 3' ]
}
only_read() { [ "$(beto inbox --reverse -o ids | xargs)" = '1 3' ]; }

@test "worker: where the server is away it ends" {
  handler
  stop_server
  run -75 as beto worker bin/handle
}

# --- digest ---

@test "digest: one message lists what is unread, and that is read then" {
  ana -q send beto -s $'one\nforged: 9' -m x
  carla -q send beto -s two -m x
  ana -q send beto -s three -m x
  beto -q mark --read 3
  run -0 as beto digest carla
  [ -z "$output" ]
  ok carla inbox --body
  json '.count == 1 and .messages[0].subject == "digest: 2 unread"'
  jq -r '.messages[0].body' <<<"$output" >body
  grep -qE '^ana: 1$' body
  grep -qE '^  20..-..-..T..:..  one forged: 9$' body
  grep -qE '^  20.*  two$' body
  run ! grep -q three body
  run -0 as beto digest carla
  [ "$(inbox_count carla)" = 1 ]
}

@test "digest: killed between its two steps, it sends nothing twice" {
  ana -q send beto -s one -m x
  program tmctl "case \$* in *'mark --read'*) kill -9 \"\$PPID\"; exit 1 ;; esac" \
    "exec '$(command -v tmctl)' \"\$@\""
  PATH=$PWD/bin:$PATH run as beto digest carla
  [ "$status" -ne 0 ]
  [ "$(inbox_count carla)" = 1 ]
  run -0 as beto digest carla
  [ "$(inbox_count carla)" = 1 ]
  run -1 beto inbox --unread --exists
  # What comes later is another digest.
  ana -q send beto -s two -m x
  run -0 as beto digest carla
  [ "$(inbox_count carla)" = 2 ]
}

# --- forward ---

forward_in_group() { in_group env TMCTL_PROFILE=beto "$@" forward carla; }

@test "forward: content, labels and attachments arrive unchanged" {
  printf 'a\0b\n\n' >body
  echo text >"it's \$HOME.txt"
  ana -q send beto -s "it's \$(date) \"here\"" -F body \
    --label "a b=c'd
e" --attach "it's \$HOME.txt"
  forward_in_group
  wait_for inbox_is_empty beto
  ok carla inbox
  json '.messages[0] | .subject == "Fwd: it'\''s $(date) \"here\""'
  json '.messages[0].labels == {"a b": "c'\''d\ne", "forwarded-from": "ana"}'
  local id
  id=$(jq '.messages[0].id' <<<"$output")
  carla read "$id" --raw | cmp - body
  carla read "$id" --attachment "it's \$HOME.txt" | cmp - "it's \$HOME.txt"
}

@test "forward: two of them make no circle" {
  forward_in_group
  in_group env TMCTL_PROFILE=carla FORWARD_PLACE="$PWD/other" forward beto
  # Each goes in order: when a later one has passed, so has what came before.
  ana -q send beto -s one -m x
  wait_for has carla 'Fwd: one'
  ana -q send carla -s two -m x
  wait_for has beto 'Fwd: two'
  ana -q send beto -s three -m x
  wait_for has carla 'Fwd: one Fwd: three'
  wait_for has beto 'Fwd: two'
}
# has USER SUBJECTS: exactly these are in the inbox.
has() { [ "$(subjects_of "$1" | xargs)" = "$2" ]; }

@test "forward: killed at any moment it loses nothing and doubles nothing" {
  local count n
  count=$(times 12 100)
  for ((n = 1; n <= count; ++n)); do ana -q send beto -s "$n" -m x --no-copy; done
  # Right after the server has taken the message, and right after the delete.
  program tmctl "'$(command -v tmctl)' \"\$@\" || exit" \
    'case " $* " in *" $CRASH_AFTER "*) kill -KILL "-$GROUP" ;; esac'
  for ((n = 1; n <= 3; ++n)); do
    for CRASH_AFTER in send delete; do
      forward_in_group CRASH_AFTER="$CRASH_AFTER" PATH="$PWD/bin:$PATH"
      ends 137
    done
    [ "$(inbox_count carla)" = "$n" ]
    [ "$(inbox_count beto)" = $((count - n)) ]
  done
  # And at random.
  while ! inbox_is_empty beto; do
    forward_in_group
    sleep "0.$((RANDOM % 8 + 1))"
    end_group "$GROUP"
  done
  diff <(subjects_of carla) <(seq -f 'Fwd: %g' "$count")
}

@test "forward: a full inbox ends it, and the message goes later" {
  stop_server
  WANTED_PORT=$PORT start_server --tray-capacity 1
  ana -q send carla -m x --no-copy
  ana -q send beto -s waits -m x --no-copy
  run -75 as beto forward carla
  [ "$(inbox_count beto)" = 1 ]
  carla -q delete 1
  forward_in_group
  wait_for inbox_is_empty beto
  [ "$(subjects_of carla)" = 'Fwd: waits' ]
}
