#!/usr/bin/env bats
# scripts/tm-menu: what it shows, in which language, and where it can't run.
#
# shellcheck disable=SC2030,SC2031  # each test has its own variables

load menu

# --- What others wrote ---

@test "hostile subjects and bodies do no harm" {
  with_mail ana beto
  beto -q send ana -s '--defaultno' -m x
  beto -q send ana -s $'\e]0;pwned\a\nfake 9\t\r\e[2J\xc2\x9b31m\xe2\x80\xaeevil\\n' \
    -m $'\e[31mred\a\r\nnext\xc2\x85\xe2\x81\xa6line\tend\\n' -l $'-k\e=\e[7m'
  beto -q send ana -s '-- --title x' -m $'no\xfftext'
  beto -q send ana -s '' -m ''
  open_menu
  choose 'User: ana'
  shows '1 - beto  --defaultno' '3 - beto  -- --title x' 'evil\n'
  [ "$(screen | grep -c evil)" = 1 ]
  run ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\x{9b}|\x{202e}' <<<"$(screen)"
  choose 'from, subject:'
  choose 'Message 4'
  choose 'Subject:'
  shows Delete
  press Escape
  choose 'from, subject:' Down
  choose 'Message 3'
  choose 'The body is no text. Save it with: tmctl read --raw 3'
  shows Delete
  press Escape
  choose 'from, subject:' Down
  choose 'Message 2'
  shows 'next��line    end' 'red�' '-k�: �[7m'
  press Enter
  shows 'Delete'
  [ "$(tmux display -p '#{pane_title}')" != pwned ]
}

@test "a message shows its labels and the names of its attachments" {
  with_mail ana
  echo x >'a file.txt'
  echo y >other
  ana -q send --no-copy ana -s full -m body -l host=web1 --attach 'a file.txt' \
    --attach other
  open_menu
  choose 'User: ana'
  choose 'from, subject:'
  choose 'Message 1'
  shows 'host: web1' 'Attachments: a file.txt, other' body
}

# Every row of the window ends in its frame.
framed() {
  run -0 /usr/bin/python3 -c 'import sys, unicodedata
def width(c):
    if unicodedata.combining(c) or unicodedata.category(c) == "Cf": return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1
rows = [r for r in sys.stdin.read().splitlines() if "│" in r]
ends = {sum(map(width, r.rstrip())) for r in rows}
assert len(ends) == 1 and ends.pop() <= int(sys.argv[1]), "\n".join(rows)' "$1" \
    <<<"$(screen)"
}

@test "long and wide subjects are cut to the terminal" {
  local long
  long=$(printf 'u%.0s' {1..64})
  with_mail ana beto "$long"
  beto -q send ana -s "$(printf '日本語の件名です%.0s' {1..30})" -m x
  beto -q send ana -s "$(printf 'длинный %.0s' {1..30})" -m x
  beto -q send ana -s "$(printf '👩‍👩‍👧 e\u0301 ✅%.0s' {1..30})" -m x
  tmctl -q -p "$long" \
    send ana -s "$(printf 'x%.0s' {1..200})" -m x
  local columns
  for columns in 40 80 130; do
    open_menu "$columns" 16
    choose 'User: ana'
    shows 'from, subject:' длин
    framed "$columns"
    [ "$(screen | grep -c '… ')" = 4 ]
    choose 'from, subject:'
    choose 'Message 4'
    shows 'From:'
    close_menu
  done
}

@test "a long body scrolls, and is cut where it is very long" {
  with_mail ana
  printf 'x%.0s' {1..60000} | ana -q send --no-copy ana -s long
  open_menu
  choose 'User: ana'
  choose 'from, subject:'
  choose 'Message 1'
  shows '(↑ ↓ Esc)' 'Subject: long'
  press Down Down Down Down Down Down
  shows xxx
  vanishes 'Subject: long'
  press -N 60 NPage
  shows 'The rest is not shown. Read it with: tmctl read 1'
  press Escape
  shows Delete
}

@test "a subject of a megabyte is cut" {
  with_mail ana
  jq -nc '{to: ["ana"], no_copy: true, subject: ("x" * 1000000), body: "the end"}' |
    ana -q send --batch -
  open_menu
  choose 'User: ana'
  choose 'from, subject:'
  choose 'Message 1'
  shows 'Subject:' xxx
  press -N 5 NPage
  shows 'xxx…' 'the end'
}

