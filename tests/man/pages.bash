# How the tests of the manual read its pages.
#
# shellcheck disable=SC2154  # ROOT comes from cli/helpers.bash

MAN=$ROOT/man

# section PAGE NAME: the source lines of one section.
section() {
  awk -v name="$2" '/^\.Sh / { on = (substr($0, 5) == name); next } on' \
    "$MAN/$1"
}

# subsection PAGE NAME: the source lines of one subsection.
subsection() {
  awk -v name="$2" '/^\.S[hs] / { on = ($0 == ".Ss " name); next } on' \
    "$MAN/$1"
}

# rendered PAGE NAME: one section as its reader sees it, on wide paper.
rendered() {
  mandoc -T ascii -O width=300 "$MAN/$1" | sed 's/.\x08//g' |
    awk -v name="$2" '/^[^ ]/ { on = ($0 == name); next } on'
}

# options_in PAGE: the options that a page describes, as --help writes them.
options_in() {
  section "$1" OPTIONS | sed -nE '/^\.It Fl/ {
    s/^\.It //; s/Fl -/--/g; s/Fl /-/g; s/ Ar / /; s/ , /, /; p }'
}

# options_of HELP: the options in a program's help.
options_of() {
  sed -nE 's/^ +((-., )?--[a-z-]+( [A-Z=]+)?)( .*)?$/\1/p' <<<"$1"
}

# items MACRO: the words after ".It MACRO" in the lines on stdin.
items() {
  sed -nE "s/^\.It $1 ([^ ]+)\$/\1/p"
}

# same WHAT ONE OTHER: both texts are equal; else shows how they differ.
same() {
  diff <(echo "$2") <(echo "$3") || {
    echo "$1: < in the program, > in the manual"
    return 1
  }
}
