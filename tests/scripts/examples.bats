#!/usr/bin/env bats
# scripts/examples: the jobs do what their heads say, with a real server, also
# where something fails or is killed in between.

load ../cli/helpers
load examples

@test "every example is in the README and says how it is used" {
  local file
  for file in "$EXAMPLES"/*; do
    grep -qF "\`${file##*/}\`" "$ROOT/README.md"
    [[ $file == *.service || $file == *.cfg ]] || [ -x "$file" ]
  done
  for file in backup ci-gate empty-inbox worker in-container digest forward; do
    run -64 "$file"
    [[ $output == "usage: $file "* ]]
  done
}

# crontab_of EXAMPLE: the lines that its head has for a crontab, where cron finds
# what is under test in place of what is installed.
crontab_of() {
  sed -nE 's/^#   (PATH=.*|[0-9]+ [0-9]+ .*)$/\1/p' "$EXAMPLES/$1" |
    sed "s,/usr/local/bin/,$EXAMPLES/,; s,/usr/local/bin:,$BUILD/tmctl:,
      s,/home/ana,$PWD/missing,; s,/srv/,$PWD/,"
}

@test "in a crontab they find tmctl, too" {
  local file lines path
  for file in "$EXAMPLES"/*; do
    grep -q '^#   [0-9].* /usr/local/bin/' "$file" || continue
    mapfile -t lines < <(crontab_of "${file##*/}")
    [ "${#lines[@]}" -eq 2 ]
    path=${lines[0]#PATH=}
    [ "$(env -i PATH="$path" sh -c 'command -v tmctl')" = "$BUILD/tmctl/tmctl" ]
  done
  [ -n "$path" ]
  # As cron runs it; the folder is missing, which is told.
  mapfile -t lines < <(crontab_of backup)
  jq '.profiles.default = .profiles.beto' "$CONFIG" >new
  cat new >"$CONFIG"
  run -2 env -i HOME="$HOME" LOGNAME=beto SHELL=/bin/sh "${lines[0]}" \
    sh -c "${lines[1]#* * * * * }"
  [ "$(inbox_count ana)" = 1 ]
}

# --- backup ---

@test "backup: a good one is silent, and the newest seven stay" {
  mkdir -p data backups
  echo text >data/file
  touch backups/data-2020-01-0{1..9}.tar.gz
  run -0 as beto backup data backups
  [ -z "$output" ]
  inbox_is_empty ana
  [ "$(find backups -type f | wc -l)" = 7 ]
  [ "$(tar -xzOf "backups/data-$(date +%F).tar.gz" data/file)" = text ]
  [ ! -e backups/data-2020-01-03.tar.gz ]
  [ -e backups/data-2020-01-04.tar.gz ]
}

@test "backup: a bad one is told once a day, with its status and output" {
  run -2 as beto backup "$PWD/missing" backups
  run -2 as beto backup "$PWD/missing" backups
  ok ana inbox --body
  json '.count == 1 and .messages[0].labels.status == "2"'
  json '.messages[0].body | contains("tar: ")'
  [ -z "$(ls backups/*.gz)" ]
}

@test "backup: what can't be told now is told later" {
  stop_server
  run -2 as beto backup "$PWD/missing" backups
  WANTED_PORT=$PORT start_server --tray-capacity 0
  ok beto queue flush
  [ "$(inbox_count ana)" = 1 ]
}

# --- ci-gate ---

# answer USER VERDICT: that user answers the newest question, once there is one.
asked() { tmctl -p boss inbox --exists; }
answer() {
  wait_for asked
  local id
  id=$(tmctl -p boss inbox --limit 1 -o ids)
  tmctl -p "$1" -q send beto --reply-to "$id" --label "verdict=$2" -m .
}

@test "ci-gate: a yes opens it at once, and nothing stays in the trays" {
  register boss
  CI_GATE_WAIT=1m in_group env TMCTL_PROFILE=beto ci-gate 'deploy v1'
  answer boss yes
  ends 0
  [ "$(subjects_of boss)" = 'approve: deploy v1' ]
  inbox_is_empty beto
  run -1 beto outbox --exists
}

@test "ci-gate: a no, and silence, leave it shut" {
  register boss
  CI_GATE_WAIT=3s in_group env TMCTL_PROFILE=beto ci-gate 'deploy v2'
  answer boss no
  ends 1
  inbox_is_empty beto
  CI_GATE_WAIT=100ms run -1 as beto ci-gate 'deploy v3'
}

@test "ci-gate: a yes to an earlier question, or to none, opens nothing" {
  register boss
  CI_GATE_WAIT=200ms run -1 as beto ci-gate 'deploy v4'
  tmctl -p boss -q send beto --reply-to 1 --label verdict=yes -m late
  in_group env TMCTL_PROFILE=beto CI_GATE_WAIT=2s ci-gate 'deploy v5'
  wait_for asked
  tmctl -p boss -q send beto --label verdict=yes -m 'to none'
  ends 1
  [ "$(inbox_count beto)" = 2 ]
}

# --- in-container ---

@test "in-container: no home, no account, no disk, and a failure is told" {
  beto -q token create job --scope send --out job.token
  local user=()
  # A user that has no name here; only root can become one.
  if [ "$(id -u)" = 0 ]; then
    user=(setpriv --reuid 54321 --regid 54321 --clear-groups)
    run ! getent passwd 54321
  fi
  place=$(mktemp -d /tmp/in-container.XXXXXX)
  cp job.token "$place" && chmod 755 "$place" && chmod 444 "$place/job.token"
  cd /
  run -3 "${user[@]}" env -i PATH="$PATH" TMCTL_SERVER="$SERVER" NOTIFY=ana \
    TMCTL_TOKEN_FILE="$place/job.token" "$EXAMPLES/in-container" \
    sh -c 'echo "as $(id -u) in ${HOME-no home}"; exit 3'
  rm -r "$place"
  [[ $output == "as "*" in no home" ]]
  ok ana inbox --body
  json '.messages[0] | .from == "beto" and .labels.status == "3"'
  json '.messages[0].body | startswith("as ")'
  run -0 env -i PATH="$PATH" TMCTL_SERVER="$SERVER" NOTIFY=ana \
    TMCTL_TOKEN_FILE="$BATS_TEST_TMPDIR/job.token" "$EXAMPLES/in-container" true
  [ "$(inbox_count ana)" = 1 ]
  [ -z "$(find "$HOME" -name '*queue*')" ]
}

# --- own-token ---

@test "own-token: each run has a new secret, without any login" {
  beto -q token create report --scope send --expires 30d --out ~/.report.token
  beto logout -q
  local first
  first=$(cat ~/.report.token)
  run -0 own-token_with_server
  [ -z "$output" ]
  [ "$(cat ~/.report.token)" != "$first" ]
  [ "$(stat -c %a ~/.report.token)" = 600 ]
  run -0 own-token_with_server
  [ "$(inbox_count ana)" = 1 ]
}
own-token_with_server() { TMCTL_SERVER=$SERVER own-token; }

@test "own-token: killed before it had the new secret, it starts with the old" {
  beto -q token create report --scope send --expires 30d --out ~/.report.token
  cp ~/.report.token old
  run -0 own-token_with_server
  cat old >~/.report.token
  run -0 own-token_with_server
  beto -q token revoke report
  run -77 own-token_with_server
}

# --- notify-failure@.service ---

installed_unit() {
  cmake --install "$BUILD" --prefix "$PWD/prefix" >/dev/null
  UNIT=$PWD/prefix/share/turbomessage/examples/notify-failure@.service
}

@test "notify-failure: what the unit starts sends the status of the failed one" {
  installed_unit
  program systemctl 'echo "$*"' 'echo "Main process exited, status=1"' 'exit 3'
  # As systemd reads the line: continued, with specifiers, and $$ for a dollar.
  sed -n '/^ExecStart=/,/[^\\]$/{s/^ExecStart=//;p}' "$UNIT" >line
  sed -i -e 's/%i/disk\\x2dcheck.service/; s/%H/web1/; s/\$\$/$/g' line
  run ! grep -q '[@%]' line
  sed -i 's/disk.*service/'"'&'"'/' line
  PATH=$PWD/bin:$PATH run -0 as beto sh line
  [ -z "$output" ]
  ok ana inbox --body
  json '.messages[0].subject == "disk\\x2dcheck.service has failed on web1"'
  json '.messages[0].labels == {"unit": "disk\\x2dcheck.service", "host": "web1"}'
  json '.messages[0].body | startswith("status ") and endswith("status=1\n")'
  json '.messages[0].body | contains("-- disk\\x2dcheck.service\n")'
  # The message is not lost where the server is away.
  stop_server
  PATH=$PWD/bin:$PATH run -0 as beto sh line
  is "$(beto queue list)" '.entries[0].to == ["ana"]'
}

@test "notify-failure: systemd finds nothing to complain about" {
  command -v systemd-analyze >/dev/null || skip 'there is no systemd here'
  installed_unit
  printf '%s\n' '[Unit]' 'OnFailure=notify-failure@%n.service' '[Service]' \
    'Type=oneshot' 'ExecStart=/bin/false' >job.service
  cp "$UNIT" notify-failure@.service
  cp "$UNIT" notify-failure@job.service.service
  run -0 systemd-analyze verify --man=no ./job.service \
    ./notify-failure@job.service.service
  [ -z "$output" ]
}
