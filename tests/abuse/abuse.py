"""abuse.py ATTACK...: attacks $SERVER ($SERVER_PID) while a user goes on with it.

Fails where the server does more than BOUNDS allow, somebody else is not served,
or it doesn't recover. With $TURBOMESSAGE_LONG an attack does many times as much.
"""
import collections
import os
import sys

import attacks
import measure

Bound = collections.namedtuple("Bound", "peak kept cpu")

# What an attack may cost the server beyond what it had before:
#   peak  MiB of memory at any time
#   kept  MiB of memory once it is over
#   cpu   seconds of computing, the honest user's share included; in the long
#         form LONG_CPU times as many
BOUNDS = {
    # stranger, before and without any login
    "rapid_reset":        Bound(peak=200, kept=60, cpu=5),
    "continuation_flood": Bound(peak=60, kept=60, cpu=3),
    "ping_flood":         Bound(peak=200, kept=60, cpu=3),
    "settings_flood":     Bound(peak=60, kept=60, cpu=3),
    "bad_headers":        Bound(peak=40, kept=40, cpu=2),
    "huge_metadata":      Bound(peak=60, kept=60, cpu=3),
    "aborting_headers":   Bound(peak=40, kept=40, cpu=2),
    "long_string":        Bound(peak=40, kept=40, cpu=5),
    "endless_number":     Bound(peak=40, kept=40, cpu=5),
    "half_requests":      Bound(peak=80, kept=60, cpu=3),
    "reflection_flood":   Bound(peak=60, kept=40, cpu=2),
    "connection_flood":   Bound(peak=40, kept=40, cpu=2),
    "slow_handshakes":    Bound(peak=60, kept=40, cpu=2),
    # 258 of 400 are computed, in 30 to 80 ms each, by the machine
    "login_flood":        Bound(peak=120, kept=60, cpu=40),
    # users
    "zero_window":        Bound(peak=160, kept=100, cpu=5),
    "unread_watches":     Bound(peak=160, kept=60, cpu=5),
    "unread_names":       Bound(peak=160, kept=100, cpu=5),
    "unread_batches":     Bound(peak=160, kept=100, cpu=10),
}
LONG_CPU = 20
# gRPC 1.51 has no bound for calls that were reset (21 KiB each until it comes to
# them), metadata (huge_metadata's are 60 MB at once), or calls that don't become
# whole (the window of each).
LONG_PEAK = {"rapid_reset": 1500, "continuation_flood": 1200,
             "huge_metadata": 200, "half_requests": 1200}

# In every attack:
ROUND = 20  # seconds that an honest send and list take, with new connections;
LONG_ROUND = 40  # in the long form, since gRPC comes to the flood's calls first
DESCRIPTORS = 4  # more than before, in the end
THREADS = 12  # of gRPC's own pools, which shrink late
REST = 0.2  # of a core, in the end
SANITIZED = 10  # times all that, where the server is built so

LONG = bool(os.environ.get("TURBOMESSAGE_LONG"))


def main(name):
    bound = BOUNDS[name]
    most = LONG_PEAK.get(name, bound.peak) if LONG else bound.peak
    factor = SANITIZED if measure.is_sanitized() else 1
    before = measure.Now()
    sampler, honest = measure.Sampler(), measure.Honest()
    told, held = getattr(attacks, name)(LONG)
    measure.settles(measure.idle_share, REST, 20)
    honest.stop()
    for connection in held:
        connection.close()
    descriptors = measure.settles(
        lambda: measure.descriptors() - before.descriptors, DESCRIPTORS)
    kept = measure.settles(lambda: measure.memory_mib() - before.memory,
                           bound.kept, 60)
    peak = sampler.stop() - before.memory
    cpu = measure.cpu_seconds() - before.cpu
    checks = {  # what it is: measured, bound
        "MiB at most": (peak, most * factor),
        "MiB kept": (kept, bound.kept * factor),
        "s of CPU": (cpu, bound.cpu * factor * (LONG_CPU if LONG else 1)),
        "s for the slowest honest round": (honest.slowest,
                                           (LONG_ROUND if LONG else ROUND) * factor),
        "more descriptors": (descriptors, DESCRIPTORS),
        "more threads": (measure.settles(
            lambda: measure.threads() - before.threads, THREADS), THREADS),
        "of a core at rest": (measure.settles(measure.idle_share, REST), REST),
    }
    print(f"{name}: {told}; {honest.rounds} honest rounds; " + "; ".join(
        f"{value:.2f} {what}" for what, (value, _) in checks.items()))
    missed = [f"{value:.2f} {what}, and {limit} is the bound"
              for what, (value, limit) in checks.items() if value > limit]
    if honest.failure:
        missed.append("an honest user was not served: " + honest.failure)
    if missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    for each in sys.argv[1:]:
        main(each)
