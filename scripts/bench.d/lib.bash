# What the parts of scripts/bench share: a build, scratch room on a disk, servers,
# and runs of the load generator.
#
# shellcheck disable=SC2034,SC2153  # the parts and the script share variables

BUILD=$(realpath -m "${TURBOMESSAGE_BUILD:-$ROOT/build/release}")
RESULTS=$(realpath -m "${BENCH_DIR:-$ROOT/build/bench}")
TOOLS=$BUILD/tests/bench
PATH=$BUILD/tmserver:$BUILD/tmctl:$PATH

note() { echo "bench: $*" >&2; }

build_all() {
  [[ -z ${TURBOMESSAGE_BUILD-} ]] || return 0
  "$ROOT/scripts/setup" --bench
  cmake -S "$ROOT" --preset release -DTURBOMESSAGE_TESTS=ON --log-level=WARNING >&2
  cmake --build "$BUILD" --parallel "$(nproc)" \
    --target tmserver tmctl bench_tools >&2
}

# An empty folder, which goes away at the end; and no setting of the caller's.
open_scratch() {
  local name
  mkdir -p "$RESULTS"
  if [[ $(stat -f -c %T "$RESULTS") == tmpfs ]]; then
    note "$RESULTS is in memory, where a sync costs nothing: set BENCH_DIR"
    exit 78
  fi
  SCRATCH=$(mktemp -d "$RESULTS/run.XXXXXX")
  while read -r name; do
    unset "$name"
  done < <(compgen -e | grep -E '^TMSERVER$|^TM(CTL|SERVER)_' || true)
  export XDG_CONFIG_HOME=$SCRATCH/config ETCDCTL_API=3
  trap leave EXIT
}

leave() {
  stop_all
  rm -rf "$SCRATCH"
}

# program NAME: the path of one that need not be installed; fails without it.
program() {
  command -v "$1" && return
  local path
  for path in "$ROOT"/build/beside/usr/{bin,sbin}/"$1"; do
    [[ ! -x $path ]] || { echo "$path" && return; }
  done
  return 1
}

# --- Servers ---

declare -A PID ADDRESS TOKENS

