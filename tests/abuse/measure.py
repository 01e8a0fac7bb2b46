"""What an attack costs the server, and what others notice of it."""
import os
import subprocess
import threading
import time

PID = int(os.environ["SERVER_PID"])
HONEST = os.environ["HONEST"]  # a profile
TICK = os.sysconf("SC_CLK_TCK")


def is_sanitized():
    with open(f"/proc/{PID}/maps", encoding="utf-8") as maps:
        return any(name in line for line in maps
                   for name in ("libasan", "libtsan"))


def memory_mib():
    with open(f"/proc/{PID}/status", encoding="utf-8") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    raise AssertionError("the server has ended")


def stat():
    with open(f"/proc/{PID}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()


def cpu_seconds():
    fields = stat()
    return (int(fields[11]) + int(fields[12])) / TICK


def threads():
    return int(stat()[17])


def descriptors():
    return len(os.listdir(f"/proc/{PID}/fd"))


class Now:
    """What the server has at this moment."""

    def __init__(self):
        self.memory, self.cpu = memory_mib(), cpu_seconds()
        self.threads, self.descriptors = threads(), descriptors()


class Sampler:
    """The most memory that the server had while this ran."""

    def __init__(self):
        self.most = memory_mib()
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.done.wait(0.02):
            try:
                self.most = max(self.most, memory_mib())
            except (OSError, AssertionError):
                return

    def stop(self):
        self.done.set()
        self.thread.join()
        return self.most


class Honest:
    """A user who sends and lists, over and over, with new connections."""

    def __init__(self):
        self.rounds = 0
        self.slowest = 0.0
        self.failure = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            self.use()
        except OSError as error:
            self.failure = str(error)

    def use(self):
        while not self.done.is_set() and self.failure is None:
            begun = time.monotonic()
            for words in (["send", "beto", "-m", "hello"],
                          ["inbox", "--count"]):
                ended = subprocess.run(
                    ["tmctl", "-q", "-p", HONEST, "--timeout", "20s", *words],
                    stdin=subprocess.DEVNULL, capture_output=True, text=True,
                    check=False)
                if ended.returncode != 0:
                    self.failure = ended.stderr
            self.slowest = max(self.slowest, time.monotonic() - begun)
            self.rounds += 1

    def stop(self):
        """Goes through one more round first."""
        wanted = self.rounds + 1
        while self.rounds < wanted and self.thread.is_alive():
            time.sleep(0.01)
        self.done.set()
        self.thread.join()


def settles(measure, bound, seconds=10):
    """What is measured once it is within the bound, or at the end."""
    end = time.monotonic() + seconds
    while (value := measure()) > bound and time.monotonic() < end:
        time.sleep(0.05)
    return value


def idle_share(seconds=0.15):
    """How much of a core the server uses now."""
    before = cpu_seconds()
    time.sleep(seconds)
    return (cpu_seconds() - before) / seconds
