"""Runs a program in a pseudo-terminal of 80 columns, presses keys, and prints as JSON what it showed, its exit code and its time.

usage: terminal.py [--keys TEXT=KEYS]... PROGRAM ARGUMENT...
TEXT is waited for; KEYS are then sent, with escapes as in Python.
"""

import json
import os
import pty
import select
import struct
import sys
import time
import fcntl
import termios

LIMIT = 60


def main(arguments):
    keys = []
    while arguments and arguments[0] == "--keys":
        text, pressed = arguments[1].split("=", 1)
        keys.append((text.encode(), pressed.encode().decode("unicode_escape").encode("latin-1")))
        arguments = arguments[2:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(arguments[0], arguments)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    shown = b""
    begin = time.monotonic()
    pressed_at = None
    while time.monotonic() - begin < LIMIT:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
            # PowerShell asks the terminal where the cursor is.
            for _ in range(part.count(b"\x1b[6n")):
                os.write(terminal, b"\x1b[1;1R")
        if keys and keys[0][0] in shown:
            time.sleep(0.2)
            os.write(terminal, keys.pop(0)[1])
            pressed_at = time.monotonic()
    else:
        os.kill(child, 9)
    status = os.waitpid(child, 0)[1]
    end = time.monotonic()
    print(
        json.dumps(
            {
                "output": shown.decode(errors="replace"),
                "exitCode": os.waitstatus_to_exitcode(status),
                "seconds": end - begin,
                "secondsAfterKeys": None if pressed_at is None else end - pressed_at,
            }
        )
    )


main(sys.argv[1:])