# start NAME COMMAND...: a server that says where it listens. Sets PID, ADDRESS
# and STARTED, the milliseconds that it took.
start() {
  local name=$1 line ready begun
  shift
  mkfifo "$SCRATCH/$name.ready"
  begun=$(date +%s%N)
  "$@" >"$SCRATCH/$name.ready" 2>"$SCRATCH/$name.log" </dev/null &
  PID[$name]=$!
  exec {ready}<"$SCRATCH/$name.ready"
  if ! read -r -t 60 line <&"$ready"; then
    cat "$SCRATCH/$name.log" >&2
    exit 70
  fi
  STARTED=$((($(date +%s%N) - begun) / 1000000))
  rm "$SCRATCH/$name.ready"
  ADDRESS[$name]=${line##* }
}

# start_tmserver NAME [LOADER-OPTION...]: the build's, or $TMSERVER, on a store
# that loader made. Sets TOKENS, too. Logins last: the renewals of 10,000 in a
# minute are no part of a send. Calls are counted, but one account may make as
# many as it can.
start_tmserver() {
  local name=$1 store=sqlite:$SCRATCH/$1.db
  shift
  rm -f "$SCRATCH/$name.db"*
  TOKENS[$name]=$SCRATCH/$name.tokens
  [[ $# -eq 0 ]] || "$TOOLS/loader" "$store" "${TOKENS[$name]}" "$@"
  start "$name" "${TMSERVER:-tmserver}" --port 0 --store "$store" --tray-capacity 0 \
    --session-ttl 24h --account-rate 1000000/s
}

# log_in SERVER: tmctl's calls are those of the first user that loader made.
log_in() {
  export TMCTL_SERVER=${ADDRESS[$1]} TMCTL_TOKEN
  TMCTL_TOKEN=$(head -n 1 "${TOKENS[$1]}")
  TMCTL_TOKEN=${TMCTL_TOKEN##* }
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# Whether somebody listens on the TCP port. A connection would tell, too; but one
# that is tried again and again gets that port for its own, and takes it away.
listens() {
  local port
  printf -v port ':%04X' "$1"
  grep -q "$port [0-9A-F]*:0000 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# A server named etcd; false where there is none to start.
start_etcd() {
  local etcd clients peers deadline=$((SECONDS + 30))
  etcd=$(program etcd) || { note "etcd is not measured: no package" && return 1; }
  clients=http://127.0.0.1:$(free_port) peers=http://127.0.0.1:$(free_port)
  "$etcd" --data-dir "$SCRATCH/etcd" --log-level error \
    --listen-client-urls "$clients" --advertise-client-urls "$clients" \
    --listen-peer-urls "$peers" --initial-advertise-peer-urls "$peers" \
    --initial-cluster "default=$peers" >"$SCRATCH/etcd.log" 2>&1 </dev/null &
  PID[etcd]=$!
  ADDRESS[etcd]=${clients#http://}
  until "$(program etcdctl)" --endpoints "${ADDRESS[etcd]}" endpoint health \
    >/dev/null 2>&1; do
    if ((SECONDS > deadline)); then
      cat "$SCRATCH/etcd.log" >&2
      exit 70
    fi
  done
}

stop_all() {
  local name
  for name in "${!PID[@]}"; do
    kill "${PID[$name]}" 2>/dev/null || true
    wait "${PID[$name]}" 2>/dev/null || true
    unset "PID[$name]"
  done
}

memory_of() { # KiB, now and at most: VmRSS or VmHWM
  awk -v field="$2:" '$1 == field { print $2 }' "/proc/${PID[$1]}/status"
}

# --- Measuring ---

# scaled FACTOR: so many times SECONDS_EACH, which may be a fraction.
scaled() { awk "BEGIN { print $1 * $SECONDS_EACH }"; }

# call SERVER MODE OUTSTANDING [LOAD-OPTION...]: one run, as a JSON line.
call() {
  local server=$1 mode=$2 outstanding=$3 connections=$CONNECTIONS options=()
  shift 3
  ((outstanding >= connections)) || connections=$outstanding
  [[ -z ${TOKENS[$server]-} ]] || options=(--tokens "${TOKENS[$server]}")
  [[ -z ${PID[$server]-} ]] || options+=(--server-pid "${PID[$server]}")
  "$TOOLS/load" "$mode" --server "${ADDRESS[$server]}" \
    --outstanding "$outstanding" --connections "$connections" \
    --warm-up "$(scaled 0.2)" \
    --duration "$SECONDS_EACH" "${options[@]}" "$@" |
    jq -c --arg server "$server" '{server: $server} + .'
}

# pair SERVER OTHER MODE OUTSTANDING [LOAD-OPTION...]: a run of each, one closely
# after the other, in an order that is drawn.
pair() {
  local server servers=("$1" "$2")
  ((RANDOM % 2)) || servers=("$2" "$1")
  shift 2
  for server in "${servers[@]}"; do
    call "$server" "$@"
  done
}

# settle SERVER...: sends, until each has begun to write down what it put off, as
# one that has run for a while: 65,536 sends after the start of a new store.
settle() {
  local server
  for server; do
    SECONDS_EACH=$(scaled 5) call "$server" send 256 >/dev/null
  done
}

# append [PAUSE]: what a sync costs, again and again, or after so many µs asleep.
append() {
  rm -f "$SCRATCH/appended"
  "$TOOLS/appends" "$SCRATCH/appended" "$SECONDS_EACH" "$@" |
    jq -c --arg mode "append${1:+ after $1 µs}" \
      '{server: "disk", mode: $mode, outstanding: 1} + .'
}

# Lines of runs -> one object for each kind of run, of the medians.
medians() {
  jq -s 'def median: sort | .[(length / 2 | floor)];
    group_by([.server, .mode, .outstanding])
    | map(. as $runs | .[0]
      | with_entries(.key as $key | if .value | type == "number"
          then .value = ([$runs[][$key]] | median) else . end)
      + {runs: ($runs | length)})'
}

# ratios SERVER OTHER: lines of pairs -> of each kind of run, the geometric mean
# of the one's rate by the other's, and its standard error in percent.
ratios() {
  jq -s --arg one "$1" --arg other "$2" \
    'def rates($server): map(select(.server == $server).rate);
    group_by([.mode, .outstanding])
    | map([rates($one), rates($other)] as [$one, $other]
      | [range($one | length) as $i | $one[$i] / $other[$i] | log] as $logs
      | ($logs | add / length) as $mean
      | ($logs | map(. - $mean | . * .) | add) as $squares
      | ($logs | length) as $n
      | {mode: .[0].mode, outstanding: .[0].outstanding, runs: $n,
         ratio: ($mean | exp),
         error_percent: (if $n > 1 then 100 * ($squares / ($n - 1) / $n | sqrt)
                         else null end)})'
}

# --- The report ---

report() {
  local part
  for part; do
    jq --arg part "$part" '{($part): .}' "$RESULTS/$part.json"
  done | jq -s --arg date "$(date -u +%FT%TZ)" --arg load "$LOAD_BEFORE" \
    --arg commit "$(git -C "$ROOT" describe --always --dirty 2>/dev/null || true)" \
    --arg cpu "$(sed -n 's/^model name\t: //p' /proc/cpuinfo | head -n 1)" \
    --argjson cores "$(nproc)" \
    '{date: $date, commit: $commit, cpu: $cpu, cores: $cores,
      load_average: $load} + add' >"$RESULTS/bench.json"
  jq -r -f "$ROOT/scripts/bench.d/report.jq" "$RESULTS/bench.json" |
    column -t -s $'\t'
  # One level makes no curve.
  if [[ " $* " == *' calls '* && $LEVELS == *' '* ]] &&
    command -v gnuplot >/dev/null; then
    plot
  fi
  note "all figures are in $RESULTS/bench.json"
}

# Rate and latency by outstanding calls, a curve for each kind of run.
plot() {
  jq -r 'map(select(.server != "disk")) | group_by([.server, .mode])[]
      | "\"\(.[0].server) \(.[0].mode)\"",
        (sort_by(.outstanding)[] | "\(.outstanding) \(.rate) \(.p99_ms)"), "", ""' \
    "$RESULTS/calls.json" >"$RESULTS/calls.dat"
  gnuplot -e "folder='$RESULTS'" "$ROOT/scripts/bench.d/calls.gp"
}
