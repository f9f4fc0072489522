"""Processes of ours and of Pulumi without their imports: each is forked from a server that has imported everything.

A new interpreter spends a second of CPU on imports, and tests need hundreds. The server has done nothing else. A test asks it
itself (`run`, `start`), or starts the `python` or `live-recording` of a virtualenv that asks it; whatever else that
`python` is to run gets an ordinary interpreter.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
REAL = Path(sys.prefix)
POSSIBLE = hasattr(os, "pidfd_open")
"""Only Linux reports the end of a process as an event to wait for beside others."""


class Process:
    """A process of the server, which ends it when the connection is closed."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def wait(self) -> int:
        """Return the exit code when the process has ended; a negative one is a signal."""
        with self._connection:
            return int(self._connection.recv(16))

    def kill(self) -> None:
        """Send SIGKILL; `wait` says when it has ended."""
        self._connection.shutdown(socket.SHUT_WR)


def start(
    command: Sequence[str], directory: Path, environment: Mapping[str, str], output: int, errors: int
) -> "Process | subprocess.Popen[bytes]":
    """Start `python -u -m` with this module and its arguments; *output* and *errors* are file descriptors."""
    if not POSSIBLE:
        whole = [sys.executable, "-u", "-m", *command]
        return subprocess.Popen(whole, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)  # fmt: skip
    request = {
        "python": sys.executable,
        "arguments": ["-m", *command],
        "directory": str(directory),
        "environment": dict(environment),
        "group": os.getpgrp(),
    }
    server = socket.socket(socket.AF_UNIX)
    server.connect(str(_server()))
    with Path(os.devnull).open("rb") as nothing:
        socket.send_fds(server, [json.dumps(request).encode() + b"\n"], [nothing.fileno(), output, errors])
    return Process(server)


def run(command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `python -u -m` with this module and its arguments to the end."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        code = start(command, directory, environment, output.fileno(), errors.fileno()).wait()
        return subprocess.CompletedProcess(command, code, *(_written(file) for file in (output, errors)))


def _written(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode())


@cache
def virtualenv() -> Path:
    """Return the directory of the virtualenv; without the server, that of the tests."""
    if not POSSIBLE:
        return REAL
    made = _server().with_name("venv")
    (made / "bin").mkdir(parents=True)
    for original in (*REAL.iterdir(), *(REAL / "bin").iterdir()):
        link = made / original.relative_to(REAL)
        if not link.exists():
            link.symlink_to(original)
    python = made / "bin/python"
    launcher = (
        f'"{sys.executable}" -IS "{HERE / "warm_python_launcher.py"}" "{_server()}" "{sys.executable}" "{python}"'
    )
    _replace(python, f'exec {launcher} "$@"')
    _replace(made / "bin/live-recording", f'exec {launcher} -m live_recording "$@"')
    return made


def _replace(link: Path, command: str) -> None:
    link.unlink()
    link.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    link.chmod(0o755)


@cache
def _server() -> Path:
    """Start the server, which ends with this process, and return its address."""
    scratch = TemporaryDirectory(prefix="live-recording-python-")
    atexit.register(scratch.cleanup)
    address = Path(scratch.name, "server")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen(64)
        subprocess.Popen(
            [sys.executable, HERE / "warm_python_server.py", str(listener.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
    return address
