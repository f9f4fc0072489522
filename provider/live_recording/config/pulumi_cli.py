"""Run the Pulumi CLI and other commands."""

import shutil
import subprocess
from pathlib import Path

from live_recording.config import files
from live_recording.core.errors import ToolError

SECONDS = 10.0
"""Time limit of run_command."""
REASON_LENGTH = 500
"""Characters of an error of the CLI that messages show."""


def run_pulumi(stack: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the Pulumi CLI and capture its output, the errors redacted. Raises ToolError if pulumi is not on PATH."""
    done = subprocess.run(pulumi_command(stack, *arguments), capture_output=True, text=True, check=False)
    done.stderr = files.redacted(done.stderr)
    return done


def pulumi_command(stack: str | None, *arguments: str) -> list[str]:
    """Return the command line of a Pulumi command. Raises ToolError if pulumi is not on PATH."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise ToolError(
            "pulumi is not on PATH. Install it, or build it with `make setup` and add the directory that "
            "`python3 tools/pulumi/install.py` prints to PATH."
        )
    return [pulumi, "--non-interactive", *arguments, *(("--stack", stack) if stack else ())]


def error_reason(stderr: str) -> str:
    """Return the end of what a command printed to standard error, on one line."""
    return " ".join(stderr.split())[-REASON_LENGTH:] or "it printed no error."


def run_command(*command: str | Path) -> subprocess.CompletedProcess[str] | None:
    """Run a command without input; None if it cannot be started, hangs, or does not print text."""
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
