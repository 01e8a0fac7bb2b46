#!/usr/bin/env bats
# What each scope of an access token allows, and that it allows no more.

load helpers
load token

# may NAME COMMAND...: the token's scope lets it.
may() {
  by "$@" >/dev/null 2>error || {
    cat error
    return 1
  }
}

# may_not NAME COMMAND...: it doesn't.
may_not() { refused 77 permission_denied by "$@"; }

@test "scope send sends, and that is all" {
  make cron send
  may cron send beto -m x
  may cron send beto -m x --dry-run
  may cron whoami
  may_not cron inbox
  [[ $(jq -r .message <<<"$error") == *'scope read'* ]]
  may_not cron inbox --count
  may_not cron outbox
  may_not cron read 1
  may_not cron mark 1 --read
  may_not cron delete 1
  may_not cron logout
  may_not cron passwd --password-stdin <<<"$PASSWORD"$'\nbattery staple'
  may_not cron token list
  may_not cron token create x --scope send
  may_not cron token revoke cron
}

@test "scope read lists, reads and marks, and that is all" {
  beto -q send ana -m x
  make job read
  may job inbox
  may job inbox --exists
  may job inbox --count
  may job outbox
  may job read 1
  may job mark 1 --unread
  may job whoami
  may_not job send beto -m x
  [[ $(jq -r .message <<<"$error") == *'scope send'* ]]
  may_not job delete 1
  may_not job logout
  may_not job passwd --password-stdin <<<"$PASSWORD"$'\nbattery staple'
  may_not job token list
  may_not job token create x --scope read
  may_not job token revoke job
}

@test "scope full does all but log out" {
  beto -q send ana -m x
  make admin full
  may admin send beto -m x
  may admin inbox
  may admin read 1
  may admin mark 1 --unread
  may admin delete 1
  may admin token list
  may admin token create x --scope full
  may admin token revoke x
  may admin passwd --password-stdin <<<"$PASSWORD"$'\nbattery staple'
  may_not admin logout
  [[ $(jq -r .hint <<<"$error") == *revoke* ]]
  may admin token revoke admin
  refused 77 not_logged_in by admin whoami
}

@test "no token makes one that ends after itself" {
  make admin full --expires 1h
  local end
  end=$(by admin whoami | jq -r .expires_at)
  ok by admin token create a --scope send
  json '.expires_at == $until' --arg until "$end"
  ok by admin token create b --scope send --expires 30m
  may_not admin token create c --scope send --expires 2h
  may_not admin token create c --scope send --expires never
}
