#!/usr/bin/env bats
# tmctl sendmail: whoever calls it, as they call it, and what it takes to be the
# mail.

load helpers
load sendmail

CRON_MAIL='From: root (Cron Daemon)
To: ana
Subject: Cron <ana@web1> backup

done'

# sent_by ARGUMENT...: the caller's mail arrives, once, and nothing is said.
sent_by() {
  ok tmctl sendmail "$@" <<<"$CRON_MAIL"
  silent
  arrived ana '.subject == "Cron <ana@web1> backup" and .body == "done\n"'
  nothing_left ana beto carla
}

silent() { [ -z "$output$stderr" ]; }

@test "Debian's cron" { sent_by -FCronDaemon -i -B8BITMIME -oem ana; }
@test "cronie" { sent_by -FCronDaemon -i -odi -oem -oi -t -f ana; }
@test "vixie-cron and BSD" { sent_by -FCronDaemon -odi -oem -oi -t; }
@test "anacron" { sent_by -FAnacron -odi ana; }
@test "busybox" { sent_by -ti; }
@test "systemd-cron" { sent_by -i -B 8BITMIME ana; }
@test "mdadm" { sent_by -t -fmdadm@web1; }
@test "s-nail" { sent_by -i -- ana; }
@test "PHP" { sent_by -t -i; }

@test "values may be glued or words of their own, among the addresses" {
  sent_by -F 'Cron Daemon' -f ana@web1 -o em -B 8BITMIME ana -i
  sent_by -em -r ana -N never -R hdrs -V id -L tag -X /dev/null -C /dev/null \
    -p ESMTP -h 5 -O Timeout=1 -G -U -m -n -s -d0.1 -x -bm ana
}

@test "unknown options are warned about and lose nothing" {
  local option
  for option in -z --no-such --no=such -Oi --copy=x -y; do
    ok tmctl sendmail "$option" ana <<<"$CRON_MAIL"
    [ -z "$output" ]
    if [[ -n $stderr ]]; then
      valid warning "$stderr"
      is "$stderr" '.code == "unknown_option"'
    fi
    arrived ana '.body == "done\n"'
  done
  ok tmctl sendmail ana -z <<<"$CRON_MAIL"
  [ -n "$stderr" ]
  # Its value is missing.
  ok tmctl sendmail ana -F <<<"$CRON_MAIL"
  [ -n "$stderr" ]
}

@test "what isn't mail on stdin is refused clearly" {
  local mode
  for mode in s d D h t v H a z; do
    refused 64 usage tmctl sendmail "-b$mode" ana </dev/null
    [[ $(jq -r .message <<<"$error") == *-b$mode* ]]
  done
  refused 64 usage called sendmail -bs
  refused 64 usage tmctl sendmail </dev/null
  refused 64 usage tmctl sendmail ' , ' </dev/null
  refused 64 usage tmctl sendmail --queue sometimes ana <<<"$CRON_MAIL"
  refused 64 usage tmctl sendmail ana --queue
  nothing_left ana
}

@test "a line end or another control character in an address is refused" {
  local bad
  for bad in $'ana\nbeto' $'ana\rBcc: beto' $'ana\e[2J' $'ana\xff'; do
    refused 64 usage tmctl sendmail "$bad" <<<"$CRON_MAIL"
    refused 64 usage tmctl sendmail -f "$bad" ana <<<"$CRON_MAIL"
    refused 64 usage tmctl sendmail -r"$bad" ana <<<"$CRON_MAIL"
  done
  nothing_left ana beto
}

@test "addresses part at commas, come in brackets, and count once" {
  ok tmctl sendmail -i 'ana,' 'beto@localhost, <CARLA>' 'Ana <ana@localhost>' \
    <<<"$CRON_MAIL"
  silent
  local user
  for user in ana beto carla; do
    # Of the other recipients nobody learns.
    arrived "$user" '.to == [$u]' --arg u "$user"
  done
  nothing_left ana beto carla
}

@test "operands and the headers' recipients both get it with -t" {
  ok tmctl sendmail -t beto <<<"$CRON_MAIL"
  arrived ana '.to == ["ana"]'
  arrived beto '.to == ["beto"]'
}

@test "without -t headers name nobody" {
  ok tmctl sendmail beto <<<"$CRON_MAIL"
  arrived beto '.labels["mail-to"] == "ana"'
  nothing_left ana
}

