#!/usr/bin/env bats
# scripts/tm-menu, typed at on a terminal of its own.
#
# shellcheck disable=SC2030,SC2031  # each test has its own variables

load menu

# --- Without a login ---

@test "registering logs in, and the login is tmctl's, too" {
  start_server
  export TMCTL_SERVER=$SERVER
  open_menu
  choose 'Welcome.' r
  answer 'Name of the user:' ana
  answer 'Password:' "$PASSWORD"
  answer 'Confirm the password:' "$PASSWORD"
  shows 'You are registered.' 'User: ana' 'Inbox: 0, unread: 0'
  ok tmctl whoami
  json '.user == "ana"'
  choose 'User: ana' End
  ended 0
}

@test "what goes wrong without a login is told, and leads back" {
  start_server --registration open
  register ana
  export TMCTL_SERVER=$SERVER
  open_menu
  choose 'Welcome.'
  answer 'Name of the user:' ana
  answer 'Password:' 'wrong horse'
  choose 'The name or the password is wrong.'
  choose 'Welcome.' r
  answer 'Name of the user:' beto
  answer 'Password:' "$PASSWORD"
  answer 'Confirm the password:' "$PASSWORD."
  choose 'The passwords differ.'
  choose 'Welcome.' r
  answer 'Name of the user:' beto
  answer 'Password:' short
  answer 'Confirm the password:' short
  choose 'The password is too short.'
  choose 'Welcome.' r
  answer 'Name of the user:' ana
  answer 'Password:' "$PASSWORD"
  answer 'Confirm the password:' "$PASSWORD"
  choose 'There is such a user already.'
  choose 'Welcome.' r
  answer 'Name of the user:' --help
  answer 'Password:' "$PASSWORD"
  answer 'Confirm the password:' "$PASSWORD"
  choose 'What was typed is not valid.'
  choose 'Welcome.'
  answer 'Name of the user:' ana
  answer 'Password:' "$PASSWORD"
  shows 'You are logged in.' 'User: ana'
}

@test "without a server it says so, and tries again when told" {
  start_server
  register ana
  export TMCTL_SERVER=$SERVER TMCTL_PROFILE=ana
  stop_server
  open_menu
  choose 'The server does not answer.'
  shows 'Welcome.'
  WANTED_PORT=$PORT start_server
  choose 'Welcome.' Down Down
  shows 'User: ana'
  stop_server
  choose 'User: ana' Down Down Down
  shows 'The server does not answer.' 'Refresh' 'Leave'
  choose 'User: ana' End
  ended 0
}

@test "Esc and Cancel lead back everywhere, and out in the end" {
  start_server
  export TMCTL_SERVER=$SERVER
  open_menu
  choose 'Welcome.'
  shows 'Name of the user:'
  press Escape
  choose 'Welcome.'
  answer 'Name of the user:' ana
  shows 'Password:'
  press Tab Tab Enter
  choose 'Welcome.' r
  answer 'Name of the user:' ana
  answer 'Password:' "$PASSWORD"
  shows 'Confirm the password:'
  press Escape
  shows 'Welcome.'
  press Tab Tab Enter
  ended 0
}

# --- With a login ---

@test "a message goes from one to the other, who reads and deletes it" {
  with_mail ana beto
  open_menu
  choose 'User: ana' s
  answer 'To (several' 'beto, ana'
  answer 'Subject:' '-s the subject'
  shows 'Write the text.'
  type_in 'one'
  press Enter Enter
  type_in '  two -- "$HOME" %s'
  press Enter C-d
  shows 'To: beto, ana' 'Subject: -s the subject' 'Text, lines: 3'
  press Enter
  shows 'Message sent. Id: 1' 'Inbox: 1, unread: 1' 'Outbox: 1'
  ok beto read 1 --peek
  json '.messages[0] | .to == ["beto", "ana"] and .subject == "-s the subject"
    and .body == "one\n\n  two -- \"$HOME\" %s\n"'

  choose 'Message sent.' o
  shows 'Id, read (✓), to, subject:' '1 - beto, ana  -s the subject'
  press Enter
  choose 'Message 1'
  shows 'Read by: nobody' 'From: ana' 'To: beto, ana' 'Subject: -s' '  two -- "$HOME" %s'
  press Enter
  choose Delete Tab Tab
  shows 'to, subject:'
  press Escape
  choose 'Outbox: 1' i
  shows 'from, subject:' '1 - ana  -s the subject'
  press Enter
  choose 'Message 1'
  choose 'From: ana'
  choose 'Delete' d
  choose 'Delete message 1?' # No
  choose Read Tab Tab
  choose '1 ✓ ana  -s'
  ok ana inbox
  json '.messages[0].read'
  choose 'Delete' d
  choose 'Delete message 1?' Left
  shows 'Message deleted. The tray is empty.' 'Inbox: 0, unread: 0'
  ok ana inbox -o ids
  [ -z "$output" ]
  ok ana outbox -o ids
  [ "$output" = 1 ]
  beto -q read 1
  choose 'User: ana' o
  choose '1 ✓ beto, ana'
  shows 'Message 1'
}

