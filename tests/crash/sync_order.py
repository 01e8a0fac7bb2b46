"""sync_order.py TRACE COUNT: fails where a server answered a send before that
was on disk, by the order of its system calls.

TRACE is `strace -f` of a tmserver that `load each` has sent COUNT messages. The
message to USER has <USER> in its body: it is on disk once a call that wrote that
to a file was followed by a sync of the same file that succeeded. The answer has
USER in it.
"""

import re
import sys

CALL = re.compile(r"(\d+) +(\w+)\((?:(\d+))?")
RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>")
RESULT = re.compile(r"= (-?\d+)[^=]*$")
BODY = re.compile(r"<(u\d{6})>")
USER = re.compile(r"u\d{6}")
SYNCS = {"fsync", "fdatasync"}
ANSWERS = {"sendmsg", "sendto", "sendmmsg"}


class Order:
    def __init__(self):
        self.running = {}  # thread: its call, the file, and what it is about
        self.written = {}  # file: users whose mail was written, not synced
        self.synced = set()
        self.answered = set()
        self.early = []

    def begin(self, thread, call, file, line):
        if call in ANSWERS:
            for user in USER.findall(line):
                if user not in self.answered and user not in self.synced:
                    self.early.append(user)
                self.answered.add(user)
        elif call in SYNCS:
            # What is written while it runs it may or may not cover.
            covered = set(self.written.get(file, ()))
            self.running[thread] = (call, file, covered)
        else:
            self.running[thread] = (call, file, set(BODY.findall(line)))

    def end(self, thread, result):
        call, file, users = self.running.pop(thread, (None, None, set()))
        if result < 0 or call is None:
            return
        if call in SYNCS:
            self.synced |= users
            self.written.setdefault(file, set()).difference_update(users)
        else:
            self.written.setdefault(file, set()).update(users - self.synced)


def main(trace, count):
    order = Order()
    with open(trace, encoding="latin-1") as lines:
        for line in lines:
            resumed = RESUMED.match(line)
            call = CALL.match(line)
            if call:
                order.begin(*call.groups(), line)
            if "<unfinished ...>" in line or not (call or resumed):
                continue
            result = RESULT.search(line)
            thread = (call or resumed).group(1)
            order.end(thread, int(result.group(1)) if result else -1)
    if order.early:
        sys.exit(f"{len(order.early)} of {count} sends were answered before "
                 f"they were on disk, first that to {order.early[0]}")
    # One that was written in two parts can't be told by its name.
    if len(order.answered) < 0.95 * int(count):
        sys.exit(f"the trace has {len(order.answered)} answers of {count}")


main(sys.argv[1], int(sys.argv[2]))
