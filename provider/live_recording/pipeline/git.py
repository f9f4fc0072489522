"""Run git in this checkout, and read its output."""

import os
import subprocess

from live_recording.config.printing import redacted
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.text import quoted


def require_commit(commit: str) -> str:
    """Return the id of a commit. Raises ConfigError if this repository does not have it."""
    found = run("rev-parse", "--quiet", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    if found.returncode == 0:
        return os.fsdecode(found.stdout).strip()
    if text("rev-parse", "--is-shallow-repository") == "true":
        raise ConfigError(
            f"Commit {quoted(commit)} not found: this clone is shallow. Fetch the whole history: git fetch --unshallow (on "
            "GitHub: fetch-depth: 0; on GitLab: GIT_DEPTH: 0)."
        )
    raise ConfigError(f"Commit {quoted(commit)} not found. Fetch it, or choose another one.")


def entries(*arguments: str) -> list[str]:
    """Return the entries of the output of a command, which end with a null character. Raises ToolError if it fails."""
    return [entry for entry in text(*arguments).split("\0") if entry]


def text(*arguments: str) -> str:
    """Return the output of a command. Raises ToolError if it fails."""
    return os.fsdecode(content(*arguments)).rstrip("\n")


def content(*arguments: str) -> bytes:
    """Return the unchanged output of a command. Raises ToolError if it fails."""
    done = run(*arguments)
    if done.returncode:
        raise ToolError(f"git {arguments[0]} failed: {reason(done)}")
    return done.stdout


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end. Raises ToolError if git is not installed."""
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=False)
    except OSError as error:
        raise ToolError(f"Cannot run git: {error.strerror}. Install it.") from None


def reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return what a command that failed printed as the reason, on one line."""
    return redacted(" ".join(os.fsdecode(done.stderr).split()))
