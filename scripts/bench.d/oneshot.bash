# Whole processes, which do one thing and end.

# Pairs: a name and a command.
measure_oneshot() {
  local round commands=() inside=()
  start_tmserver tmserver --users 1000
  log_in tmserver
  commands+=(
    -n 'tmctl send' 'tmctl send u000001 -m x'
    -n 'tmctl inbox' 'tmctl inbox --limit 20'
    -n 'tmctl --version' 'tmctl --version'
    -n 'curl --version' 'curl --version'
    -n true true)
  if start_etcd; then
    commands+=(-n 'etcdctl put'
      "$(program etcdctl) --endpoints ${ADDRESS[etcd]} put key x")
  fi
  if start_smtpd; then
    commands+=(-n sendmail "$SCRATCH/smtpd/sendmail someone@example.org")
    inside=(nsenter -t "${PID[smtpd]}" -m)
  fi
  read_anew "$(program tmctl)" "$(program etcdctl)" "$(program curl)" \
    "$SCRATCH/smtpd/sendmail"
  # In rounds, so that what disturbs one command disturbs all.
  for ((round = 1; round <= 5; round++)); do
    "${inside[@]}" hyperfine --shell=none --warmup 3 --runs $((RUNS / 5)) \
      --style none --export-json "$SCRATCH/times.$round" "${commands[@]}" \
      2>"$SCRATCH/warnings" >&2 || { cat "$SCRATCH/warnings" >&2 && exit 70; }
  done
  if [[ -n ${PID[smtpd]-} ]]; then
    [[ $(find "$SCRATCH/smtpd/spool" -name message | wc -l) -gt $RUNS ]]
  fi
  peak_of tmctl send u000001 -m x >"$SCRATCH/peak"
  jq -s --argjson peak "$(sort -n "$SCRATCH/peak" | tail -n 1)" \
    'def ms: . * 1e5 | round / 100;
    {peak_kib: $peak, commands: [map(.results[]) | group_by(.command)[]
      | {command: .[0].command, times: (map(.times[]) | sort)}
      | {command, median_ms: (.times | .[length / 2 | floor] | ms),
         min_ms: (.times[0] | ms)}]}' "$SCRATCH"/times.?
}

# read_anew FILE...: as after a boot. How a file got into memory, in small writes
# or in large ones, makes up to a tenth of a short process.
read_anew() {
  local file
  for file; do
    [[ -e $file ]] || continue
    sync "$file"
    dd if="$file" iflag=nocache count=0 status=none
    cat "$file" >/dev/null
  done
}

# peak_of COMMAND...: the most memory that it had, in KiB, in each of ten runs.
peak_of() {
  local i
  for ((i = 0; i < 10; i++)); do
    /usr/bin/time -f %M -o "$SCRATCH/memory" "$@" >/dev/null
    cat "$SCRATCH/memory"
  done
}

# OpenSMTPD as it is installed, but in a place of its own: it keeps what its
# sendmail hands over and delivers nothing. False where there is none.
start_smtpd() {
  local smtpd deadline=$((SECONDS + 30))
  if [[ $EUID -ne 0 ]] || ! smtpd=$(program smtpd); then
    note "sendmail is not measured: that takes root and the package opensmtpd"
    return 1
  fi
  unshare -m "$ROOT/scripts/bench.d/smtpd" "$smtpd" "$SCRATCH/smtpd" \
    >"$SCRATCH/smtpd.log" 2>&1 </dev/null &
  PID[smtpd]=$!
  until [[ -e $SCRATCH/smtpd/ready ]]; do
    if ((SECONDS > deadline)) || ! kill -0 "${PID[smtpd]}"; then
      cat "$SCRATCH/smtpd.log" >&2
      exit 70
    fi
    sleep 0.1
  done
}
