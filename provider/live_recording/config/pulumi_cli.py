"""Run the Pulumi CLI and other commands."""

import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import RLock

from live_recording.config import files
from live_recording.config.printing import redacted
from live_recording.core.errors import ToolError

SECONDS = 10.0
"""Time limit of run_command."""
REASON_LENGTH = 500
"""Characters of an error of the CLI that messages show."""


KEPT = (
    "PULUMI_ACCESS_TOKEN", "PULUMI_API", "PULUMI_BACKEND_URL", "PULUMI_CLOUD_SECRET_OVERRIDE", "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CREDENTIALS_PATH", "PULUMI_CREDENTIAL_STORE",
    "PULUMI_DEFAULT_ORGANIZATION", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "PULUMI_DISABLE_CI_DETECTION",
    "PULUMI_DISABLE_SECRET_CACHE", "PULUMI_EXPERIMENTAL", "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER", "PULUMI_HOME",
    "PULUMI_IGNORE_AMBIENT_PLUGINS", "PULUMI_PARALLEL", "PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES", "PULUMI_PYTHON_CMD",
    "PULUMI_SKIP_CHECKPOINTS",
)  # fmt: skip
KEPT_PREFIXES = ("PULUMI_CI_", "PULUMI_DIY_BACKEND_", "PULUMI_GIT_", "PULUMI_SELF_MANAGED_STATE_", "PULUMI_VCS_")
"""Variables of Pulumi that our commands pass on: where the state is, how to open it, and what describes a pipeline.

All others are dropped, because they change what the CLI does or prints: PULUMI_OPTION_* sets any option,
PULUMI_ENABLE_STREAMING_JSON_PREVIEW prints another format, PULUMI_STACK selects another stack.
"""


LESS_GARBAGE_COLLECTION = {"GOGC": "300"}
"""The CLI is a Go program that ends after seconds: collecting garbage less often saves 6% of the CPU time of a preview, and
costs 10 MB (*observed*). A user's own value stays."""


def child_environment() -> dict[str, str]:
    """Return the environment for the Pulumi CLI: this process's, without variables that change what it does or prints."""
    kept = {name: value for name, value in files.environment().items() if _is_kept(name)}
    return LESS_GARBAGE_COLLECTION | kept | {"PULUMI_SKIP_UPDATE_CHECK": "true", "NO_COLOR": "1"}


def _is_kept(variable: str) -> bool:
    return not variable.startswith("PULUMI_") or variable in KEPT or variable.startswith(KEPT_PREFIXES)


def run_pulumi(stack: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the Pulumi CLI and capture its output, the errors redacted. Raises ToolError if pulumi is not on PATH."""
    done = COMMANDS.run(pulumi_command(stack, *arguments))
    done.stderr = redacted(done.stderr)
    return done


class Interrupted(ToolError):
    """A signal stopped this run before anything was changed."""

    def __init__(self) -> None:
        super().__init__("Interrupted. Nothing was changed.")


class Commands:
    """The Pulumi commands of this process that run now, in any thread, so that a signal can end all of them.

    Each one has a process group of its own: a signal to ours reaches it once, through `interrupt`.
    """

    def __init__(self) -> None:
        self._running = set[subprocess.Popen[str]]()
        self._interrupted = False
        self._lock = RLock()  # the handler of a signal may interrupt its own thread

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command to its end and capture its output. Raises Interrupted after `interrupt`."""
        with self._lock:
            if self._interrupted:
                raise Interrupted
            process = subprocess.Popen(
                command,
                env=child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                process_group=0,
            )
            self._running.add(process)
        with process:
            try:
                output, errors = process.communicate()
            except BaseException:  # such as KeyboardInterrupt, where nothing handles the signal
                process.send_signal(signal.SIGINT)
                raise
            finally:
                self._running.discard(process)
        if self._interrupted:
            raise Interrupted
        return subprocess.CompletedProcess(command, process.returncode, output, errors)

    def interrupt(self, number: int) -> None:
        """Send a signal to all commands, and start no more of them."""
        with self._lock:
            self._interrupted = True
            for process in self._running:
                process.send_signal(number)


COMMANDS = Commands()


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
    try:
        return subprocess.run(
            command,
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
