# A store with much in it beside one with next to nothing.

measure_growth() {
  local round mode idle
  # The first user's tray: 100 of it, for a page of each kind, or 100,000.
  start_tmserver small --users 10000 --messages 100 --big-tray 100
  idle=$(memory_of small VmRSS)
  start_tmserver large --users "$MANY_USERS" --messages "$MANY_MESSAGES" \
    --big-tray $((MANY_MESSAGES / 10))
  local started=$STARTED
  first_sends >"$SCRATCH/first.jsonl"
  # Each long enough for new sends' entries to wait and to be written down.
  for ((round = 1; round <= ROUNDS; round++)); do
    SECONDS_EACH=$(scaled 5) pair large small send 64 --users "$MANY_USERS"
  done >"$SCRATCH/pairs.jsonl"
  for ((round = 1; round <= ROUNDS; round++)); do
    for mode in list unread count from; do
      pair large small "$mode" 1 --users 1 --anew
    done
  done >>"$SCRATCH/pairs.jsonl"
  {
    cat "$SCRATCH"/{first,pairs}.jsonl | medians
    ratios large small <"$SCRATCH/pairs.jsonl"
    jq -n "{started_ms: $started, idle_kib: $idle,
      large_kib: $(memory_of large VmRSS)}"
  } | jq -s '{calls: .[0], pairs: .[1]} + .[2]'
}

# A server has to read who its callers and recipients are. Later each has called
# a few times, on a slow machine too.
first_sends() {
  local server
  for server in small large; do
    SECONDS_EACH=$(scaled 5) call "$server" send 256 \
      --users "$MANY_USERS" | jq -c '.mode = "first sends"'
    SECONDS_EACH=$((MANY_USERS / 5000)) call "$server" send 256 \
      --users "$MANY_USERS" >/dev/null
  done
}
