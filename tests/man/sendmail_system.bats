#!/usr/bin/env bats
# tmctl-sendmail(1) says how to make tmctl the system's sendmail: its commands do
# that. They run in a mount namespace, so that this machine stays as it is.

load ../cli/helpers
load pages

# What is written to /usr, /etc and /var is gone afterwards.
COPY='
  mount -t tmpfs none /mnt
  for folder in usr etc var; do
    mkdir -p /mnt/$folder/{upper,work}
    mount -t overlay overlay /$folder \
      -o lowerdir=/$folder,upperdir=/mnt/$folder/upper,workdir=/mnt/$folder/work
  done'

setup() {
  [[ $EUID -eq 0 ]] || skip 'only root can do that'
  unshare -m bash -e -c "$COPY" || skip 'overlays are not permitted here'
  fresh_home
  start_server
  register ana beto
}

# in_a_copy COMMAND...: runs it where TurboMessage is installed in /usr/local.
in_a_copy() {
  BUILD=$BUILD unshare -m bash -e -c "$COPY"'
    rm -f /usr/sbin/sendmail /usr/bin/{mailq,newaliases}
    mkdir -p /etc/turbomessage
    cmake --install "$BUILD" --prefix /usr/local >/dev/null
    export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    "$@"' bash "$@"
}

# block N: the page's Nth list of commands about it, for a file to be run.
block() {
  subsection tmctl-sendmail.1 "As the system's sendmail" | awk -v wanted="$1" '
    /^\.Bd/ { block++; on = 1; next } /^\.Ed/ { on = 0 }
    on && block == wanted' | sed 's/\\e$/\\/'
}

@test "linked, with one token for all accounts, it serves them" {
  tmctl -q -S "$SERVER" login ana --password-stdin <<<"$PASSWORD"
  {
    block 1
    block 3
  } | sed "s/mail.example:50052/$SERVER/" >commands
  # An account that has nothing of its own.
  echo 'echo games | setpriv --reuid=games --clear-groups env -u HOME sendmail x@y' \
    >>commands
  echo 'mailq' >>commands
  [ "$(grep -c . commands)" -ge 15 ]
  in_a_copy bash -e commands >printed
  tail -n 1 printed | jq -e '.entries == []'
  tmctl -p beto inbox --body | jq -e '.messages[0].body == "test\n"'
  tmctl -p ana inbox --body | jq -e \
    '[.messages[].body] == ["games\n", "test\n"]'
}

@test "a mail server's file is diverted, and comes back" {
  {
    echo 'echo original >/usr/sbin/sendmail'
    block 2
    echo '[ "$(readlink -f /usr/sbin/sendmail)" = /usr/local/bin/tmctl ]'
    echo 'rm /usr/sbin/sendmail'
    grep -o 'dpkg-divert --rename --remove /usr/sbin/sendmail' \
      "$MAN/tmctl-sendmail.1"
    echo 'cat /usr/sbin/sendmail'
  } >commands
  in_a_copy bash -e commands >printed
  [ "$(tail -n 1 printed)" = original ]
}
