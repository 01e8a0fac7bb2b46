# bench.json -> the table: what was measured, then what we aim for.

def two: . * 100 | round / 100;
def run($server; $mode; $outstanding):
  .calls[]? | select(.server == $server and .mode == $mode
                     and .outstanding == $outstanding);
# As the parts have them; empty where that part was not measured.
def calls: {calls: (.calls // [])};
def send($n): calls | run("tmserver"; "send"; $n);
def mail($mode; $n): calls | run("tmserver"; $mode; $n);
def etcd($n): calls | run("etcd"; "put"; $n);
def echoes($n): calls | [run("callback"; "send"; $n), run("queue"; "send"; $n)];
def fastest($n): echoes($n) | select(. != []) | max_by(.rate);
def grown($server; $mode): {calls: (.growth.calls // [])}
  | .calls[] | select(.server == $server and .mode == $mode);
# The rate with a large store by that with a small one, and how sure that is.
def paired($mode):
  .growth.pairs[]? | select(.mode == $mode)
  | .error = if .error_percent then ", ± \(.error_percent | two) %" else "" end;
def took($command): .oneshot.commands[]? | select(.command == $command).median_ms;
def batch($mode): .batch[]? | select(.mode == $mode).rate;

# A line of the second table.
def aim($what; $value; $sign; $target; $unit):
  [$what, ($value | two | tostring) + $unit, "\($sign) \($target | two)\($unit)",
   if ($sign == "≥" and $value >= $target) or ($sign == "≤" and $value <= $target)
   then "met" else "MISSED" end];
def least($what; value; $target): value as $v | aim($what; $v; "≥"; $target; "");
def most($what; value; $target; $unit):
  value as $v | aim($what; $v; "≤"; $target; $unit);

def measured:
  ["server", "mode", "outstanding", "calls/s", "p50 ms", "p99 ms", "p99.9 ms",
   "server µs", "client µs"],
  ((.calls // []) + (.store // []) + (.growth.calls // []) + (.batch // [])
   | sort_by(.outstanding)[]
   | [.server, .mode, .outstanding, .rate, .p50_ms, .p99_ms, .p999_ms,
      .server_us, .client_us]),
  (.oneshot // empty | ["", ""], ["command", "median ms", "min ms"],
   (.commands[] | [.command, .median_ms, .min_ms])),
  (.stages // empty | ["", ""], ["stage", "of each call, µs", "outstanding"],
   (.[] | .mode as $mode | .outstanding as $n
    | (.stages_us | to_entries[] | ["\($mode): \(.key)", .value, $n]),
      ["\($mode): all", .server_us, $n])),
  (.pairs // empty | ["", ""], ["this / other", "rate", "± %", "outstanding"],
   (.[] | [.mode, (.ratio | two), ((.error_percent | values | two) // null), .outstanding]));

def aims:
  least("send / etcd put, 64 outstanding"; send(64).rate / etcd(64).rate; 1.25),
    least("send / fastest echo, 64"; send(64).rate / fastest(64).rate; 0.4),
    most("send p99 / etcd p99, 64"; send(64).p99_ms / etcd(64).p99_ms; 2; ""),
    least("send / etcd put, 256"; send(256).rate / etcd(256).rate; 1.1),
    ((calls | run("disk"; "append"; 1).p50_ms) as $append
     | (echoes(1) | map(.p50_ms) | min // empty) as $echo
     | send(1).p50_ms
     | aim("send p50, 1 outstanding"; .; "≤"; $echo + 1.25 * $append; " ms")),
    least("list / fastest echo, 64"; mail("list"; 64).rate / fastest(64).rate; 0.5),
    least("read / fastest echo, 64"; mail("read"; 64).rate / fastest(64).rate; 0.5),
    least("mixed / fastest echo, 64"; mail("mixed"; 64).rate / fastest(64).rate; 0.4),
    least("original's contract / original, 64";
      mail("seed"; 64).rate / (calls | run("original"; "seed"; 64).rate); 4),
    most("tmctl send / etcdctl put"; took("tmctl send") / took("etcdctl put"); 0.35; ""),
    most("tmctl send / sendmail"; took("tmctl send") / took("sendmail"); 1; ""),
    most("tmctl --version / true"; took("tmctl --version") / took("true"); 3; ""),
    most("tmctl send, peak"; (.oneshot.peak_kib // empty) / 1024; 12; " MiB"),
    least("batch / single sends, 256"; batch("batch") / batch("send"); 2),
    (paired("send") | least("send, large / small store" + .error; .ratio; 0.85)),
    ((grown("large"; "first sends").rate / grown("small"; "first sends").rate)
     | ["the first sends, large / small store", (two | tostring), "", ""]),
    (paired("list", "unread", "count", "from")
     | most("\(.mode) of a large tray / a small one" + .error; 1 / .ratio; 1.5; "")),
    most("memory, large store"; (.growth.large_kib // empty) / 1024; 150; " MiB"),
    most("memory, idle"; (.growth.idle_kib // empty) / 1024; 30; " MiB"),
    most("start with the large store"; .growth.started_ms // empty; 500; " ms"),
    most("an idle watcher"; .watchers.kib_each // empty; 30; " KiB"),
    (.watchers // empty
     | most("one of \(.watchers) watchers hears, p99"; .p99_ms; 20; " ms"));

([measured | map(. // "" | tostring)] | .[]
 | if all(. == "") then [" "] else . end | @tsv),
" ",
([["aim", "measured", "target", ""], aims | @tsv] | .[])
