"""stages.py: reads `perf script` and prints how many samples each stage of a
call has, as JSON. A sample is of the first stage below that one of its frames
belongs to."""

import collections
import json
import re
import sys

STAGES = [(name, re.compile(pattern)) for name, pattern in (
    ("log", r"CallRecord::Write|spdlog|turbo::log::"),
    ("authenticate", r"Authenticate|FindSession|FindAccessToken"),
    ("checkpoint", r"Maintain|wal_checkpoint"),
    ("commit and sync", r"fdatasync|Engine::Commit|Writer::Commit"),
    ("SQL", r"libsqlite3|turbo::store::[Ss]qlite"),
    ("reply", r"ReplyToBatches|Replier|::Serialize"),
    ("queue", r"GroupCommit"),
    ("rules", r"turbo::mail::"),
    ("parse", r"turbo::service::|MessageLite|MergePartialFrom"),
    ("transport", r"grpc|grpc_|chttp2|tcp_|epoll|sock_|recvmsg|sendmsg"),
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
