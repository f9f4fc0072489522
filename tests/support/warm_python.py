"""A virtualenv whose `python` starts our processes and those of Pulumi without their imports.

Each run of the CLI starts two Python processes, program and provider. Their imports are two thirds of its CPU time. Here
each is forked from a server that has imported everything and done nothing else. Whatever else is started with this
`python` is an ordinary interpreter.
"""

import atexit
import os
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
REAL = Path(sys.prefix)
POSSIBLE = hasattr(os, "pidfd_open")
"""Only Linux reports the end of a process as an event to wait for beside others."""


@cache
def virtualenv() -> Path:
    """Return the directory of the virtualenv. Its server ends with this process."""
    if not POSSIBLE:
        return REAL
    scratch = TemporaryDirectory(prefix="live-recording-python-")
    atexit.register(scratch.cleanup)
    made, address = Path(scratch.name, "venv"), Path(scratch.name, "server")
    _serve(address)
    (made / "bin").mkdir(parents=True)
    for original in (*REAL.iterdir(), *(REAL / "bin").iterdir()):
        link = made / original.relative_to(REAL)
        if not link.exists():
            link.symlink_to(original)
    python = made / "bin/python"
    python.unlink()
    launcher = f'"{sys.executable}" -IS "{HERE / "warm_python_launcher.py"}" "{address}" "{sys.executable}" "{python}"'
    python.write_text(f'#!/bin/sh\nexec {launcher} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return made


def _serve(address: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen(64)
        subprocess.Popen(
            [sys.executable, HERE / "warm_python_server.py", str(listener.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