@test "a tray of a thousand messages is shown, and more are mentioned" {
  with_mail ana
  ana -q send --no-copy ana -s "$(printf 'x%.0s' {1..200})" -m x
  mkdir bin
  cat >bin/tmctl <<FAKE
#!/bin/bash
"$BUILD/tmctl/tmctl" "\$@" | jq -c 'if .messages then .truncated = true |
  .messages = [range(1000; 0; -1) as \$id | .messages[0] | .id = \$id] else . end'
FAKE
  chmod +x bin/tmctl
  PATH=$PWD/bin:$PATH open_menu
  choose 'User: ana'
  shows 'Only the newest 1000 are shown.' '1000 - ana  xxx'
  press End
  shows ' 1    - ana'
}

# --- Languages ---

@test "it speaks Spanish where the locale does" {
  start_server --tray-capacity 1
  export TMCTL_SERVER=$SERVER LANG=es_MX.UTF-8
  open_menu
  choose 'Te damos la bienvenida.'
  answer 'Nombre de usuario:' ana
  answer 'Contraseña:' "$PASSWORD"
  choose 'El usuario o la contraseña son incorrectos.'
  choose 'Te damos la bienvenida.' r
  answer 'Nombre de usuario:' ana
  answer 'Contraseña:' 'contraseñá 日本'
  answer 'Confirma la contraseña:' 'contraseñá 日本'
  shows 'Registro exitoso.' 'Usuario: ana' 'Bandeja de entrada: 0, sin leer: 0' \
    Actualizar 'Cerrar sesión' Salir
  choose 'Usuario: ana' m
  answer 'Para usuario' nadie
  answer 'Asunto:' '¿Qué tal?'
  shows 'Escribe el cuerpo.'
  type_in 'mañana'
  press Enter C-d
  choose 'Cuerpo, líneas: 1'
  choose 'No existe el usuario nadie.'
  choose 'Para: nadie' p
  shows 'Para usuario'
  press C-e C-u
  answer 'Para usuario' ana
  choose 'Para: ana'
  shows 'Mensaje enviado. Folio: 1'
  choose 'Usuario: ana'
  choose '1 - ana  ¿Qué tal?'
  choose 'Mensaje 1'
  choose 'mañana'
  choose 'Borrar' b
  choose '¿Borrar el mensaje 1?' Left
  choose 'Mensaje borrado. Buzón vacío.' End
  ended 0
  tmctl -q login ana --password-stdin <<<'contraseñá 日本'
}

# speaks LANGUAGE VARIABLE=VALUE...: what the sentence on stderr is in.
speaks() {
  local needs='a menu needs a terminal'
  [[ $1 == en ]] || needs='un menú necesita una terminal'
  run -64 env -u LANG "${@:2}" "$MENU" </dev/null
  [[ $output == *"$needs"* ]]
}

@test "LC_ALL counts before LC_MESSAGES, that before LANG; LANGUAGE before all but C" {
  speaks en
  speaks es LANG=es
  speaks es LANG=es_ES.UTF-8
  speaks en LANG=est_EE
  speaks en LANG=es_ES LC_MESSAGES=en_GB.UTF-8
  speaks es LANG=en_US.UTF-8 LC_MESSAGES=es_AR
  speaks en LC_ALL=C LANG=es_ES LC_MESSAGES=es_ES
  speaks es LC_ALL=es_ES@euro LANG=en_US
  speaks es LANG=en_US.UTF-8 LANGUAGE=fr:es:en
  speaks en LANG=es_ES LANGUAGE=en_US:es
  speaks es LANG=es_ES LANGUAGE=../../x:windows:fr
  speaks en LANG=C.UTF-8 LANGUAGE=es
  speaks en LANG=windows LANGUAGE=messages
}

@test "every text has its Spanish, and no other text has" {
  local used
  used=$(cat "$MENU" "$MENU".d/windows.bash |
    grep -oP "\b(t|fail \d+) \K('[^']+'|[A-Za-z:.]+(?=\)|\}))" | tr -d "'" | sort -u)
  diff <(echo "$used") \
    <(grep -oP "^  \['\K.*(?='\]=)" "$MENU".d/es.bash | sort -u)
  [ "$(wc -l <<<"$used")" -gt 50 ]
}

