#!/usr/bin/env bats
# What others write reaches terminals, logs, files and headers as text alone:
# mail of other users, and the answers of a server that means no good.

load helpers

setup() { open_mail ana beto; }
teardown() {
  if [[ -n ${HOSTILE_PID-} ]]; then kill "$HOSTILE_PID"; fi
  stop_servers
}

# An escape sequence, a forged line, a C1 control (as bytes of UTF-8), a
# right-to-left override, a soft hyphen, a filler that looks like nothing.
EVIL=$'\e]0;evil\a\nforged\r\e[2J\xc2\x9b31m\xe2\x80\xaegnp\xc2\xad\xe3\x85\xa4'

# Nothing in the text steers a terminal or hides.
tame() {
  run ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$1"
  run ! grep -qP '\x{9b}|\x{202e}|\x{ad}|\x{3164}' <<<"$1"
}

# tame_on_terminal COMMAND...: what it shows there, which sets output, is tame.
tame_on_terminal() {
  NO_COLOR=1 run on_terminal -- "$@"
  local shown=$output code=$status
  [ -n "$shown" ]
  tame "$shown"
  output=$shown status=$code
}

# --- A server that means no good ---

# answer METHOD TYPE TEXT: what the hostile server answers.
answer() {
  mkdir -p answers
  protoc -I "$ROOT/proto" --encode="turbomessage.v1.$2" \
    turbomessage/v1/mail.proto turbomessage/v1/tokens.proto \
    turbomessage/v1/accounts.proto <<<"$3" >"answers/$1"
}

