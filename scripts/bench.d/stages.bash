# Where a send's processor time goes, by samples of the server's stacks.

measure_stages() {
  local sends level load
  command -v perf >/dev/null || { note "stages takes perf" && exit 69; }
  start_tmserver tmserver --users "$USERS"
  for level in $LEVELS; do
    sends=$(call tmserver send "$level")
    # The samples cost time, too: how much a send takes was measured before.
    call tmserver send "$level" >"$SCRATCH/sampled" &
    load=$!
    perf record -q -e cpu-clock -F 499 --call-graph dwarf,16384 \
      -p "${PID[tmserver]}" -o "$SCRATCH/perf.data" -- \
      sleep "$SECONDS_EACH" >&2
    wait "$load"
    perf script --no-inline -i "$SCRATCH/perf.data" -F comm,tid,ip,sym,dso 2>/dev/null |
      python3 "$ROOT/scripts/bench.d/stages.py" |
      jq -c --argjson sends "$sends" '{outstanding: $sends.outstanding,
        server_us: $sends.server_us, samples: (add),
        stages_us: (add as $all | map_values(. / $all * $sends.server_us
          * 10 | round / 10))}'
  done | jq -s .
}