# --- Safety ---

# slow_tmctl: the next tmctl waits for a line in `go`, once there is `paused`.
slow_tmctl() {
  mkdir bin
  mkfifo go
  cat >bin/tmctl <<FAKE
#!/bin/bash
if [[ -e "$PWD/paused" ]]; then
  mv "$PWD/paused" "$PWD/waits"
  read -r then <"$PWD/go"
  eval "\$then"
fi
exec "$BUILD/tmctl/tmctl" "\$@"
FAKE
  chmod +x bin/tmctl
  PATH=$PWD/bin:$PATH
}

@test "Ctrl-C does nothing, also while tmctl works" {
  with_mail ana
  slow_tmctl
  open_menu
  shows 'User: ana'
  press C-c
  : >paused
  press r Enter
  until [ -e waits ]; do sleep 0.02; done
  press C-c C-c
  echo : >go
  shows 'User: ana' 'Refresh'
  lacks 'That did not work'
  choose 'User: ana' End
  ended 0
}

@test "a tmctl that ends without a word is told" {
  with_mail ana
  slow_tmctl
  open_menu
  shows 'User: ana'
  : >paused
  press r Enter
  until [ -e waits ]; do sleep 0.02; done
  echo 'kill -9 $$' >go
  shows 'That did not work.' 'In detail: tmctl: exit 137'
  lacks 'It may have been sent'
}

@test "a line that a terminal cuts is told" {
  with_mail ana
  open_menu
  choose 'User: ana' s
  answer 'To (several names' ana
  answer 'Subject:' long
  shows 'Write the text.'
  type_in "$(printf 'x%.0s' {1..5000})"
  press Enter C-d
  shows 'A line was cut: a terminal takes 4094 bytes at once.'
}

