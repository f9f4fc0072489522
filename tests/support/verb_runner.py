"""Run verbs of the command line inside this process, which is the cheapest way to see what they print and send."""

import os
import subprocess
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner

from live_recording.cli.app import app


def run_verb(*arguments: str, directory: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `live-recording` with these arguments in a directory, with exactly these environment variables."""
    with chdir(directory), patch.dict(os.environ, environment, clear=True):
        done = CliRunner().invoke(app, arguments, prog_name="live-recording")
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