@test "a draft is corrected until it can be sent" {
  with_mail ana beto
  open_menu
  choose 'User: ana' s
  answer 'To (several' nobody
  answer 'Subject:' first
  shows 'Write the text.'
  press C-d
  choose 'Text, lines: 0'
  choose 'There is no user nobody. Nothing was sent.'
  choose 'To: nobody' t
  shows 'To (several'
  press C-e C-u
  answer 'To (several' 'ana beto'
  choose 'To: ana beto' Down Down
  vanishes 'To: ana beto'
  answer 'Subject:' ' and last'
  shows 'Subject: first and last'
  press Escape
  choose 'Discard this message?' # No
  choose 'Subject: first and last' End
  shows 'Write the text.'
  type_in lost
  press C-c
  choose 'Text, lines: 0' End
  shows 'Write the text.'
  type_in kept
  press Enter C-d
  choose 'Text, lines: 1' End
  shows 'What you write replaces this text:' kept
  press C-c
  choose 'Text, lines: 1'
  shows 'Message sent. Id: 1'
  ok beto read 1
  json '.messages[0] | .subject == "first and last" and .body == "kept\n"'
}

@test "a draft can be discarded, and nothing of it returns" {
  with_mail ana
  open_menu
  choose 'User: ana' s
  shows 'To (several'
  press Enter
  choose 'User: ana' s
  answer 'To (several' ana
  shows 'Subject:'
  press Escape
  choose 'User: ana' s
  answer 'To (several' ana
  answer 'Subject:' secret
  shows 'Write the text.'
  press C-d
  shows 'Text, lines: 0'
  press Escape
  choose 'Discard this message?' Left
  choose 'User: ana' s
  shows 'To (several'
  lacks ana
  press Escape
  choose 'Inbox: 0' End
  ended 0
}

@test "an editor writes the text" {
  with_mail ana beto
  cat >edit <<'EDIT'
#!/bin/sh
[ "$1" = --flag ] && echo "${LINE-a line}" >>"$2" && exit "${STATUS-0}"
EDIT
  chmod +x edit
  VISUAL="$PWD/edit --flag" open_menu
  choose 'User: ana' s
  answer 'To (several' beto
  answer 'Subject:' edited
  choose 'Text, lines: 1' End
  choose 'Text, lines: 2'
  shows 'Message sent.'
  ok beto read 1 --raw
  [ "$output" = $'a line\na line' ]
}

@test "an editor that fails changes nothing" {
  with_mail ana beto
  EDITOR='echo half >"$1"; false' open_menu
  choose 'User: ana' s
  answer 'To (several' beto
  answer 'Subject:' edited
  choose 'The editor failed; the text is as before:'
  shows 'Text, lines: 0'
}

@test "full trays are told, and the draft stays" {
  start_server --tray-capacity 1
  register ana beto carla
  export TMCTL_SERVER=$SERVER TMCTL_PROFILE=ana
  ana -q send --no-copy beto -m x
  open_menu
  choose 'User: ana' s
  answer 'To (several' beto
  answer 'Subject:' s
  shows 'Write the text.'
  press C-d
  choose 'Text, lines: 0'
  choose 'The inbox of beto is full. Nothing was sent.'
  shows 'To: beto'
  beto -q delete 1
  ana -q send carla -m x
  choose 'To: beto'
  choose 'Your outbox is full'
  shows 'To: beto'
  ana -q delete --box outbox 2
  choose 'To: beto'
  shows 'Message sent. Id: 3'
}

@test "a login that ended elsewhere leads to a new one, and the draft stays" {
  with_mail ana beto
  open_menu
  choose 'User: ana' s
  answer 'To (several' beto
  answer 'Subject:' patient
  shows 'Write the text.'
  press C-d
  shows 'Text, lines: 0'
  tmctl -q -p other login ana --password-stdin <<<"$PASSWORD"
  choose 'Text, lines: 0'
  choose 'Your login has ended. Log in again.'
  choose 'Register'
  answer 'Name of the user:' ana
  answer 'Password:' "$PASSWORD"
  choose 'User: ana' s
  choose 'Subject: patient'
  shows 'Message sent. Id: 1'
  tmctl -q -p other login ana --password-stdin <<<"$PASSWORD"
  choose 'Message sent.' Down Down Down
  shows 'Your login has ended. Log in again.' 'Register'
}

@test "logging out leads back, and tmctl is logged out, too" {
  with_mail ana
  open_menu
  choose 'User: ana' l
  shows 'You are logged out.' 'Register'
  run -77 tmctl whoami
}

@test "a message that went away meanwhile is told" {
  with_mail ana
  ana -q send --no-copy ana -s s -m x
  open_menu
  choose 'User: ana'
  choose 'from, subject:'
  shows 'Message 1'
  ana -q delete 1
  choose 'Message 1'
  choose 'This message is no longer there.'
  shows 'The tray is empty.'
}