# fail_with METHOD REASON MESSAGE USERS: the same for a failure.
fail_with() {
  mkdir -p answers
  printf '%s' "$3" >"answers/$1.message"
  protoc -I "$ROOT/proto" --encode=google.rpc.Status google/rpc/status.proto \
    google/rpc/error_details.proto >"answers/$1.details" <<<"code: 5
details { [type.googleapis.com/google.rpc.ErrorInfo] {
  domain: \"turbomessage\" reason: \"$2\" metadata { key: \"users\" value: \"$4\" } } }"
}

# A hostile server, and words in H that have tmctl call it.
start_hostile() {
  local ready=$BATS_TEST_TMPDIR/hostile
  mkfifo "$ready"
  /usr/bin/python3 "$ROOT/tests/cli/hostile_server.py" answers >"$ready" \
    2>hostile.log 3>&- &
  HOSTILE_PID=$!
  local port
  IFS= read -r -t 60 port <"$ready"
  export TMCTL_TOKEN=secret
  H=(tmctl -S "127.0.0.1:$port")
}

# The same text for protoc.
TEXT='\033]0;evil\007\nforged\r\033[2J\302\23331m\342\200\256gnp\302\255\343\205\244'

@test "what a hostile server says of the caller is text" {
  answer WhoAmI WhoAmIResponse "session { user: '$TEXT' auth: AUTH_LOGIN
    expires_at { seconds: 9223372036854775807 nanos: -1 } }"
  start_hostile
  tame_on_terminal "${H[@]}" whoami
  [ "$status" = 0 ]
  [[ $output == *'^[]0;evil^G^Jforged'* ]]
  ok "${H[@]}" whoami
  tame "$output"
  is "$output" '.user | startswith("\u001b]0;evil\u0007\nforged")'
}

@test "what a hostile server lists and shows is text" {
  local message="id: 1 from: '$TEXT' subject: '$TEXT' body: '$TEXT'
    recipients { user: '$TEXT' read_at { seconds: -9223372036854775808 } }
    labels { key: '$TEXT' value: '$TEXT' } cursor: '$TEXT'
    attachments { name: '$TEXT' media_type: '$TEXT' size: -1 }"
  answer List ListResponse "messages { $message } cursor: '$TEXT'"
  answer Get GetResponse "box: BOX_INBOX message { $message read: true }"
  start_hostile
  local words
  for words in inbox outbox 'read --peek 1' 'inbox -o json' 'inbox -o jsonl' \
    'read 1 --peek --attachment none'; do
    # shellcheck disable=SC2086  # words
    tame_on_terminal "${H[@]}" $words
    run ! grep -q '^forged' <<<"$(grep -v '^$' <<<"${output%%$'\n\n'*}")"
  done
}

@test "names of a hostile server are one line each, also as ids" {
  answer ListTokens ListTokensResponse "tokens { name: '$TEXT' scope: SCOPE_SEND }"
  start_hostile
  tame_on_terminal "${H[@]}" token list
  tame_on_terminal "${H[@]}" token list -o ids
  [ "$status" = 0 ]
  [ "$(wc -l <<<"$output")" = 1 ]
}

@test "the sentence of a hostile server's error is text" {
  fail_with Send RECIPIENT_NOT_FOUND "$EVIL" "$TEXT"
  fail_with WhoAmI "$TEXT" "$EVIL" x
  start_hostile
  tame_on_terminal "${H[@]}" send beto -m x
  [[ $output == 'tmctl: '*'^Jforged'* ]]
  refused 67 recipient_not_found "${H[@]}" send beto -m x
  tame "$stderr"
  [ "${#stderr_lines[@]}" = 1 ]
  tame_on_terminal "${H[@]}" whoami
}

@test "a name that leads out of the folder saves nothing" {
  answer List ListResponse "messages { id: 1 from: 'beto' attachments { name: '../../escaped' } } cursor: 'c'"
  answer Get GetResponse "box: BOX_INBOX message { id: 1 attachments { name: '../../escaped' data: 'x' } }"
  start_hostile
  mkdir -p deep/mail
  TMCTL_SERVER=${H[2]} run ! "$ROOT/scripts/examples/empty-inbox" deep/mail
  [ -z "$(find . -name 'escaped*')" ]
  [ -z "$(ls deep/mail)" ]
}

# --- Other users ---

# A message that has the evil everywhere where a sender can put it.
send_evil() {
  echo x >$'\xe2\x80\xaegnp.txt'
  beto -q send ana -s "$EVIL" -m "$EVIL" --label "$EVIL=$EVIL" \
    --attach $'\xe2\x80\xaegnp.txt' --key evil
}

@test "JSON and raw bytes keep what was sent" {
  send_evil
  ok ana read 1 --peek
  tame "$output"
  is "$output" '.messages[0] | .subject == $evil and .body == $evil and
    .labels == {($evil): $evil}' --arg evil "$EVIL"
  ok ana read 1 --raw --out raw
  [ "$(cat raw)" = "$EVIL" ]
  [ -z "$stderr" ]
}

@test "an error about a hostile name is text" {
  send_evil
  tame_on_terminal tmctl -p ana read 1 --attachment "$EVIL"
  [[ $output == *'^[]0;evil'* ]]
  tame_on_terminal tmctl -p ana send "$EVIL" -m x
  tame_on_terminal tmctl -p ana inbox --label "$EVIL"
  tame_on_terminal tmctl -p ana "$EVIL"
  tame_on_terminal tmctl -p "$EVIL" inbox
  tame_on_terminal tmctl -S "$EVIL" inbox
}

@test "what waits in the spool is text" {
  TMCTL_QUEUE_DIR=$HOME/queue
  export TMCTL_QUEUE_DIR
  mkdir -m 700 "$TMCTL_QUEUE_DIR"
  ok beto send ana -s "$EVIL" -m x --key "key" --queue always
  tame_on_terminal tmctl -p beto queue list
  [[ $output == *'^Jforged'* ]]
}

@test "the server's log is printable ASCII, a line for each event" {
  local format
  for format in text json; do
    stop_server
    : >"$SERVER_LOG"
    start_server --log-format "$format" --log-level trace
    run tmctl -S "$SERVER" register "$EVIL" --password-stdin <<<"$PASSWORD"
    run tmctl -S "$SERVER" login "$EVIL" --password-stdin <<<"$PASSWORD"
    tmctl -q -p beto -S "$SERVER" login beto --password-stdin <<<"$PASSWORD"
    run beto send "$EVIL" -m x
    run send_evil
    stop_server
    [ -s "$SERVER_LOG" ]
    run ! LC_ALL=C grep -qaP '[^\x20-\x7e]' "$SERVER_LOG"
    run ! grep -q '^forged' "$SERVER_LOG"
    if [[ $format == json ]]; then jq -es 'length > 5' "$SERVER_LOG"; fi
    start_server
  done
}

@test "a command that watch runs has the mail on stdin alone, as harmless JSON" {
  send_evil
  ok ana watch --cursor '' --max 1 --exec 'env >environment; cat >message'
  run ! grep -qaE 'evil|forged' environment
  tame "$(cat message)"
  [ "$(wc -l <message)" = 1 ]
  is "$(cat message)" '.subject == $evil' --arg evil "$EVIL"
}

@test "a mail's encoded headers forge no lines" {
  printf '%s\n' 'To: ana' \
    'Subject: =?utf-8?q?news=0ABcc:_carla=1B[2J=E2=80=AE?=' \
    'From: =?utf-8?q?boss=0AX:_y=1B[2J?= <boss@example.org>' \
    'Content-Type: text/plain; name="=?utf-8?q?../../a=0Ab?="' \
    'Content-Disposition: attachment; filename="../../a"' '' text |
    tmctl -p beto sendmail -t
  tame_on_terminal tmctl -p ana read 1 --peek
  run ! grep -qE '^(Bcc|X): ' <<<"$output"
  ok ana read 1 --peek
  is "$output" '.messages[0].attachments == [] or
    (.messages[0].attachments[0].name | test("[/\n]") | not)'
}
