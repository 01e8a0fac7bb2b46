#!/usr/bin/env bats
# TLS between tmctl and tmserver: what works, and what is said where it doesn't.
#
# shellcheck disable=SC2030,SC2031  # what `run` sets is read in the same test

load helpers
load tls

setup() {
  fresh_home
  certificates
}

# refused_tls EXIT CODE OPTION...: whoami is, with a token that isn't asked for.
refused_tls() {
  TMCTL_TOKEN=anything refused "$1" "$2" tmctl "${@:3}" whoami
}

# --- What works ---

@test "all of it goes over TLS once the CA is known" {
  serve_tls
  [[ $LISTENING =~ ^tmserver:\ listening\ on\ 127\.0\.0\.1:[0-9]+$ ]]
  register_tls ana beto
  [ "$(jq -r .profiles.ana.tls_ca "$CONFIG")" = "$PWD/certs/ca.crt" ]
  [ "$(jq -r .profiles.ana.server "$CONFIG")" = "tls://localhost:$PORT" ]
  cd /
  ana -q send beto -s hello -m text
  ok beto inbox -o ids
  [ "$output" = 1 ]
  ok beto watch --cursor "" --for 0
  printf '%s\n' '{"to":["beto"]}' '{"to":["beto"]}' | ana -q send --batch -
  ok beto inbox --count -o ids
  [ "$output" = 3 ]
}

@test "versions of TLS before 1.2 are refused" {
  serve_tls
  local version
  for version in tls1_2 tls1_3; do
    openssl s_client "-$version" -connect "$PLAIN" -alpn h2 \
      -CAfile certs/ca.crt -verify_return_error </dev/null >/dev/null 2>&1
  done
  for version in tls1 tls1_1; do
    run ! openssl s_client "-$version" -cipher DEFAULT@SECLEVEL=0 \
      -connect "$PLAIN" -alpn h2 </dev/null
  done
}

@test "with TLS every address may be listened on" {
  serve --listen 0.0.0.0:0 --store memory: \
    --tls-cert certs/server.crt --tls-key certs/server.key
  SERVER=tls://localhost:$PORT register_tls ana
}

