#!/usr/bin/env bats
# scripts/fuzz: what it takes; .ci/run is what runs it.

bats_require_minimum_version 1.5.0

FUZZ=$BATS_TEST_DIRNAME/../../scripts/fuzz

@test "no such time, option or fuzzer: the usage, and nothing is built" {
  local words
  for words in '--time' '--time soon' '--time -1' '--what' 'nobody' '../..'; do
    # shellcheck disable=SC2086  # words
    run -64 --separate-stderr "$FUZZ" $words
    [[ $stderr == 'fuzz [--time T] [NAME...]:'* && -z $output ]]
  done
}
