# Sends through mail::Store alone: what remains when nothing is transported.

measure_store() {
  local round level
  for ((round = 1; round <= (ROUNDS + 2) / 3; round++)); do
    for level in $LEVELS 1024; do
      rm -f "$SCRATCH"/alone.db*
      # Long enough for new sends' entries to wait and to be written down.
      "$TOOLS/store_sends" "sqlite:$SCRATCH/alone.db" "$level" "$(scaled 4)" \
        "$USERS" |
        jq -c '{server: "store", mode: "send"} + .'
    done
    append
  done | medians
}
