# Two servers beside each other, on stores of their own that were filled alike:
# what is left of a difference between two commits when the machine has no rest.

measure_pairs() {
  local round level mode
  if [[ ! -f ${BENCH_OTHER-} || ! -x $BENCH_OTHER ]]; then
    note "pairs: BENCH_OTHER has to be the path of another tmserver"
    exit 64
  fi
  start_tmserver this --users "$USERS" --messages $((20 * USERS))
  TMSERVER=$(realpath "$BENCH_OTHER") \
    start_tmserver other --users "$USERS" --messages $((20 * USERS))
  settle this other
  for ((round = 1; round <= ROUNDS; round++)); do
    for level in $LEVELS; do
      for mode in send list read mixed; do
        pair this other "$mode" "$level"
      done
    done
    note "round $round of $ROUNDS"
  done | ratios this other
}