@test "no password and no body is in any argument list" {
  start_server
  export TMCTL_SERVER=$SERVER CALLS=$BATS_TEST_TMPDIR/calls
  mkdir bin
  local program
  for program in tmctl whiptail jq; do
    printf '#!/bin/bash\nprintf "%%s\\n" %s "$@" >>"$CALLS"\nexec %q "$@"\n' \
      "$program" "$(command -v "$program")" >bin/"$program"
  done
  chmod +x bin/*
  PATH=$PWD/bin:$PATH open_menu
  choose 'Welcome.' r
  answer 'Name of the user:' ana
  answer 'Password:' 'pass phrase'
  answer 'Confirm the password:' 'pass phrase'
  choose 'User: ana' s
  answer 'To (several' ana
  answer 'Subject:' visible
  shows 'Write the text.'
  type_in 'body of it'
  press Enter C-d
  choose 'Text, lines: 1'
  choose 'Message sent.'
  choose 'from, subject:'
  choose 'Message 1'
  shows 'body of it'
  grep -q visible "$CALLS"
  run ! grep -E 'phrase|body of' "$CALLS"
}

# alive SESSION: its processes that have not ended.
alive() { pgrep -r D,R,S -s "$1"; }

@test "closing the terminal ends it and leaves nothing behind" {
  with_mail ana
  open_menu
  shows 'User: ana'
  local menu
  menu=$(tmux display -p '#{pane_pid}')
  [ -n "$(ls -A "$TMPDIR")" ]
  close_menu
  local deadline=$((SECONDS + 20))
  while [[ -n $(ls -A "$TMPDIR") || -n $(alive "$menu") ]]; do
    [ "$SECONDS" -lt "$deadline" ]
    sleep 0.02
  done
}

# lossy_send PORT: the menu's sends go by this port.
lossy_send() {
  mkdir bin
  cat >bin/tmctl <<FAKE
#!/bin/bash
[[ \$1 != send ]] || export TMCTL_SERVER=127.0.0.1:$1
exec "$BUILD/tmctl/tmctl" "\$@"
FAKE
  chmod +x bin/tmctl
  PATH=$PWD/bin:$PATH
}

@test "an answer that got lost is told, and the message is stored once" {
  with_mail ana beto
  coproc PROXY { exec /usr/bin/python3 "$ROOT/tests/cli/losing_proxy.py" \
    "$PORT" 1 2>/dev/null; } 3>&-
  local proxy
  read -r proxy <&"${PROXY[0]}"
  lossy_send "$proxy"
  open_menu
  choose 'User: ana' s
  answer 'To (several' beto
  answer 'Subject:' once
  shows 'Write the text.'
  press C-d
  choose 'Text, lines: 0'
  choose 'It may have been sent all the same.'
  choose 'Text, lines: 0'
  shows 'Message sent. Id: 1'
  ok beto inbox -o ids
  [ "$output" = 1 ]
  kill "$PROXY_PID"
}

# --- Where it can't run ---

@test "without a terminal it says so" {
  run -64 "$MENU" </dev/null
  [ "$output" = 'tm-menu: a menu needs a terminal; in scripts use tmctl' ]
  run -64 --separate-stderr "$MENU" <<<x
  [ -z "$output" ]
}

@test "arguments: help, version, and nothing else" {
  run -0 --separate-stderr "$MENU" --help
  [[ $output == 'Usage: tm-menu [-h|--help] [--version]'* && $output != *'#'* ]]
  run -0 "$MENU" -h
  run -0 "$MENU" --version
  [ "$output" = "$(tmctl --version | sed s/tmctl/tm-menu/)" ]
  run -64 "$MENU" --verbose
  [ "$output" = 'tm-menu: unknown argument: --verbose' ]
}

# without PROGRAM: prints a folder with links to all the others.
without() {
  mkdir "without-$1"
  ln -s /usr/bin/* "$BUILD/tmctl/tmctl" "without-$1"
  rm "without-$1/$1"
  echo "$PWD/without-$1"
}

@test "a missing program is named with its package" {
  local program
  for program in whiptail jq; do
    PATH=$(without "$program") open_menu
    shows "tm-menu: $program is not installed; on Debian: apt install $program" 'exit=69'
    close_menu
  done
  PATH=$(without tmctl) open_menu
  shows 'tm-menu: tmctl is not in PATH: install TurboMessage' 'exit=69'
}

@test "a terminal that is too small or too simple is refused" {
  open_menu 39 24
  shows 'the terminal is too small' 'exit=69'
  close_menu
  open_menu 80 13
  shows 'the terminal is too small: make it 40 x 14 at least' 'exit=69'
  close_menu
  MENU="env TERM=dumb $MENU" open_menu
  shows 'this terminal can show no menu (TERM=dumb)' 'exit=69'
}

@test "in the smallest terminal everything finds room" {
  start_server
  register ana
  export TMCTL_SERVER=$SERVER TMCTL_PROFILE=ana
  LANG=es_ES.UTF-8 open_menu 40 14
  shows 'Usuario: ana' 'Entrada: 0, sin leer: 0' 'Salida: 0'
  screen | grep -qE '│ .*Entrada: 0, sin leer: 0 .*│ *$'
  stop_server
  press a Enter
  shows 'El servidor no responde.'
  press Escape
  shows 'Bandeja de entrada'
  [ "$(screen | head -n 1 | xargs)" = TurboMessage ]
}

@test "where no draft can be kept it says so" {
  TMPDIR=/none open_menu
  shows 'no folder for the draft can be made in /none: set TMPDIR' 'exit=73'
}

# refresh_until TEXT: asks for the menu anew until it shows TEXT. Keys that are
# typed between two windows may get lost.
refresh_until() {
  local i deadline=$((SECONDS + 30))
  until screen | grep -qF -- "$1"; do
    [[ $SECONDS -lt $deadline ]] || { screen && return 1; }
    press r Enter
    for ((i = 0; i < 50; ++i)); do
      screen | grep -qF -- "$1" && return
      sleep 0.02
    done
  done
}

@test "a terminal that shrinks while it runs is borne" {
  with_mail ana
  open_menu
  shows 'User: ana'
  tmux resize-window -x 20 -y 6
  press r Enter
  vanishes 'Log out'
  shows 'User: ana'
  tmux resize-window -x 80 -y 24
  refresh_until 'Log out'
  choose 'Log out' End
  ended 0
}
