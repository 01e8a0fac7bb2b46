#!/usr/bin/env bats
# tmctl version.

load helpers

@test "version and --version print name and number as plain text" {
  ok tmctl version
  [[ $output =~ ^tmctl\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  local version=$output
  ok tmctl --version
  [ "$output" = "$version" ]
}

@test "the version is the project's" {
  local version
  version=$(sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p' \
    "$ROOT/CMakeLists.txt")
  ok tmctl --version
  [ "$output" = "tmctl $version" ]
  ok tmserver --version
  [ "$output" = "tmserver $version" ]
}

@test "it needs no environment at all" {
  run -0 env -i "$(command -v tmctl)" --version
}
