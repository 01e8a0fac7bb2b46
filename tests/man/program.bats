#!/usr/bin/env bats
# The manual says what the programs say of themselves: commands, options, keys,
# fields and codes; nothing is missing and nothing invented.

load ../cli/helpers
load pages

setup() { fresh_home; }
teardown() { :; }

commands() {
  tmctl help | awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }'
}

# variables PREFIX OPTIONS: the variables for these options.
variables() {
  sed -nE 's/.*--([a-z-]+).*/\1/p' <<<"$2" | grep -vxE 'expires|help|version' |
    tr 'a-z-' 'A-Z_' | sed "s/^/$1/" | sort
}

# variables_in PAGE PREFIX: those that a page's ENVIRONMENT describes.
variables_in() {
  section "$1" ENVIRONMENT | grep -oE "$2[A-Z_]+" |
    sort -u
}

# codes: the program's error codes with their exit statuses.
codes() {
  sed -nE 's/.*Row\{"([a-z_]+)", ([0-9]+),.*/\2 \1/p' "$ROOT/tmctl/base/failure.cc"
}

codes_in() {
  sed -nE 's/^\.It Sy ([0-9]+ [a-z_]+)$/\1/p' "$MAN/$1"
}

@test "every command has a page, and every page a command" {
  local pages
  pages=$(cd "$MAN" && ls tmctl-*.1)
  same commands "$(commands | sed 's/.*/tmctl-&.1/' | sort)" "$pages"
}

@test "tmctl(1) lists the commands" {
  local listed
  listed=$(section tmctl.1 COMMANDS | items Cm)
  same commands "$(commands)" "$listed"
  same pages "$(commands | sed 's/.*/.Xr tmctl-& 1/')" \
    "$(section tmctl.1 COMMANDS | sed -n '/^\.Bl/,$s/^\(\.Xr .*\) \.$/\1/p')"
}

@test "every synopsis is the usage line" {
  local command usage synopsis
  while read -r command; do
    usage=$(tmctl help "$command" | sed -n '1s/^Usage: //p')
    synopsis=$(rendered "tmctl-$command.1" SYNOPSIS |
      sed -E 's/^ +//; s/ *\| */|/g; /^$/d')
    same "$command" "$usage" "$synopsis"
  done < <(commands)
  same tmctl "$(tmctl help | sed -n '1s/^Usage: //p')" \
    "$(rendered tmctl.1 SYNOPSIS | sed 's/^ *//; /^$/d')"
  same tmserver "$(tmserver --help | sed -nE 's/^ +(tmserver .*)/\1/p')" \
    "$(rendered tmserver.8 SYNOPSIS | sed 's/^ *//; /^$/d')"
}

@test "tm-menu(1) has the usage and the options of tm-menu" {
  local help
  help=$("$ROOT/scripts/tm-menu" --help)
  same usage "$(sed -n '1s/^Usage: //p' <<<"$help")" \
    "$(rendered tm-menu.1 SYNOPSIS | sed 's/^ *//; s/ | /|/; /^$/d')"
  same options "$(options_of "$help")" "$(options_in tm-menu.1)"
}

@test "every page's summary is the help's" {
  local command
  while read -r command; do
    same "$command" "$(tmctl help "$command" | sed -n 3p)" \
      "$(sed -n 's/^\.Nd //p' "$MAN/tmctl-$command.1")"
  done < <(commands)
}

@test "every command's page has its options and no others" {
  local command help
  while read -r command; do
    help=$(tmctl help "$command" | sed '/^Global options:/,$d')
    same "$command" "$(options_of "$help")" "$(options_in "tmctl-$command.1")"
  done < <(commands)
}

@test "tmctl(1) has the global options and no others" {
  same tmctl "$(options_of "$(tmctl help)")" "$(options_in tmctl.1)"
}

@test "tmctl(1) has a variable for each global option" {
  local found
  found=$(variables_in tmctl.1 TMCTL_ | grep -vxE 'TMCTL_(TOKEN|PASSWORD)')
  same variables "$(variables TMCTL_ "$(options_of "$(tmctl help)")")" "$found"
}

