"""What everyday operations cost at the size of most accounts: CPU time of all processes, wall time, and API calls.

`python bench/everyday.py` prints medians of this checkout. With `--before DIRECTORY`, another checkout takes turns with it.
Both use the virtualenv of this checkout, and each its own package and Pulumi CLI.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.engine import DOMAINS
from bench.rivals import Size, stack_file
from bench.turns import Sample, Samples, adopt_orphans, measure_in_turns, run_command, table
from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject

OURS = ("-m", "live_recording")
UP = ("up", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")
DEPLOY = (*OURS, "deploy", "dev")
OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "--version": (*OURS, "--version"),
    "check": (*OURS, "check", "dev"),
    "up from empty": UP,
    "up again": UP,
    "preview": ("preview",),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "deploy again": DEPLOY,
    "destroy": DESTROY,
    "deploy from empty": DEPLOY,
    "destroy again": DESTROY,
}
"""In the order of a run. Those that begin with -m are arguments of Python, the others of Pulumi."""
SIZES = ("20+20+0", "48+48+0")


class Checkout:
    """A checkout, with a project of its own on an account of its own."""

    def __init__(self, name: str, checkout: Path, scratch: Path, emulator: Emulator, declared: str) -> None:
        self.name, self._emulator = name, emulator
        install = [sys.executable, str(checkout / "tools/pulumi/install.py")]
        cli = subprocess.run(install, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self._pulumi = (f"{cli}/pulumi", "--non-interactive")
        self._project = LiveProject(scratch / name, Account(emulator), warm=False)
        self._project.write(declared)
        self._project.environment |= {
            "PATH": os.pathsep.join([cli, os.environ["PATH"]]),
            "PYTHONPATH": str(checkout / "provider"),
        }

    def run(self, operation: str) -> Sample:
        """Run an operation to its end. Raises AssertionError if it fails."""
        arguments = OPERATIONS[operation]
        command = (
            [sys.executable, *arguments] if arguments[0] == "-m" else [*self._pulumi, *arguments, "--stack", "dev"]
        )
        return run_command(command, self._project.directory, self._project.environment, self._emulator)


def measure(size: Size, checkouts: Mapping[str, Path], repetitions: int) -> Samples:
    """Return the samples of each operation of each checkout."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        contestants = [
            Checkout(name, checkout, scratch, stack.enter_context(Emulator(now=NOW, domains=DOMAINS)), stack_file(size))
            for name, checkout in checkouts.items()
        ]
        return measure_in_turns(str(size), OPERATIONS, contestants, repetitions)


def title(size: Size) -> str:
    """Return the size as tables name it, which have no tasks."""
    return f"{size.templates}+{size.rules}"


def main(arguments: Sequence[str]) -> int:
    """Measure, and print a table for each size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", metavar="SIZE", default=SIZES, help="TEMPLATES+RULES+TASKS")
    parser.add_argument("--repeat", type=int, metavar="N", default=3, help="runs of each operation")
    parser.add_argument("--before", type=Path, metavar="DIRECTORY", help="another checkout, to compare with")
    given = parser.parse_args(arguments)
    adopt_orphans()
    checkouts = ({"before": given.before.resolve()} if given.before else {}) | {"now": ROOT}
    for size in map(Size.of, given.sizes):
        samples = measure(size, checkouts, given.repeat)
        print("\n".join(table(title(size), OPERATIONS, samples, tuple(checkouts))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
