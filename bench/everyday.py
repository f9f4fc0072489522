"""What everyday operations cost at the size of most accounts: CPU time of all processes, wall time, and API calls.

`python bench/everyday.py` prints medians of this checkout. With `--before DIRECTORY`, another checkout takes turns with it, so
that a busy machine is as busy for both. Both use the virtualenv of this checkout, and each its own package and Pulumi CLI.
"""

import argparse
import ctypes
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.engine import DOMAINS
from bench.rivals import Size, stack_file
from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject

OURS = ("-m", "live_recording")
UP = ("up", "--yes", "--skip-preview")
DEPLOY = (*OURS, "deploy", "dev")
OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "--version": (*OURS, "--version"),
    "check": (*OURS, "check", "dev"),
    "up from empty": UP,
    "up again": UP,
    "preview": ("preview",),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "deploy again": DEPLOY,
    "destroy": ("destroy", "--yes", "--skip-preview"),
    "deploy from empty": DEPLOY,
}
"""In the order of a run. Those that begin with -m are arguments of Python, the others of Pulumi."""
SIZES = ("20+20+0", "48+48+0")
CHILD_SUBREAPER = 36
"""Option of prctl(2): this process inherits processes whose parent was killed, and so their CPU time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run."""

    cpu: float  # seconds of all processes but the emulator
    wall: float  # seconds
    calls: int  # of the API


Samples = Mapping[tuple[str, str], Sequence[Sample]]
"""The samples of an operation and a checkout."""


class Contestant:
    """A checkout, with a project of its own on an account of its own."""

    def __init__(self, name: str, checkout: Path, scratch: Path, emulator: Emulator) -> None:
        self.name, self._emulator = name, emulator
        install = [sys.executable, str(checkout / "tools/pulumi/install.py")]
        cli = subprocess.run(install, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self._pulumi = (f"{cli}/pulumi", "--non-interactive")
        self._project = LiveProject(scratch / name, Account(emulator), warm=False)
        self._project.environment |= {
            "PATH": os.pathsep.join([cli, os.environ["PATH"]]),
            "PYTHONPATH": str(checkout / "provider"),
        }

    def declare(self, size: Size) -> None:
        """Write the stack file."""
        self._project.write(stack_file(size))

    def run(self, operation: str) -> Sample:
        """Run an operation to its end. Raises AssertionError if it fails."""
        arguments = OPERATIONS[operation]
        command = (
            [sys.executable, *arguments] if arguments[0] == "-m" else [*self._pulumi, *arguments, "--stack", "dev"]
        )
        self._emulator.clear_log()
        before, begin = _cpu_of_children(), perf_counter()
        done = subprocess.run(
            command,
            cwd=self._project.directory,
            env=self._project.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        wall = perf_counter() - begin
        if done.returncode:
            raise AssertionError(f"{self.name} {operation}: {done.stdout}{done.stderr}")
        _wait_for_orphans()
        return Sample(_cpu_of_children() - before, wall, len(self._emulator.log))


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wait_for_orphans() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def measure(size: Size, checkouts: Mapping[str, Path], repetitions: int) -> Samples:
    """Return the samples of each operation; the checkouts take turns."""
    samples: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        contestants = [
            Contestant(name, checkout, scratch, stack.enter_context(Emulator(now=NOW, domains=DOMAINS)))
            for name, checkout in checkouts.items()
        ]
        for contestant in contestants:
            contestant.declare(size)
        for repetition in range(repetitions):
            for operation in OPERATIONS:
                for contestant in contestants if repetition % 2 else reversed(contestants):
                    sample = contestant.run(operation)
                    samples[operation, contestant.name].append(sample)
                    shown = f"{size} {repetition + 1}/{repetitions} {operation:<20}{contestant.name:<8}"
                    print(f"{shown}{sample.cpu:7.2f} s of CPU time {sample.wall:7.2f} s", file=sys.stderr)
            for contestant in contestants:
                contestant.run("destroy")
    return samples


def table(size: Size, samples: Samples, checkouts: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table in Markdown: medians, and the most API calls."""
    head = [f"{size.templates}+{size.rules}", *(f"{name}: CPU | wall | calls" for name in checkouts)]
    yield f"| {' | '.join(head)} |"
    yield "|---" + "|--:" * 3 * len(checkouts) + "|"
    for operation in OPERATIONS:
        cells = [operation]
        for name in checkouts:
            of = samples[operation, name]
            cells += [f"{statistics.median(sample.cpu for sample in of):.2f} s"]
            cells += [f"{statistics.median(sample.wall for sample in of):.2f} s"]
            cells += [str(max(sample.calls for sample in of))]
        yield f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str]) -> int:
    """Measure, and print a table for each size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", metavar="SIZE", default=SIZES, help="TEMPLATES+RULES+TASKS")
    parser.add_argument("--repeat", type=int, metavar="N", default=3, help="runs of each operation")
    parser.add_argument("--before", type=Path, metavar="DIRECTORY", help="another checkout, to compare with")
    given = parser.parse_args(arguments)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users have compiled modules
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)
    checkouts = ({"before": given.before.resolve()} if given.before else {}) | {"now": ROOT}
    for size in map(Size.of, given.sizes):
        print("\n".join(table(size, measure(size, checkouts, given.repeat), tuple(checkouts))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
