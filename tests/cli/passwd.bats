#!/usr/bin/env bats
# tmctl passwd: the old password on line 1, the new one on line 2.

load helpers

setup() { open_mail ana; }

@test "passwd changes the password and keeps the login" {
  ok ana passwd --password-stdin <<<"$PASSWORD
battery staple"
  ok ana whoami
  refused 77 bad_credentials ana login ana --password-stdin <<<"$PASSWORD"
  ok ana login ana --password-stdin <<<'battery staple'
}

@test "the last newline may be missing" {
  ok ana passwd --password-stdin < <(printf '%s\nbattery staple' "$PASSWORD")
  ok ana login ana --password-stdin <<<'battery staple'
}

@test "a wrong old password changes nothing" {
  refused 77 bad_credentials ana passwd --password-stdin <<<'wrong horse
battery staple'
  ok ana login ana --password-stdin <<<"$PASSWORD"
}

@test "a weak new password changes nothing" {
  refused 65 weak_password ana passwd --password-stdin <<<"$PASSWORD
short"
  ok ana login ana --password-stdin <<<"$PASSWORD"
}

@test "one line is not enough" {
  run --separate-stderr ana passwd --password-stdin <<<"$PASSWORD"
  [[ $status -ge 64 ]]
  [ -z "$output" ]
  valid error "${stderr_lines[-1]}"
}

@test "without a login it is refused" {
  ana logout
  refused 77 not_logged_in ana passwd --password-stdin <<<"$PASSWORD
battery staple"
}

@test "a terminal is asked for each, without echo" {
  run -0 on_terminal --answer : "$PASSWORD" --answer : 'battery staple' \
    --answer : 'battery staple' -- tmctl -p ana passwd
  [[ $output != *horse* && $output != *staple* ]]
  ok ana login ana --password-stdin <<<'battery staple'
}
