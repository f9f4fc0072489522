"""A terminal of our own for tests: a command runs in it as if a person looked at it."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

XTERM = {"TERM": "xterm-256color"}
ASKS_FOR_PLAIN = ("CI", "NO_COLOR", "TERM", "COLUMNS", "LINES", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE")  # fmt: skip


class Seen(NamedTuple):
    """What stood on the terminal, with its escape sequences, and how the command ended."""

    text: str
    status: int


def watched(
    command: list[str], directory: Path, environment: Mapping[str, str], columns: int = 400, typed: str = ""
) -> Seen:
    """Run a command in a terminal of this width, where *typed* is entered; *environment* sets the kind of terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen(
        command, cwd=directory, env=dict(environment), stdin=theirs, stdout=theirs, stderr=theirs
    ) as running:
        os.close(theirs)
        os.write(ours, typed.encode())
        said = bytearray()
        try:
            while part := os.read(ours, 1 << 16):
                said += part
        except OSError:  # the other end was closed, which is how a terminal ends on Linux
            pass
        os.close(ours)
    return Seen(said.decode().replace("\r\n", "\n"), running.returncode)


def without_terminal(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the variables that describe a terminal."""
    return {name: value for name, value in environment.items() if name not in ASKS_FOR_PLAIN}
