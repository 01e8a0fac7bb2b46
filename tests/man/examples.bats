#!/usr/bin/env bats
# Every page's examples work, in order, in one shell; run-examples says how they
# are written. Each page finds the same world:
#
# - a server at $TMCTL_SERVER, whose trays have room for 50 messages;
# - ana, logged in under the profile "default", and beto under "beto";
# - both passwords in ~/password;
# - in ana's inbox 2, 4, 5 and 6 from beto, in her outbox 1 (which beto has
#   read), 3 and 7.

load ../cli/helpers
load pages

setup() {
  fresh_home
  mkdir work
  start_server --tray-capacity 50
  export TMCTL_SERVER=$SERVER
  (
    umask 077
    echo "$PASSWORD" >~/password
  )
  tmctl -q register ana --password-file ~/password
  tmctl -q -p beto register beto --password-file ~/password
  tmctl -q send beto -s hello -m 'Are you there?'
  tmctl -q -p beto send ana -s 'lunch?' -m 'At one?'
  tmctl -q send beto -s report -m 'See below.'
  tmctl -q -p beto send ana -s 'backup done' -m ok -l host=web1
  tmctl -q -p beto send ana -s 'build passed' -m 'all 312 tests'
  tmctl -q -p beto send ana -s 'build failed' -m 'test 17' -l host=web1
  tmctl -q send beto -s thanks -m 'for the tests'
  tmctl -q -p beto read 1
}

teardown() { stop_servers; }

examples() {
  rendered "$1" EXAMPLES >examples
  cd work || return
  run -0 "$ROOT/tests/man/run-examples" <../examples
}

@test "tm-menu(1)" { PATH=$PATH:$ROOT/scripts examples tm-menu.1; }
@test "tmctl-admin(1)" { examples tmctl-admin.1; }
@test "tmctl-completion(1)" { examples tmctl-completion.1; }
@test "tmctl-config(1)" { examples tmctl-config.1; }
@test "tmctl-config(5)" { examples tmctl-config.5; }
@test "tmctl-delete(1)" { examples tmctl-delete.1; }
@test "tmctl-doctor(1)" { examples tmctl-doctor.1; }
@test "tmctl-help(1)" { examples tmctl-help.1; }
@test "tmctl-inbox(1)" { examples tmctl-inbox.1; }
@test "tmctl-json(5)" { examples tmctl-json.5; }
@test "tmctl-login(1)" { examples tmctl-login.1; }
@test "tmctl-logout(1)" { examples tmctl-logout.1; }
@test "tmctl-mark(1)" { examples tmctl-mark.1; }
@test "tmctl-outbox(1)" { examples tmctl-outbox.1; }
@test "tmctl-passwd(1)" { examples tmctl-passwd.1; }
@test "tmctl-queue(1)" { examples tmctl-queue.1; }
@test "tmctl-read(1)" { examples tmctl-read.1; }
@test "tmctl-register(1)" { examples tmctl-register.1; }
@test "tmctl-run(1)" { examples tmctl-run.1; }
@test "tmctl-schema(1)" { examples tmctl-schema.1; }
@test "tmctl-send(1)" { examples tmctl-send.1; }
@test "tmctl-sendmail(1)" { examples tmctl-sendmail.1; }
@test "tmctl-token(1)" { examples tmctl-token.1; }
@test "tmctl-version(1)" { examples tmctl-version.1; }
@test "tmctl-watch(1)" { examples tmctl-watch.1; }
@test "tmctl-whoami(1)" { examples tmctl-whoami.1; }
@test "tmctl(1)" { examples tmctl.1; }
@test "tmserver-config(5)" { examples tmserver-config.5; }
@test "tmserver(8)" { PATH=$PATH:$ROOT/scripts examples tmserver.8; }
@test "turbomessage-security(7)" { examples turbomessage-security.7; }
@test "turbomessage(7)" { examples turbomessage.7; }

@test "no page is forgotten here" {
  local page
  for page in "$MAN"/*.[1578]; do
    grep -q "examples ${page##*/}; }" "$BATS_TEST_FILENAME"
  done
}

@test "run-examples notices what is wrong" {
  wrong() {
    run -1 "$ROOT/tests/man/run-examples" <<<"       $1"
  }
  wrong '$ false'
  wrong '$ true # exits with 1'
  wrong '$ false | true'
  wrong $'$ echo one\n       two'
  wrong $'$ echo one two\n       one...three'
  wrong 'one'
  run -0 "$ROOT/tests/man/run-examples" <<<$'       $ x=\'a  (b)\'

       $ echo "$x" &&
       >   echo c
       a  (b)
       c

     Prose.
       $ echo "1 $x 2"; false # exits with 1
       1 ... 2'
}
