#!/usr/bin/env bats
# scripts/make-certs: certificates that fit, and a CA that stays.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  make_certs="$BATS_TEST_DIRNAME/../../scripts/make-certs"
}

@test "makes a CA and certificates by it, with keys for their owner alone" {
  umask 000
  run -0 "$make_certs" certs/new mail.example.org 192.0.2.7 2001:db8::7
  [ -z "$output" ]
  cd certs/new
  [ "$(echo *)" = 'ca.crt ca.key client.crt client.key server.crt server.key' ]
  [ "$(stat -c %a ca.key client.key server.key | sort -u)" = 600 ]
  openssl verify -CAfile ca.crt -purpose sslserver server.crt
  openssl verify -CAfile ca.crt -purpose sslclient client.crt
  run ! openssl verify -CAfile ca.crt -purpose sslclient server.crt
  run ! openssl verify -CAfile ca.crt -purpose sslserver client.crt
  local host ip
  for host in localhost mail.example.org; do
    openssl verify -CAfile ca.crt -verify_hostname $host server.crt
  done
  for ip in 127.0.0.1 ::1 192.0.2.7 2001:db8::7; do
    openssl verify -CAfile ca.crt -verify_ip $ip server.crt
  done
  run ! openssl verify -CAfile ca.crt -verify_hostname example.org server.crt
  [ -z "$(find . -name '.*' ! -name .)" ]
}

@test "run again it keeps the CA" {
  "$make_certs" certs
  cp -r certs before
  "$make_certs" --client ana --client beto --days 3 certs
  cmp certs/ca.crt before/ca.crt
  cmp certs/ca.key before/ca.key
  run ! cmp -s certs/server.crt before/server.crt
  cmp certs/client.crt before/client.crt
  openssl verify -CAfile before/ca.crt certs/server.crt certs/ana.crt \
    certs/beto.crt
  openssl x509 -noout -checkend $((2 * 86400)) -in certs/ana.crt
  run ! openssl x509 -noout -checkend $((4 * 86400)) -in certs/ana.crt
}

@test "half of a CA is refused" {
  "$make_certs" certs
  rm certs/ca.key
  run -66 "$make_certs" certs
  [[ $output == *ca.key* ]]
  [ ! -e certs/ca.key ]
}

@test "wrong usage is refused" {
  run -64 "$make_certs"
  [[ $output == *'make-certs [OPTION...] DIR'* ]]
  run -64 "$make_certs" --nothing certs
  run -64 "$make_certs" certs 'bad host'
  run -64 "$make_certs" --days 0 certs
  run -64 "$make_certs" --days
  run -64 "$make_certs" --client ca certs
  run -64 "$make_certs" --client ../x certs
  [ ! -e certs ]
  touch file
  run -73 "$make_certs" file/certs
}