@test "tmctl-config(5) has the keys that can be set, and those that login writes" {
  local keys
  keys=$(tmctl -o json config set nosuch x 2>&1 | jq -r .hint |
    sed 's/^the settings are: //' | tr ' ' '\n')
  same settable "$keys" \
    "$(section tmctl-config.5 KEYS | sed '/^\.Ss/,$d' | items Cm)"
  start_server
  register ana
  same written \
    "$(jq -r '.profiles.ana | keys[]' "$CONFIG" | grep -vx server)" \
    "$(subsection tmctl-config.5 'Keys that a login writes' | items Cm | sort)"
  stop_server
}

@test "the manual gives the most retries that tmctl takes" {
  local most
  most=$(tmctl --retry x whoami 2>&1 | jq -r .message | grep -o '[0-9]*$')
  grep -q "^times (0 to $most;" "$MAN/tmctl.1"
  grep -q "^A whole number, 0 to $most\.$" "$MAN/tmctl-config.5"
}

@test "tmserver(8) has the options and variables of tmserver" {
  local options
  options=$(options_of "$(tmserver --help)")
  same options "$options" "$(options_in tmserver.8)"
  same variables "$(variables TMSERVER_ "$options")" \
    "$(variables_in tmserver.8 TMSERVER_)"
}

@test "tmserver-config(5) has a key for each option of tmserver" {
  local options
  options=$(options_of "$(tmserver --help)" |
    sed -nE 's/.*--([a-z-]+).*/\1/p' | grep -vxE 'config|expires|help|version')
  same keys "$(tr - _ <<<"$options")" \
    "$(section tmserver-config.5 KEYS | items Cm)"
}

@test "tmserver(8) gives the defaults of tmserver" {
  local option default
  while read -r option default; do
    awk -v item=".It Fl -$option" '
      index($0, ".It Fl") == 1 { on = index($0, item) == 1 } on' \
      <(section tmserver.8 OPTIONS) | tr '\n' ' ' |
      grep -qE "The default is (\.Cm |\.Ql )?${default}[. ]" || {
      echo "--$option: the page doesn't say that the default is $default"
      return 1
    }
  done < <(tmserver --help | sed '/^$/d' | tr '\n' ' ' |
    sed -E 's/ (-h, )?--/\n--/g; s/ +/ /g' |
    sed -nE 's/^--([a-z-]+) .*\(default: ([^ ]+)\).*/\1 \2/p')
}

@test "tmctl-json(5) has every document with every field" {
  local name
  same documents "$(tmctl schema)" "$(section tmctl-json.5 DOCUMENTS |
    sed -n 's/^\.Ss //p' | sort)"
  while read -r name; do
    same "$name" "$(tmctl schema "$name" | jq -r '.properties | to_entries[] |
        .key, (select(.key != "messages") | .key as $list |
          .value.items.properties // {} | keys[] | "\($list)[].\(.)")' | sort)" \
      "$(subsection tmctl-json.5 "$name" | items Va | sort)"
    subsection tmctl-json.5 "$name" | grep -qx "\.Ql turbomessage.$name/1"
  done < <(tmctl schema)
}

@test "tmctl-json(5) has every error code with its exit status" {
  same codes "$(codes | sort)" "$(codes_in tmctl-json.5 | sort)"
}

@test "tmctl-json(5) has every warning's code" {
  local warned told
  warned=$(grep -rhoE --include='*.cc' 'Warn\("[a-z_]+"' "$ROOT/tmctl" |
    cut -d'"' -f2 | sort -u)
  told=$(sed -n '/turbomessage.warning\/1/,/^\.El/p' "$MAN/tmctl-json.5" |
    sed -nE 's/^\.Ql ([a-z_ ,]+) :$/\1/p' | tr -d ' ' | tr ',' '\n' | sort)
  same warnings "$warned" "$told"
}

@test "the codes on the other pages are real ones" {
  local page unknown
  for page in "$MAN"/tmctl*.1; do
    unknown=$(comm -13 <(codes | sort) <(codes_in "${page##*/}" | sort -u))
    [ -z "$unknown" ] || {
      echo "${page##*/}: $unknown"
      return 1
    }
  done
}

@test "every error code is explained on some command's page" {
  local explained
  explained=$(for page in "$MAN"/tmctl*.1; do codes_in "${page##*/}"; done)
  same codes "$(codes | sort)" "$(sort -u <<<"$explained")"
}
