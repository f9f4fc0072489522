"""Run verbs of the command line in the test's own process, which costs neither a process nor imports."""

import os
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

from typer import testing

from live_recording.account import client
from live_recording.cli.app import app
from live_recording.config import printing

testing._get_command = cache(testing._get_command)  # type: ignore[attr-defined]  # it builds all verbs at each call


def run_verb(*arguments: str, directory: Path, environment: Mapping[str, str]) -> CompletedProcess[str]:
    """Run `live-recording` with these arguments in a directory, with exactly these environment variables."""
    client._signed_in.cache_clear()
    printing._GIVEN.clear()  # a new process was given no secrets yet
    with chdir(directory), _environment(environment):
        done = testing.CliRunner().invoke(app, arguments, prog_name="live-recording")
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Replace the environment variables of this process."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
