#!/usr/bin/python3
"""terminal.py [--columns N] [--answer PROMPT TEXT]... -- COMMAND...

Runs COMMAND on a terminal of its own, prints every byte that it writes there
and exits as it does. Each answer is typed once the text PROMPT has appeared
after what was answered before; an empty PROMPT types at once.
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

arguments = sys.argv[1:]
columns = 80
answers = []
while arguments[0] != "--":
    option = arguments.pop(0)
    if option == "--columns":
        columns = int(arguments.pop(0))
    elif option == "--answer":
        answers.append((arguments.pop(0).encode(), arguments.pop(0).encode()))
    else:
        sys.exit(f"terminal.py: unknown option {option}")
command = arguments[1:]

pid, master = pty.fork()
if pid == 0:
    size = struct.pack("HHHH", 24, columns, 0, 0)
    fcntl.ioctl(0, termios.TIOCSWINSZ, size)
    os.execvp(command[0], command)

shown = b""
answered = 0
deadline = time.monotonic() + 60
while True:
    if answers and answers[0][0] in shown[answered:]:
        answered = len(shown)
        os.write(master, answers.pop(0)[1] + b"\n")
    if not select.select([master], [], [], max(0, deadline - time.monotonic()))[0]:
        os.kill(pid, 9)
        sys.exit(f"terminal.py: no end in sight after {shown!r}")
    try:
        chunk = os.read(master, 65536)
    except OSError:  # the other end is closed
        break
    if not chunk:
        break
    shown += chunk

sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
sys.stdout.flush()
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
