#!/usr/bin/env bats
# scripts/check-includes: includes that go against the arrows.
bats_require_minimum_version 1.5.0

setup() {
  CHECK=$BATS_TEST_DIRNAME/../../scripts/check-includes
  cd "$BATS_TEST_TMPDIR" || return
  mkdir -p proto/turbomessage tmserver/{mail,store,service} \
    tmctl/{base,net,output,sending,sendmail/mime,new}
}

# Whether FILE may include PATH.
includes() {
  printf '#include <string>\n#include %s\n' "$2" >"$1"
  "$CHECK" .
}

@test "this tree follows the arrows" {
  "$CHECK"
}

@test "the rooms see what they stand on" {
  includes proto/turbomessage/wire.h '<cstdint>'
  includes tmserver/mail/x.cc '"tmserver/mail/store.h"'
  includes tmserver/store/x.cc '"tmserver/mail/store.h"'
  includes tmserver/store/y.cc '<sqlite3.h>'
  includes tmserver/service/x.h '"turbomessage/v1/mail.grpc.pb.h"'
  includes tmserver/server.cc '"tmserver/store/open.h"'
  includes tmctl/net/client.cc '"turbomessage/v1/mail.grpc.pb.h"'
}

@test "the rules see neither storage nor wire nor engines" {
  run ! includes tmserver/mail/x.cc '"tmserver/store/open.h"'
  [[ $output == 'tmserver/mail/x.cc:2: '*'tmserver/store/open.h'* ]]
  run ! includes tmserver/mail/x.cc '"turbomessage/v1/mail.pb.h"'
  run ! includes tmserver/mail/x.cc '"proto/turbomessage/wire.h"'
  run ! includes tmserver/mail/x.cc '<sqlite3.h>'
  run ! includes tmserver/mail/x.cc '<grpcpp/grpcpp.h>'
}

@test "a store sees no service, a service no store" {
  run ! includes tmserver/store/x.cc '"tmserver/service/status.h"'
  rm tmserver/store/x.cc
  run ! includes tmserver/service/x.cc '"tmserver/store/open.h"'
}

@test "the two programs share proto alone" {
  run ! includes tmctl/x.cc '"tmserver/mail/types.h"'
  rm tmctl/x.cc
  run ! includes tmserver/server.cc '"tmctl/config/config.h"'
  rm tmserver/server.cc
  run ! includes proto/turbomessage/wire.h '"tmserver/mail/types.h"'
}

@test "a folder of tmctl sees those below it, never those above" {
  includes tmctl/cmd_x.cc '"tmctl/sending/batch.h"'
  includes tmctl/sending/x.cc '"tmctl/output/output.h"'
  includes tmctl/output/x.cc '"tmctl/base/text.h"'
  includes tmctl/new/x.cc '"tmctl/commands.h"'
  run ! includes tmctl/output/x.cc '"tmctl/sending/batch.h"'
  rm tmctl/output/x.cc
  run ! includes tmctl/sending/x.cc '"tmctl/commands.h"'
  [[ $output == 'tmctl/sending/x.cc:2: tmctl/sending must not include'* ]]
  rm tmctl/sending/x.cc
  run ! includes tmctl/base/x.h '"tmctl/net/address.h"'
}

@test "of tmctl only net sees gRPC, only its helper gmime" {
  includes tmctl/net/x.cc '<grpcpp/grpcpp.h>'
  includes tmctl/sendmail/mime/x.cc '<gmime/gmime.h>'
  run ! includes tmctl/cmd_x.cc '<grpcpp/grpcpp.h>'
  rm tmctl/cmd_x.cc
  run ! includes tmctl/sending/x.cc '"turbomessage/v1/mail.grpc.pb.h"'
  rm tmctl/sending/x.cc
  run ! includes tmctl/sendmail/x.cc '<gmime/gmime.h>'
  rm tmctl/sendmail/x.cc
  run ! includes tmctl/sendmail/mime/x.cc '"tmctl/base/text.h"'
}

@test "no program sees the tests" {
  run ! includes tmctl/x.cc '"tests/fake.h"'
}

@test "spaces in an include hide nothing" {
  printf '  #  include   "tmserver/store/open.h"\n' >tmserver/mail/x.cc
  run ! "$CHECK" .
}
