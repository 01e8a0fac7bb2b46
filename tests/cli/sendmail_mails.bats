#!/usr/bin/env bats
# tmctl sendmail: what becomes of awkward mails. mails/ has them.

load helpers
load sendmail

# gives MAIL FILTER: sent with -t to ana, or named so where it names nobody, it
# arrives like this.
gives() {
  run --separate-stderr tmctl sendmail -i -t <"$MAILS/$1.eml"
  [ "$status" -ne 65 ] || ok tmctl sendmail -i ana <"$MAILS/$1.eml"
  [ "$status" -eq 0 ]
  [ -z "$output$stderr" ]
  arrived ana "$2"
  nothing_left ana
}

# broken SCRIPT: a tmctl whose helper is this shell script.
broken() {
  mkdir -p bin libexec/turbomessage
  cp "$(command -v tmctl)" bin
  printf '#!/bin/sh\n%s\n' "$1" >libexec/turbomessage/tmctl-mime
  chmod +x libexec/turbomessage/tmctl-mime
}

# as_it_came ARGUMENT...: the mail arrives undecoded, without its secrets.
as_it_came() {
  ok bin/tmctl sendmail "$@" <"$MAILS/plain.eml"
  [ -z "$output" ]
  valid warning "$stderr"
  is "$stderr" '.code == "mail_not_decoded"'
  [[ $(mail_of ana) != *swordfish* ]]
  arrived ana '.body | startswith("From: root (Cron Daemon)\nTo: root\nSubject: ")
    and endswith("\n\n/dev/sda1  91% /\n")'
}

@test "headers of cron's are not in it, nor what they hold" {
  aliases '{"root": "ana"}'
  ok tmctl sendmail -t <"$MAILS/plain.eml"
  local mail
  mail=$(mail_of ana)
  [[ $mail != *swordfish* && ${mail,,} != *x-cron* ]]
  arrived ana '.subject == "Cron <root@web1> df -h" and
    .body == "/dev/sda1  91% /\n" and
    .labels == {"mail-from": "root", "mail-to": "root"}'
}

@test "cron's ASCII is UTF-8 where it is" {
  aliases '{"root": "ana"}'
  gives cron-ansi '.body == "año nuevo\n" and
    .subject == "Cron <root@web1> echo año"'
  gives ansi-not-utf8 '.body == null and .body_base64 == "//4K"'
}

@test "other charsets become UTF-8; unknown ones stay as they are" {
  gives latin1 '.body == "señor\n"'
  gives unknown-charset '.body_base64 == "bnVx6Qo="'
}

@test "encodings are undone" {
  gives quoted-printable '.body == "café is one line\na = b\n"'
  gives base64 '.body == "uno ñ\ndos\n" and .subject == "base64 ñ"'
  gives split-words '.subject == "copia de seguridad año 2026 señal done"'
  gives raw-8bit-subject '.subject == "mañana" and .body == "sí\n"'
}

@test "plain text is the body, everything else is attached" {
  gives multipart '.subject == "report" and .body == "See the table.\nBye." and
    [.attachments[] | [.name, .media_type, .size]] == [
      ["part-2.html", "text/html", 28],
      ["tábla.bin", "application/octet-stream", 4],
      ["año.txt", "text/plain", 8], ["2-año.txt", "text/plain", 12],
      ["message.eml", "message/rfc822", 32]] and
    .labels["mail-from"] == "\"Backup, Nightly\" <backup@web1.example>" and
    .labels["mail-reply-to"] == "ops@example.com"'
  gives unterminated '.body == "first" and .attachments[0].name == "r.pdf"'
}

@test "attachments keep their bytes" {
  ok tmctl sendmail -t <"$MAILS/multipart.eml"
  local id
  id=$(mail_of ana | jq .id)
  [ "$(tmctl read "$id" --attachment tábla.bin | od -An -tx1)" = ' 00 01 02 ff' ]
}

@test "HTML alone is the body" {
  gives html-only '.body == "<p>Only <i>this</i>.</p>\n" and .attachments == []'
}

