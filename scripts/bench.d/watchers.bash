# Thousands of watchers: how soon one hears of a message, and their weight.

measure_watchers() {
  start_tmserver tmserver
  local before
  before=$(memory_of tmserver VmRSS)
  "$TOOLS/watchers" "${ADDRESS[tmserver]}" "$WATCHERS" 1000 >"$SCRATCH/heard"
  jq --argjson before "$before" --argjson after "$(memory_of tmserver VmHWM)" \
    '. + {kib_each: (($after - $before) / .watchers * 10 | round / 10)}' \
    "$SCRATCH/heard"
}
