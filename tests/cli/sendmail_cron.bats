#!/usr/bin/env bats
# Debian's own cron, with tmctl for its sendmail: what a job prints arrives in an
# inbox. It runs in a mount namespace where nothing but its crontab is its work.

load helpers
load sendmail

setup() {
  [[ $EUID -eq 0 ]] || skip 'only root can give cron other files'
  [[ -x /usr/sbin/cron ]] || skip 'there is no cron here'
  unshare -m true || skip 'mount namespaces are not permitted here'
  fresh_home
  start_server
  register ana
  CRON=
  # Other accounts can't look into the test's own folder.
  OPEN=$(mktemp -d)
  chmod 755 "$OPEN"
  mkdir -p "$OPEN"/{bin,sbin,libexec/turbomessage,cron.d}
  cp "$BUILD/tmctl/tmctl" "$OPEN/bin"
  cp "$BUILD/tmctl/sendmail/mime/tmctl-mime" "$OPEN/libexec/turbomessage"
  cp /usr/sbin/cron "$OPEN"
  cp /etc/passwd "$OPEN/passwd"
  ln -s "$OPEN/bin/tmctl" "$OPEN/sbin/sendmail"
  tmctl -q -p ana config set aliases '{"root": "ana"}'
  tmctl config set server "$SERVER"
}

teardown() {
  [[ -z ${CRON-} ]] || kill "$CRON"
  stop_servers
  [[ -z ${OPEN-} ]] || rm -rf "$OPEN"
}

# start_cron USER LINE...: cron, whose only crontab is USER's.
start_cron() {
  local user=$1
  shift
  printf '%s\n' "$@" >"$OPEN/crontab"
  env -i PATH="$PATH" HOME="$HOME" OPEN="$OPEN" CRONTAB_USER="$user" \
    unshare -m bash -e -c '
      mount -t tmpfs none /run
      mount -t tmpfs none /var/spool/cron
      mount --bind "$OPEN/sbin" /usr/sbin
      mount --bind "$OPEN/cron.d" /etc/cron.d
      mount --bind /dev/null /etc/crontab
      mount --bind "$OPEN/passwd" /etc/passwd
      mkdir -m 1730 /var/spool/cron/crontabs
      cd /var/spool/cron/crontabs
      install -m 600 -o "$CRONTAB_USER" "$OPEN/crontab" "$CRONTAB_USER"
      exec "$OPEN/cron" -f' 3>&- >cron.log 2>&1 &
  CRON=$!
}

# wait_for_mail SECONDS
wait_for_mail() {
  local end=$((SECONDS + $1))
  until tmctl -p ana inbox --exists; do
    if [[ $SECONDS -gt $end ]]; then
      cat cron.log
      return 1
    fi
    sleep 0.1
  done
}

@test "what a job of root's prints arrives in an inbox" {
  mv "$CONFIG" saved
  jq '.profiles.default = .profiles.ana' saved >"$CONFIG"
  chmod 600 "$CONFIG"
  start_cron root 'SECRET=swordfish' '@reboot echo "disk: 91 \% — año"; echo err >&2'
  wait_for_mail 60
  ok tmctl -p ana inbox --body -o jsonl
  valid message
  json '.from == "ana" and .body == "disk: 91 % — año\nerr\n"'
  json '.subject | test("^Cron <root@.*> echo")'
  [[ $output != *swordfish* ]]
}

@test "a job's account needs only its own configuration" {
  # Its home, which cron's environment doesn't tell.
  local home=$OPEN/games
  sed -i "s,^games:.*,games:x:5:60:games:$home:/bin/sh," "$OPEN/passwd"
  mkdir -p "$home/.config/turbomessage"
  jq '{profiles: {default: .profiles.ana}}' "$CONFIG" \
    >"$home/.config/turbomessage/tmctl.json"
  chmod -R go= "$home"
  chown -R games "$home"
  start_cron games 'MAILTO=ana' '@reboot id -un'
  wait_for_mail 60
  arrived ana '.body == "games\n"'
}

@test "what a job prints before anybody is logged in waits in its spool" {
  mv "$CONFIG" saved
  start_cron root '@reboot echo early'
  local spool=$HOME/.local/state/turbomessage/queue end=$((SECONDS + 60))
  until compgen -G "$spool/*.json" >/dev/null; do
    [[ $SECONDS -le $end ]]
    sleep 0.1
  done
  mv saved "$CONFIG"
  tmctl -q -p default -S "$SERVER" login ana --password-stdin <<<"$PASSWORD"
  tmctl config set aliases '{"root": "ana"}'
  ok tmctl queue flush
  valid queue
  json '.entries[0] | .to == ["root"] and .state == "sent" and .user == "ana"'
  ok tmctl inbox --body
  json '.messages[0].body == "early\n"'
}

@test "a job of every minute tells of each run" {
  [[ -n ${TURBOMESSAGE_LONG-} ]] || skip 'takes a minute; TURBOMESSAGE_LONG=1 runs it'
  jq '.profiles.default = .profiles.ana' "$CONFIG" >new
  cat new >"$CONFIG"
  start_cron root '* * * * * date +\%M'
  wait_for_mail 90
  ok tmctl -p ana inbox --body
  json '.messages[0].body | test("^[0-9][0-9]\n$")'
}