@test "what isn't a header is text" {
  gives no-headers '.subject == "" and
    .body == "disk nearly full\nSubject: this is text\n"'
  gives no-separator '.subject == "no empty line" and
    .body == "the text begins here\nand goes on\n"'
  gives only-headers '.subject == "only headers" and .body == ""'
  gives no-body '.subject == "no body" and .body == ""'
  ok tmctl sendmail ana </dev/null
  arrived ana '.subject == "" and .body == ""'
}

@test "bytes and line ends of the body stay; those of the wire don't" {
  gives nul '.body == "one\u0000two\n"'
  gives crlf '.subject == "crlf folded" and .body == "one\ntwo\n"'
  ok tmctl sendmail -i ana < <(printf 'Subject: x\n\none\r\ntwo\r\n')
  arrived ana '.body == "one\r\ntwo\r\n"'
}

@test "groups, names and folded lists name everybody" {
  local list
  for list in groups folded-recipients; do
    ok tmctl sendmail -t <"$MAILS/$list.eml"
    [ -z "$stderr" ]
    arrived ana '.body == "x\n"'
    arrived beto '.body == "x\n"'
    arrived carla '.body == "x\n"'
    nothing_left ana beto carla
  done
}

@test "a malformed mail arrives, with its text" {
  gives malformed '.body_base64 | @base64d | contains("\nkept\n")'
}

@test "text is kept where boundaries are wrong or parts are in parts without end" {
  printf 'Subject: x\nContent-Type: multipart/mixed; boundary=b\n\nkept\n--c\n' |
    tmctl sendmail ana
  arrived ana '.body | contains("kept")'
  for n in {1..3000}; do
    printf 'Content-Type: multipart/mixed; boundary=%s\n\n--%s\n' "$n" "$n"
  done >deep
  ok tmctl sendmail ana < <(cat deep; printf '\nkept\n')
  arrived ana '.body | contains("kept")'
}

@test "a line of a megabyte is a line" {
  ok tmctl sendmail -i ana < <(
    printf 'Subject: long\n\n'
    head -c 900000 /dev/zero | tr '\0' x
  )
  arrived ana '.body | length == 900000'
  head -c 100000 /dev/zero | tr '\0' s >subject
  ok tmctl sendmail -i ana < <(
    printf 'Subject: '
    cat subject
    printf '\n\nx\n'
  )
  arrived ana '.subject | length == 100000'
}

@test "any bytes are a mail" {
  local n
  for ((n = 0; n < $(times 20 2000); n++)); do
    head -c $((RANDOM % 3000)) /dev/urandom >noise
    { cat "$MAILS/multipart.eml" noise; } | shuf >shuffled
    ok tmctl sendmail -i beto <shuffled
    ok tmctl sendmail -i beto <noise
    tmctl -p beto inbox -o ids | xargs tmctl -q -p beto delete
    [ -z "$(entries .key)" ]
  done
}

# --- Where tmctl-mime fails ---

@test "without the helper, or where it crashes, the mail arrives as it came" {
  broken 'exit 3'
  as_it_came ana
  broken 'kill -SEGV $$'
  as_it_came ana
  broken 'echo "{"'
  as_it_came ana
  broken 'cat; echo'
  as_it_came ana
  rm libexec/turbomessage/tmctl-mime
  as_it_came ana
}

@test "where the headers can't be read the mail is for who sends it" {
  broken 'exit 1'
  aliases "{\"$(id -un)\": \"ana\"}"
  as_it_came -t
}

@test "the helper sees nothing of our environment" {
  broken 'env >seen; exit 1'
  TMCTL_TOKEN=$(jq -r .profiles.ana.token "$CONFIG") as_it_came ana
  run ! grep -q TMCTL seen
}

@test "a text of the form of a header is no header" {
  local text
  for text in 'ALERT: raid degraded' $'15:28:57 backup failed\nmore' \
    $'http://web1 is down\n\nsince 3:00' 'Todo: x'; do
    ok tmctl sendmail ana <<<"$text"
    arrived ana '.body == $text + "\n" and .subject == ""' --arg text "$text"
  done
  ok tmctl sendmail ana <<<$'X-Host: web1\n\ntext'
  arrived ana '.body == "text\n"'
}
