#!/usr/bin/env bats
# The contract that TurboMessage grew from, with a foreign client: Python's gRPC
# and stubs that protoc makes here. seed.py holds the scenarios.

load helpers

setup_file() {
  protoc -I "$BATS_TEST_DIRNAME/../../proto" \
    --python_out="$BATS_FILE_TMPDIR" --grpc_python_out="$BATS_FILE_TMPDIR" \
    --plugin=protoc-gen-grpc_python="$(command -v grpc_python_plugin)" \
    turbomessage.proto
}

# scenario NAME: a class of seed.py, against the newest server.
scenario() {
  SERVER=$SERVER PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$BATS_FILE_TMPDIR \
    timeout 120 /usr/bin/python3 "$ROOT/tests/cli/seed.py" "$@" 3>&-
}

@test "accounts, with the options of the original's deployment" {
  serve --listen 0.0.0.0:0 --insecure --session-max 1h --store memory:
  SERVER=127.0.0.1:$PORT scenario Accounts
}

@test "mail: every call, every failure" {
  start_server
  scenario Mail
}

@test "hostile requests are refused under gRPC's OK" {
  start_server
  scenario Hostile
  run ! grep -q ' error ' "$SERVER_LOG"
}

@test "both contracts share users, logins and mail" {
  start_server
  scenario BothContracts
}

@test "a large tray is readable with a client's default limits" {
  start_server
  scenario LargeTray
}

@test "32 clients at once: exactly as many mails as there is room for" {
  start_server
  scenario Crowd
}

@test "mail and logins outlive the server, however it ends" {
  start_server
  scenario BeforeTheEnd
  stop_server
  WANTED_PORT=$PORT start_server
  scenario AfterTheEnd
  crash_server
  WANTED_PORT=$PORT start_server
  scenario AfterTheEnd
}

@test "a login ends with its time" {
  start_server --session-max 1s
  scenario Expiry
}

@test "a closed server takes nobody new" {
  start_server --registration closed
  scenario Closed
  stop_server
  WANTED_PORT=$PORT start_server --registration invite
  scenario Closed
}

@test "a folio beyond int32 is left out of the list and logged" {
  start_server
  scenario BeforeInt32Ends
  stop_server
  /usr/bin/python3 - <<'PYTHON'
import sqlite3
store = sqlite3.connect("mail.db")
store.execute("UPDATE messages SET id = 2147483647 WHERE id = 2")
for table in "bodies", "entries", "receipts":
    store.execute(
        f"UPDATE {table} SET message_id = 2147483647 WHERE message_id = 2")
store.execute("UPDATE meta SET value = 2147483647 WHERE key = 'settled'")
store.execute("UPDATE trays SET settled = 2147483647")
store.commit()
store.close()
PYTHON
  WANTED_PORT=$PORT start_server
  scenario AfterInt32Ended
  grep -q 'seed_tray_incomplete user=ana left_out_from=2147483648' "$SERVER_LOG"
}

@test "the log tells how a call ended and no secret" {
  start_server --log-format json --log-level debug
  scenario Secrets
  jq -se 'any(.method == "turbomessage.ServidorTurboMessage/login" and
    .reason == "BAD_CREDENTIALS")' <"$SERVER_LOG"
  jq -se 'any(.method == "turbomessage.ServidorTurboMessage/enviar_mensaje" and
    .user == "ana" and .reason == "OK")' <"$SERVER_LOG"
  run ! grep -F -e 'correct horse' -e 'wrong horse' -e "$(cat token)" \
    -e 'el asunto' -e 'el cuerpo' "$SERVER_LOG"
}
