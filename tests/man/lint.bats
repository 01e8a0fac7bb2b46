#!/usr/bin/env bats
# The manual's form.

load ../cli/helpers
load pages

setup() { cd "$MAN" || return; }
teardown() { :; }

@test "mandoc finds nothing to complain about" {
  run -0 mandoc -T lint -W warning ./*.[1578]
  [ -z "$output" ]
}

# mandoc's "style" also looks for manuals that are not installed here.
@test "mandoc finds no fault of style, either" {
  local faults
  faults=$(mandoc -T lint -W style ./*.[1578] 2>&1 |
    grep -v -E 'referenced manual not found|mandoc\.db' || true)
  [ -z "$faults" ] || {
    echo "$faults"
    return 1
  }
}

@test "groff renders every page without a warning" {
  command -v groff >/dev/null || skip 'there is no groff here'
  local page
  for page in *.[1578]; do
    run -0 --separate-stderr groff -k -t -ww -mandoc -Tutf8 "$page"
    [ -z "$stderr" ] || {
      echo "$page: $stderr"
      return 1
    }
  done
}

@test "every page that is referred to is there" {
  local name part missing=0
  while read -r name part; do
    [[ $name == tm* || $name == turbo* ]] || continue
    [[ -e $name.$part ]] || {
      echo "no page $name($part)"
      missing=1
    }
  done < <(sed -nE 's/^\.Xr ([^ ]+) ([0-9]).*/\1 \2/p' ./*.[1578] | sort -u)
  [ "$missing" -eq 0 ]
}

# mdoc takes words such as "No" and "Op" for its macros, and they vanish.
@test "every heading is printed as it was written" {
  local page heading
  for page in *.[1578]; do
    while IFS= read -r heading; do
      mandoc -T ascii "$page" | col -b | grep -qxF -e "$heading" \
        -e "   $heading" || {
        echo "$page: $heading"
        return 1
      }
    done < <(sed -nE 's/^\.S[hs] (\\&)?//p' "$page" | tr -d '"')
  done
}

@test "every page's title is its file's name" {
  local page name
  for page in *.[1578]; do
    name=${page%.*}
    grep -qx "\.Dt ${name^^} ${page##*.}" "$page"
    grep -qx "\.Nm $name" "$page"
  done
}

@test "every page has examples" {
  run grep -L '^\.Sh EXAMPLES' ./*.[1578]
  [ -z "$output" ]
}

@test "examples fit on a terminal of 80 columns" {
  run -0 awk '/^\.Bd/ { on = 1 } /^\.Ed/ { on = 0 }
    on && length() > 73 { print FILENAME ": " $0 }' ./*.[1578]
  [ -z "$output" ]
}

@test "every test that turbomessage-security(7) names is there" {
  local name count=0
  while read -r name; do
    [[ -e $ROOT/tests/$name ]] || {
      echo "no test $name"
      return 1
    }
    count=$((count + 1))
  done < <(sed -n '/^\.Bq /{s/^\.Bq //; s/,/ /g; p}' turbomessage-security.7 |
    grep -oE '[a-z_/]+\.(bats|cc)' | sort -u)
  [ "$count" -gt 10 ]
}
