# Many lines through one tmctl beside as many single calls.

measure_batch() {
  local round begun seconds
  start_tmserver tmserver --users 1000
  seq "$LINES" | jq -c '{to: ["u000001"], subject: "line \(.)", body: ("x" * 200)}' \
    >"$SCRATCH/lines"
  log_in tmserver
  for ((round = 1; round <= ROUNDS; round++)); do
    call tmserver send 256
    begun=$(date +%s%N)
    tmctl send --batch - <"$SCRATCH/lines" >"$SCRATCH/answers"
    seconds=$(($(date +%s%N) - begun))e-9
    [[ $(wc -l <"$SCRATCH/answers") -eq $LINES ]]
    jq -cn "{server: \"tmctl\", mode: \"batch\", outstanding: 0,
      rate: ($LINES / $seconds | round)}"
  done | medians
}