@test "-t with a mail for nobody is a malformed mail" {
  refused 65 invalid_argument tmctl sendmail -t <<<$'Subject: x\n\nx'
  refused 65 invalid_argument tmctl sendmail -t </dev/null
  refused 65 invalid_argument tmctl sendmail -t <<<$'To: nobody here:;\n\nx'
}

@test "Bcc gets the mail and stays secret" {
  ok tmctl sendmail -t <<<$'To: ana\nBcc: beto,\n carla\nSubject: x\n\nx'
  local user
  for user in ana beto carla; do
    [[ $(mail_of "$user") != *Bcc* ]]
    arrived "$user" '.to == [$u] and .labels["mail-to"] == "ana"' --arg u "$user"
  done
}

@test "a lone dot ends the mail, but not with -i or -oi" {
  ok tmctl sendmail ana <"$MAILS/dots.eml"
  arrived ana '.body == "one\n"'
  local option
  for option in -i -oi --ignore-dots; do
    ok tmctl sendmail "$option" ana <"$MAILS/dots.eml"
    arrived ana '.body == "one\n.\ntwo\n..\n"'
  done
  ok tmctl sendmail ana < <(printf 'Subject: x\r\n\r\none\r\n.\r\ntwo\r\n')
  arrived ana '.body == "one\n"'
  ok tmctl sendmail ana < <(printf '\none\n.')
  arrived ana '.body == "one\n"'
  ok tmctl sendmail ana <<<.
  arrived ana '.body == ""'
}

@test "after a lone dot nobody has to close the pipe" {
  exec {hold}> >(tmctl sendmail ana && touch finished)
  printf 'Subject: dot\n\nx\n.\n' >&"$hold"
  until [ -e finished ]; do :; done
  exec {hold}>&-
  arrived ana '.subject == "dot"'
}

@test "after a lone dot the rest is read, so that its writer isn't killed" {
  printf '\nx\n.\n' >mail
  head -c 1000000 /dev/zero >>mail
  run -0 bash -c 'set -o pipefail; cat mail | tmctl sendmail ana'
  arrived ana '.body == "x\n"'
}

@test "a mbox's From line is dropped, and only that" {
  ok tmctl sendmail -t <"$MAILS/mbox.eml"
  arrived ana '.subject == "mbox" and
    .body == "From here on it is text.\n>From stays\n"'
  ok tmctl sendmail ana <<<'From '
  arrived ana '.body == ""'
  ok tmctl sendmail ana < <(printf 'From x')
  arrived ana '.body == ""'
}

@test "who is logged in sends it, whatever the headers say" {
  ok tmctl -p beto sendmail -f carla -t <<<"$CRON_MAIL"
  arrived ana '.from == "beto" and .labels["mail-from"] == "root"'
}

@test "no copy is kept, unless told to" {
  ok tmctl sendmail ana <<<x
  run -1 tmctl outbox --exists
  ok tmctl sendmail --copy ana <<<x
  run -0 tmctl outbox --exists
  refused 64 usage tmctl sendmail --copy --no-copy ana <<<x
}

@test "global options go before the command, the long ones also after it" {
  unset TMCTL_PROFILE
  ok tmctl -p ana -q sendmail beto <<<x
  arrived beto '.from == "ana"'
  ok tmctl sendmail --profile=ana -q beto <<<x
  arrived beto '.from == "ana"'
  ok tmctl sendmail -v --profile ana beto <<<x
  [ -z "$output" ]
  [[ $stderr == *'to beto'* ]]
}

@test "under sendmail's names it is sendmail" {
  ok called sendmail -FCronDaemon -i -B8BITMIME -oem ana <<<"$CRON_MAIL"
  arrived ana '.body == "done\n"'
  ok called newaliases
  silent
  ok tmctl sendmail -bi
  silent
  ok tmctl sendmail -I
  ok called mailq
  valid queue
  json '.entries == []'
  tmctl -q send beto -m x -k waits --queue always
  ok called mailq
  json '.entries[0].key == "waits"'
  ok tmctl sendmail -bp -v
  json '.entries[0].key == "waits"'
  ok tmctl sendmail -q15m
  silent
  arrived beto '.body == "x"'
  # -q alone: it is no mail then.
  ok tmctl sendmail -q ana <<<"$CRON_MAIL"
  arrived ana '.body == "done\n"'
}

@test "newaliases tells of a configuration that is wrong" {
  sed -i 's/"user"/"aliases": {"root": []}, "user"/' "$CONFIG"
  refused 78 bad_config called newaliases
}
