# Two servers beside each other, on stores of their own that were filled alike,
# whose runs follow each other closely, in an order that is drawn: what is left
# of a difference between two commits when the machine has no rest.

measure_pairs() {
  local round level mode servers
  if [[ ! -f ${BENCH_OTHER-} || ! -x $BENCH_OTHER ]]; then
    note "pairs: BENCH_OTHER has to be the path of another tmserver"
    exit 64
  fi
  start_tmserver this --users "$USERS" --messages $((20 * USERS))
  TMSERVER=$(realpath "$BENCH_OTHER") \
    start_tmserver other --users "$USERS" --messages $((20 * USERS))
  for ((round = 1; round <= ROUNDS; round++)); do
    for level in $LEVELS; do
      for mode in send list read mixed; do
        servers=(this other)
        ((RANDOM % 2)) || servers=(other this)
        call "${servers[0]}" "$mode" "$level"
        call "${servers[1]}" "$mode" "$level"
      done
    done
    note "round $round of $ROUNDS"
  done | ratios
}

# Lines of runs -> of each mode, the geometric mean of this one's rate by the
# other's, and its standard error in percent.
ratios() {
  jq -s 'def rates($server): map(select(.server == $server).rate);
    group_by([.mode, .outstanding])
    | map([rates("this"), rates("other")] as [$this, $other]
      | [range($this | length) as $i | $this[$i] / $other[$i] | log] as $logs
      | ($logs | add / length) as $mean
      | ($logs | map(. - $mean | . * .) | add) as $squares
      | ($logs | length) as $n
      | {mode: .[0].mode, outstanding: .[0].outstanding, runs: $n,
         ratio: ($mean | exp),
         error_percent: (if $n > 1 then 100 * ($squares / ($n - 1) / $n | sqrt)
                         else null end)})'
}
