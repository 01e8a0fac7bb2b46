"""stages.py: reads `perf script` and prints how many samples each stage of a
call has, as JSON. A sample is of the first stage below that one of its frames
belongs to."""

import collections
import json
import re
import sys

# A frame is an address, a function with its arguments' types, and a file: AT
# finds the function itself.
AT = r"^\s+[0-9a-f]+ "
STAGES = [(name, re.compile(pattern, re.MULTILINE)) for name, pattern in (
    ("transport", AT + r"(grpc_call_start_batch|\S*AsyncNextInternal"
                  r"|turbo::service::Cork)"),
    ("log", AT + r"(turbo::service::CallRecord::Write|turbo::log::|spdlog)"),
    ("authenticate", r"Authenticate|FindSession|FindAccessToken"),
    ("checkpoint", AT + r"\S*(Maintain|wal_checkpoint)"),
    ("commit and sync", r"fdatasync|" + AT + r"\S*Writer::Commit"),
    ("SQL", r"libsqlite3|" + AT + r"turbo::store::([Ss]qlite|Reader)"),
    ("reply", AT + r"\S*(ReplyToBatches|Replier|WriteOf\S*::Reply)"
              r"|MessageLite::Serialize"),
    ("queue", AT + r"turbo::store::GroupCommit"),
    ("store", AT + r"turbo::store::"),
    ("translate", AT + r"turbo::service::(?!Service::)|MessageLite::\w*Parse"),
    ("rules", AT + r"turbo::mail::"),
    ("switching threads", r"\bschedule\b"),
    ("other", r""),
)]


def main():
    counts = collections.Counter()
    for sample in sys.stdin.read().split("\n\n"):
        if sample.strip():
            frames = sample.partition("\n")[2]
            counts[next(n for n, p in STAGES if p.search(frames))] += 1
    print(json.dumps({n: counts[n] for n, _ in STAGES if counts[n]}))


main()
