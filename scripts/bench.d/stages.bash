# Where a call's processor time goes, by samples of the server's stacks.

measure_stages() {
  local mode level
  command -v perf >/dev/null || { note "stages takes perf" && exit 69; }
  start_tmserver tmserver --users "$USERS" --messages $((20 * USERS))
  settle tmserver
  for mode in send list read; do
    for level in $LEVELS; do
      sample_stages "$mode" "$level"
    done
  done | jq -s .
}

# Samples cost time: how much a call takes without them is measured before.
sample_stages() {
  local mode=$1 level=$2 calls load stderr measuring
  calls=$(call tmserver "$mode" "$level")
  exec {stderr}< <(call tmserver "$mode" "$level" --announce 2>&1 >/dev/null)
  load=$!
  read -r measuring <&"$stderr"
  [[ $measuring == 'load: measuring' ]] || { note "$measuring" && exit 70; }
  perf record -q -e cpu-clock -F 499 --call-graph dwarf,16384 \
    -p "${PID[tmserver]}" -o "$SCRATCH/perf.data" -- \
    sleep "$SECONDS_EACH" >&2
  wait "$load"
  exec {stderr}<&-
  perf script --no-inline -i "$SCRATCH/perf.data" -F comm,tid,ip,sym,dso \
    2>"$SCRATCH/perf.log" | python3 "$ROOT/scripts/bench.d/stages.py" |
    jq -c --argjson calls "$calls" '($calls | {mode, outstanding, server_us})
      + {samples: add, stages_us: (add as $all
          | map_values(. / $all * $calls.server_us * 10 | round / 10))}'
}
