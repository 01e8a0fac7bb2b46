# Calls of many callers, in rounds, so that what disturbs one disturbs all.

measure_calls() {
  local round level kind kinds=(
    'callback send' 'queue send' 'tmserver send' 'tmserver list' 'tmserver read'
    'tmserver mixed' 'tmserver seed')
  start callback "$TOOLS/echo" callback
  start queue "$TOOLS/echo" queue
  start_tmserver tmserver --users "$USERS" --messages $((20 * USERS))
  TOKENS[callback]=${TOKENS[tmserver]} TOKENS[queue]=${TOKENS[tmserver]}
  if start_etcd; then kinds+=('etcd put'); fi
  if start_original; then kinds+=('original seed'); fi
  settle tmserver
  for ((round = 1; round <= ROUNDS; round++)); do
    for level in $LEVELS; do
      for kind in "${kinds[@]}"; do
        # shellcheck disable=SC2086  # two words
        call $kind "$level"
      done
      append
      append 200
    done
    note "round $round of $ROUNDS"
  done | medians
}

start_original() {
  local deadline=$((SECONDS + 30))
  [[ -n ${BENCH_ORIGINAL-} ]] || return 1
  bash -c "exec $BENCH_ORIGINAL" >"$SCRATCH/original.log" 2>&1 </dev/null &
  PID[original]=$!
  ADDRESS[original]=127.0.0.1:50052
  until listens 50052; do
    if ((SECONDS > deadline)) || ! kill -0 "${PID[original]}" 2>/dev/null; then
      cat "$SCRATCH/original.log" >&2
      exit 70
    fi
  done
}
