"""Run modules as programs, each in a process that is forked from one that has already imported them.

A new interpreter spends a second of CPU on imports, and tests need hundreds.
"""

import io
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["pulumi.dynamic", "live_recording.cli.app", "live_recording.account.client", "live_recording.resources"]
)


def start(
    command: Sequence[str], directory: Path, environment: Mapping[str, str], output: int, errors: int
) -> BaseProcess:
    """Start `python -u -m` with this module and its arguments; *output* and *errors* are file descriptors."""
    with Connection(os.dup(output), readable=False) as out, Connection(os.dup(errors), readable=False) as err:
        made = _CONTEXT.Process(target=_become, args=(command, directory, dict(environment), out, err), daemon=True)
        made.start()
    return made


def run(command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = start(command, directory, environment, output.fileno(), errors.fileno())
        process.join()
        said = []
        for file in (output, errors):
            file.seek(0)
            said.append(file.read().decode())
        return subprocess.CompletedProcess(command, process.exitcode or 0, *said)


def _become(command: Sequence[str], directory: Path, environment: dict[str, str], *outputs: Connection) -> None:
    module, *arguments = command
    for number, output in enumerate(outputs, start=1):
        os.dup2(output.fileno(), number)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[:] = ["", *arguments]
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.FileIO(number, "w", closefd=False), encoding, write_through=True) for number in (1, 2)
    )
    runpy.run_module(module, run_name="__main__", alter_sys=True)
