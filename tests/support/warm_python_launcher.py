"""What the `python` of tests/support/warm_python.py runs: ask the server for a process, and end as that process does.

Arguments: the server's address, the real interpreter, this `python`, and what it was called with.
"""

import json
import os
import signal
import socket
import sys

WARM = ("live_recording", "pulumi.dynamic", "pulumi-language-python-exec")


def main() -> None:
    """Start the process, warm if it is one of Pulumi's or a verb of ours. An emulator without a command is not: it waits for signals."""
    address, interpreter, python, *arguments = sys.argv[1:]
    words = [word for word in arguments[:3] if word not in ("-u", "-m")]
    waits = "emulate" in words and "--" not in arguments
    if not words or os.path.basename(words[0]) not in WARM or waits:  # noqa: PTH119 - pathlib takes long to import
        os.execv(interpreter, [interpreter, *arguments])  # noqa: S606 - no shell is wanted
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the engine sends them to the whole group, where the process is too
    request = {
        "python": python,
        "arguments": [word for word in arguments if word != "-u"],
        "directory": os.getcwd(),  # noqa: PTH109 - as above
        "environment": dict(os.environ),
        "group": os.getpgrp(),
    }
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        socket.send_fds(server, [json.dumps(request).encode() + b"\n"], [0, 1, 2])
        code = int(server.recv(16) or -signal.SIGKILL)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code != signal.SIGKILL else None
        os.kill(os.getpid(), -code)
    os._exit(code)


main()
