"""Run the Pulumi CLI and other commands."""

import shutil
import subprocess
from pathlib import Path

from live_recording.config import files
from live_recording.core.errors import ToolError

SECONDS = 10.0
"""Time limit of run_command."""


def pulumi(stack: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the Pulumi CLI and capture both outputs. Raises ToolError if there is none on PATH."""
    return subprocess.run(pulumi_command(stack, *arguments), capture_output=True, text=True, check=False)


def pulumi_command(stack: str | None, *arguments: str) -> list[str]:
    """Return the command line of the Pulumi CLI. Raises ToolError if there is none on PATH."""
    found = shutil.which("pulumi")
    if found is None:
        raise ToolError(
            "There is no pulumi on the path. Install it, or run `make setup` and put the directory that "
            "`python3 tools/pulumi/install.py` prints on the path."
        )
    return [found, "--non-interactive", *arguments, *(("--stack", stack) if stack else ())]


def reason(said: str) -> str:
    """Return the end of what the CLI printed, on one line."""
    return " ".join(said.split())[-500:] or "it said nothing."


def run_command(*command: str | Path) -> subprocess.CompletedProcess[str] | None:
    """What a command said, or None if it cannot be started or does not end in time."""
    environment = files.environment() | {"PULUMI_SKIP_UPDATE_CHECK": "true", "NO_COLOR": "1"}
    try:
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