@test "a Unix socket stays plaintext beside TLS" {
  serve_tls --listen "unix:$PWD/socket"
  register_tls ana
  local line
  IFS= read -r -t 20 line <&"$READY"
  SERVER=${line##* } register beto
  beto -q send ana -m x
  ok ana inbox -o ids
  [ "$output" = 1 ]
}

@test "health checks work over TLS" {
  serve_tls
  # gRPC's own resolver needs /etc/hosts or a DNS server for localhost.
  /usr/bin/python3 - "127.0.0.1:$PORT" certs/ca.crt <<'PYTHON'
import sys
import grpc
with open(sys.argv[2], "rb") as ca:
    credentials = grpc.ssl_channel_credentials(ca.read())
with grpc.secure_channel(sys.argv[1], credentials) as channel:
    check = channel.unary_unary("/grpc.health.v1.Health/Check")
    assert check(b"", timeout=20) == b"\x08\x01"
PYTHON
}

@test "the system's CAs are trusted where none is named" {
  serve_tls
  register_tls ana
  tmctl -p ana config set tls_ca ''
  refused 78 bad_config ana whoami
  SSL_CERT_FILE=$PWD/certs/ca.crt ok ana whoami
  SSL_CERT_FILE=$PWD/nothing refused 78 bad_config ana whoami
  says "$PWD/nothing"
}

@test "a server is also known by its addresses" {
  serve_tls
  register_tls ana
  ok ana -S "tls://127.0.0.1:$PORT" whoami
}

@test "clients show certificates where the server wants them" {
  serve_tls --tls-client-ca certs/ca.crt
  tmctl -q -S "$SERVER" --tls-ca certs/ca.crt --tls-cert certs/client.crt \
    --tls-key certs/client.key -p ana register ana --password-stdin \
    <<<"$PASSWORD"
  cd /
  ok ana whoami
}

@test "it works in a directory with nothing else in it" {
  unshare -r true 2>/dev/null || [ "$EUID" = 0 ] || skip 'chroot is not permitted'
  serve_tls
  register_tls ana
  mkdir -p root/etc
  local program file
  for program in tmctl openssl; do
    while read -r file; do
      cp --parents "$file" root
    done < <(ldd "$(command -v $program)" | grep -o '/[^ ]*')
  done
  cp "$(command -v tmctl)" certs/ca.crt root
  cp "$CONFIG" root/tmctl.json
  sed -i 's|"/.*/ca.crt"|"ca.crt"|' root/tmctl.json
  local chroot=(chroot root)
  [ "$EUID" = 0 ] || chroot=(unshare -r chroot root)
  ok "${chroot[@]}" /tmctl --config /tmctl.json -p ana whoami
  refused 78 bad_config "${chroot[@]}" /tmctl --config /tmctl.json -p ana \
    --tls-ca /tmctl.json whoami
}

@test "OpenSSL is loaded for TLS, and its absence is told" {
  [ "$(uname -m)" = x86_64 ] || skip 'it is loaded at every start'
  serve_tls
  register_tls ana
  mkdir -p broken
  echo nothing >broken/libssl.so.3
  export LD_LIBRARY_PATH=$PWD/broken
  ok tmctl version
  refused 71 os_error tmctl -p ana whoami
  [[ $(jq -r .message <<<"$stderr") == "can't load OpenSSL: "*libssl.so.3* ]]
  [[ $(jq -r .hint <<<"$stderr") == *libssl3* ]]
  unset LD_LIBRARY_PATH
  ok tmctl -p ana whoami
}

# --- Settings ---

@test "TLS has flags, variables and keys of the profile" {
  serve_tls
  register_tls ana
  tmctl -p ana config set tls_ca certs/client.crt
  refused 78 bad_config ana whoami
  TMCTL_TLS_CA=certs/ca.crt ok ana whoami
  TMCTL_TLS_CA=certs/client.crt ok ana --tls-ca certs/ca.crt whoami
}

@test "a relative path of the profile begins where the file is" {
  serve_tls
  register_tls ana
  cp certs/ca.crt "$HOME/.config/turbomessage/here.crt"
  sed -i 's|"/.*/ca.crt"|"here.crt"|' "$CONFIG"
  cd /
  ok ana whoami
}

@test "files for TLS are refused where there is no TLS" {
  start_server
  register ana
  refused 64 usage ana --tls-ca certs/ca.crt whoami
  says --tls-ca tls://
  TMCTL_TLS_CA=certs/ca.crt ok ana whoami
}

@test "half of a pair is refused" {
  refused_tls 64 usage -S tls://localhost:1 --tls-cert certs/client.crt
  says tls_key
  TMCTL_TLS_KEY=certs/client.key refused_tls 78 bad_config -S tls://localhost:1
}

@test "files that can't be used are named" {
  local own=(-S tls://localhost:1 --tls-ca certs/ca.crt)
  refused_tls 78 bad_config -S tls://localhost:1 --tls-ca nothing
  says nothing
  refused_tls 78 bad_config -S tls://localhost:1 --tls-ca certs/ca.key
  says certs/ca.key 'no PEM certificate'
  refused_tls 78 bad_config "${own[@]}" --tls-cert certs/client.crt \
    --tls-key certs/server.key
  says certs/server.key 'does not belong'
  openssl pkey -in certs/client.key -aes128 -passout pass:x -out locked.key
  refused_tls 78 bad_config "${own[@]}" --tls-cert certs/client.crt \
    --tls-key locked.key
  says locked.key passphrase
  chmod 666 certs/client.key
  refused_tls 78 bad_config "${own[@]}" --tls-cert certs/client.crt \
    --tls-key certs/client.key
  says 'chmod go-w'
  sign old 20200101000000Z 20210101000000Z
  refused_tls 78 bad_config "${own[@]}" --tls-cert certs/old.crt \
    --tls-key certs/old.key
  says certs/old.crt 'expired on 2021-01-01'
}

# --- What goes wrong ---

@test "a certificate that has expired" {
  sign old 20200101000000Z 20210101000000Z
  CERT=old serve_tls
  grep -q 'warn.*expired on 2021-01-01' "$SERVER_LOG"
  refused_tls 75 unavailable -S "$SERVER" --tls-ca certs/ca.crt
  says 'expired on 2021-01-01' renew
  is "$error" '.outcome == "none" and .retryable'
}

@test "a certificate that is not valid yet" {
  sign new 20900101000000Z 20910101000000Z
  CERT=new serve_tls
  grep -q 'warn.*2090-01-01' "$SERVER_LOG"
  refused_tls 75 unavailable -S "$SERVER" --tls-ca certs/ca.crt
  says 'not valid before 2090-01-01' clock
}

@test "a certificate for another host" {
  sign other 20200101000000Z 20900101000000Z DNS:mail.example.org,IP:192.0.2.1
  CERT=other serve_tls
  refused_tls 78 bad_config -S "$SERVER" --tls-ca certs/ca.crt
  says 'for mail.example.org, 192.0.2.1, not for localhost'
  refused_tls 78 bad_config -S "tls://127.0.0.1:$PORT" --tls-ca certs/ca.crt
  says 'not for 127.0.0.1'
}

@test "a CA that is not known here" {
  serve_tls
  certificates others
  refused_tls 78 bad_config -S "$SERVER" --tls-ca others/ca.crt
  says 'TurboMessage CA of' 'not trusted here' --tls-ca
}

@test "a certificate that nobody else has signed" {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
    -subj /CN=self -addext subjectAltName=DNS:localhost \
    -keyout certs/self.key -out certs/self.crt 2>/dev/null
  CERT=self serve_tls
  refused_tls 78 bad_config -S "$SERVER" --tls-ca certs/ca.crt
  says '"self"' 'not trusted here'
  tmctl -q -S "$SERVER" --tls-ca certs/self.crt register ana --password-stdin \
    <<<"$PASSWORD"
}

@test "a server without TLS" {
  start_server
  refused_tls 78 bad_config -S "tls://localhost:$PORT" --tls-ca certs/ca.crt
  says "localhost:$PORT does not speak TLS" 'without tls://'
}

@test "a server with TLS, named without" {
  serve_tls
  refused_tls 78 bad_config -S "localhost:$PORT"
  says "speaks TLS only" "tls://localhost:$PORT"
}

@test "a server that wants a certificate" {
  serve_tls --tls-client-ca certs/ca.crt
  certificates others
  refused_tls 78 bad_config -S "$SERVER" --tls-ca certs/ca.crt
  says 'wants a certificate' --tls-cert
  refused_tls 78 bad_config -S "$SERVER" --tls-ca certs/ca.crt \
    --tls-cert others/client.crt --tls-key others/client.key
  says 'does not accept our certificate'
  # One for servers is none for clients.
  refused_tls 78 bad_config -S "$SERVER" --tls-ca certs/ca.crt \
    --tls-cert certs/server.crt --tls-key certs/server.key
  says 'does not accept our certificate'
}

# listener WORDS: takes connections and does this with each, in Python.
listener() {
  coproc LISTENER { exec /usr/bin/python3 -c "import socket, struct
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
kept = []
while True:
    connection = listener.accept()[0]
    kept.append(connection)
    $1" 2>/dev/null; } 3>&-
  IFS= read -r PORT <&"${LISTENER[0]}"
}

@test "a server that hangs up, or resets, or says nothing, or something else" {
  local reset="connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
        struct.pack('ii', 1, 0)); connection.close()"
  listener 'connection.recv(65536); connection.close()'
  refused_tls 75 unavailable -S "tls://localhost:$PORT" --tls-ca certs/ca.crt
  says 'broke off the TLS handshake'
  kill "$LISTENER_PID"
  listener "$reset"
  refused_tls 75 unavailable -S "tls://localhost:$PORT" --tls-ca certs/ca.crt
  says 'broke off the TLS handshake: Connection reset by peer'
  kill "$LISTENER_PID"
  listener 'pass'
  refused_tls 75 deadline_exceeded -S "tls://localhost:$PORT" \
    --tls-ca certs/ca.crt --timeout 500ms
  kill "$LISTENER_PID"
  listener 'connection.sendall(b"220 mail.example.org ESMTP\r\n")' # at once
  refused_tls 78 bad_config -S "tls://localhost:$PORT" --tls-ca certs/ca.crt
  says 'does not speak TLS'
  kill "$LISTENER_PID"
}

@test "TLS, but no HTTP/2" {
  coproc LISTENER { exec openssl s_server -accept 127.0.0.1:0 \
    -cert certs/server.crt -key certs/server.key 2>/dev/null; } 3>&-
  local line
  while IFS= read -r line <&"${LISTENER[0]}"; do
    [[ $line != ACCEPT* ]] || break
  done
  refused_tls 76 protocol_mismatch -S "tls://localhost:${line##*:}" \
    --tls-ca certs/ca.crt
  says 'not HTTP/2'
  kill "$LISTENER_PID"
}

@test "nobody there" {
  refused_tls 75 unavailable -S tls://localhost:1 --tls-ca certs/ca.crt
  says 'Connection refused'
}

# --- The queue ---

@test "what may pass is queued, what somebody must mend is not" {
  serve_tls
  register_tls ana
  sign old 20200101000000Z 20210101000000Z
  cp certs/server.crt good.crt
  cp certs/server.key good.key
  stop_server
  WANTED=$PORT
  cp certs/old.crt certs/server.crt
  cp certs/old.key certs/server.key
  serve --listen "127.0.0.1:$WANTED" --store "sqlite:$PWD/mail.db" \
    --tls-cert certs/server.crt --tls-key certs/server.key
  ok ana send ana -m one --queue auto
  json .queued
  certificates others
  refused 78 bad_config ana --tls-ca others/ca.crt send ana -m two --queue auto
  cp good.crt certs/server.crt
  cp good.key certs/server.key
  ok ana queue flush
  ok ana inbox --count -o ids
  [ "$output" = 1 ]
}

# --- New certificates ---

# serial: of the certificate that the server shows now.
serial() {
  openssl s_client -connect "$PLAIN" -alpn h2 </dev/null 2>/dev/null |
    openssl x509 -noout -serial
}

@test "new certificates are taken while a watch and sends go on" {
  serve_tls --tray-capacity 0
  register_tls ana beto
  beto watch -o ids >seen 2>errors 3>&- &
  local watch=$! sends=0 rounds before
  rounds=$(times 4 40)
  until ana -q send beto -m x && [ -s seen ]; do :; done
  for ((; rounds > 0; --rounds)); do
    before=$(serial)
    certificates & # the files change one after the other
    ana -q send beto -m x
    wait $!
    ana -q send beto -m x
    [ "$(serial)" != "$before" ]
    ana -q send beto -m x
    sends=$((sends + 3))
  done
  local last
  last=$(ana outbox -o ids --limit 1)
  until grep -qx "$last" seen; do kill -0 "$watch"; done
  kill "$watch"
  [ ! -s errors ]
  [ "$(wc -l <seen)" -ge "$sends" ]
}

@test "new certificates that can't be used leave the old ones" {
  serve_tls
  register_tls ana
  local before
  before=$(serial)
  cp certs/client.key certs/server.key
  ok ana whoami
  [ "$(serial)" = "$before" ]
  grep -q 'warn.*certs/server.key does not belong' "$SERVER_LOG"
  [ "$(grep -c 'does not belong' "$SERVER_LOG")" = 1 ]
  sign old 20200101000000Z 20210101000000Z
  cp certs/old.crt certs/server.crt
  cp certs/old.key certs/server.key
  [ "$(serial)" = "$before" ]
  grep -q 'warn.*expired on 2021' "$SERVER_LOG"
  rm certs/server.crt
  ok ana whoami
  grep -q 'certs/server.crt: No such file' "$SERVER_LOG"
  certificates
  [ "$(serial)" != "$before" ]
}

@test "SIGHUP looks at the files at once" {
  serve_tls
  cp certs/client.key certs/server.key
  kill -HUP "$SERVER_PID"
  until grep -q 'does not belong' "$SERVER_LOG"; do kill -0 "$SERVER_PID"; done
  register_tls ana
}

@test "a new CA for clients counts from the next connection" {
  certificates others
  cp certs/ca.crt clients.crt
  serve_tls --tls-client-ca clients.crt
  local own=(-S "$SERVER" --tls-ca certs/ca.crt --tls-cert others/client.crt
    --tls-key others/client.key)
  refused_tls 78 bad_config "${own[@]}"
  cat others/ca.crt >>clients.crt
  tmctl -q "${own[@]}" register ana --password-stdin <<<"$PASSWORD"
}

# --- What the server refuses ---

# rejected EXIT TEXT OPTION...: tmserver ends with that status and a sentence
# with TEXT, and listens nowhere.
rejected() {
  run "-$1" --separate-stderr timeout 20 tmserver --port 0 --store memory: "${@:3}"
  [ -z "$output" ]
  [[ $stderr == *"$2"* ]]
}

@test "a certificate and a key that can't be used are refused at once" {
  local cert=certs/server.crt key=certs/server.key
  rejected 78 'nothing: No such file' --tls-cert nothing --tls-key $key
  rejected 78 'nothing: No such file' --tls-cert $cert --tls-key nothing
  rejected 78 'does not belong' --tls-cert $cert --tls-key certs/client.key
  rejected 78 'no PEM certificate' --tls-cert $key --tls-key $key
  rejected 78 'no PEM private key' --tls-cert $cert --tls-key $cert
  rejected 78 'no PEM certificate' --tls-cert $cert --tls-key $key \
    --tls-client-ca $key
  rejected 78 "$PWD" --tls-cert "$PWD" --tls-key $key
  rejected 64 --tls-key --tls-cert $cert
  rejected 64 --tls-cert --tls-key $key
  rejected 64 --tls-cert --tls-client-ca certs/ca.crt
  TMSERVER_TLS_CERT=$cert rejected 78 --tls-key
  (cat $cert && sed '3s/./!/' $cert) >damaged.crt
  rejected 78 'damaged.crt' --tls-cert damaged.crt --tls-key $key
  openssl pkey -in $key -aes128 -passout pass:x -out locked.key
  rejected 78 passphrase --tls-cert $cert --tls-key locked.key
  chmod 620 $key
  rejected 78 'others can write' --tls-cert $cert --tls-key $key
  openssl req -x509 -newkey rsa:1024 -nodes -days 9 -subj /CN=weak \
    -keyout weak.key -out weak.crt 2>/dev/null
  rejected 78 'key too small' --tls-cert weak.crt --tls-key weak.key
}

@test "a key that everybody can read is warned of" {
  chmod 644 certs/server.key
  serve_tls
  grep -q 'warn.*chmod o-r' "$SERVER_LOG"
}

# --- doctor ---

@test "doctor tells of the certificates" {
  serve_tls
  register_tls ana
  ok ana doctor
  json '.checks[] | select(.name == "tls") | .verdict == "ok" and
    (.message | contains("TLSv1.3") and contains("localhost, 127.0.0.1") and
      contains("in 89 days"))'
  "$ROOT/scripts/make-certs" --days 13 certs
  run -1 --separate-stderr ana doctor
  json '.checks[] | select(.name == "tls") | .verdict == "warning" and
    (.message | contains("in 12 days"))'
  run -78 --separate-stderr ana --tls-ca certs/client.crt doctor
  json '.checks[] | select(.name == "tls") | .verdict == "failed" and
    .code == "bad_config" and (.message | contains("not trusted"))'
  stop_server
  run -75 --separate-stderr ana doctor
  json '.checks[] | select(.name == "tls") | .verdict == "skipped"'
}

@test "doctor looks at our own certificate, too" {
  "$ROOT/scripts/make-certs" --days 13 --client short certs
  certificates
  serve_tls --tls-client-ca certs/ca.crt
  tmctl -q -S "$SERVER" --tls-ca certs/ca.crt --tls-cert certs/short.crt \
    --tls-key certs/short.key register ana --password-stdin <<<"$PASSWORD"
  run -1 --separate-stderr tmctl doctor
  json '.checks[] | select(.name == "tls") | .verdict == "warning" and
    (.message | contains("our certificate ends") and contains("in 12 days"))'
}
