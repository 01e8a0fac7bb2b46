# Certificates and servers for the tests of TLS.
#
# shellcheck disable=SC2034,SC2154  # bats and the tests use them

# certificates [DIR [HOST...]]: a CA's, a server's and a client's.
certificates() {
  "$ROOT/scripts/make-certs" "${1-certs}" "${@:2}"
}

# sign NAME START END [NAMES]: certs/NAME.crt and .key by the CA of certs, good
# between these times (as in 20200101000000Z) and for NAMES.
sign() {
  local names=${4-DNS:localhost,IP:127.0.0.1}
  [ -e certs/index ] || : >certs/index
  printf '%s\n' '[ca]' default_ca=own '[own]' database=certs/index \
    new_certs_dir=certs rand_serial=yes unique_subject=no default_md=sha256 \
    policy=any x509_extensions=extensions '[any]' commonName=supplied \
    '[extensions]' "subjectAltName=$names" >certs/ca.conf
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -subj "/CN=$1" -keyout "certs/$1.key" -out certs/request 2>/dev/null
  openssl ca -batch -notext -config certs/ca.conf -cert certs/ca.crt \
    -keyfile certs/ca.key -startdate "$2" -enddate "$3" -in certs/request \
    -out "certs/$1.crt" 2>/dev/null
}

# serve_tls [OPTION...]: a server with TLS and the certificates of certs (CERT
# names another one). Sets PLAIN to its address without tls://.
serve_tls() {
  local cert=certs/${CERT-server}
  serve --listen 127.0.0.1:0 --store "sqlite:$PWD/mail.db" \
    --tls-cert "$cert.crt" --tls-key "$cert.key" "$@"
  PLAIN=$SERVER
  SERVER=tls://localhost:$PORT
}

# register_tls USER...
register_tls() {
  local user
  for user; do
    tmctl -q -S "$SERVER" --tls-ca certs/ca.crt -p "$user" register "$user" \
      --password-stdin <<<"$PASSWORD"
  done
}

# says TEXT...: the last error has each of them in its message or hint, and
# nothing else is on stderr.
says() {
  local text all
  all=$(jq -r '.message + "; " + .hint' <<<"$error")
  for text; do
    if [[ $all != *"$text"* ]]; then
      echo "'$text' is not in: $all"
      return 1
    fi
  done
  [ "${#stderr_lines[@]}" = 1 ]
}
