"""Run verbs of the command line in the test's own process, which costs neither a process nor imports."""

import os
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from typer.testing import CliRunner

from live_recording.account import client
from live_recording.cli.app import app
from live_recording.config import printing


def run(arguments: tuple[str, ...], directory: Path, environment: Mapping[str, str]) -> CompletedProcess[str]:
    """Run `live-recording` with these arguments; *environment* is the whole environment."""
    client._signed_in.cache_clear()
    new_process = patch.object(printing, "_GIVEN", set[str]())  # which was given no secrets yet
    with chdir(directory), patch.dict(os.environ, environment, clear=True), new_process:
        done = CliRunner().invoke(app, arguments, prog_name="live-recording")
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
