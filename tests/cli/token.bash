# What the tests of access tokens share.
#
# shellcheck disable=SC2034,SC2154  # bats and the tests use them

setup() {
  open_mail ana beto
  export TMCTL_SERVER=$SERVER
}

# make NAME SCOPE [OPTION...]: a token of ana's, in the file NAME.
make() {
  ana -q token create "$1" --scope "$2" --out "$1" "${@:3}"
}

# by NAME ARGUMENT...: tmctl with the token in the file NAME, without profiles.
by() {
  tmctl --config "$BATS_TEST_TMPDIR/none.json" --token-file "$1" "${@:2}"
}
