"""Measures commands whose contestants take turns, so that a busy machine is as busy for each: CPU time, wall time, API calls."""

import ctypes
import os
import resource
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

from live_recording.emulator import Emulator

CHILD_SUBREAPER = 36
"""Option of prctl(2): this process inherits processes whose parent was killed, and so their CPU time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run."""

    cpu: float  # seconds of all processes but the emulator
    wall: float  # seconds
    calls: int  # of the API


Samples = Mapping[tuple[str, str], Sequence[Sample]]
"""The samples of an operation and a contestant."""


class Contestant(Protocol):
    """What is measured."""

    @property
    def name(self) -> str:
        """Return its name in tables."""

    def run(self, operation: str) -> Sample:
        """Run an operation to its end. Raises AssertionError if it fails."""


def adopt_orphans() -> None:
    """Count processes whose parent was killed, too. Call once."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users have compiled modules
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)


def run_command(
    command: Sequence[str | Path], directory: Path, environment: Mapping[str, str], emulator: Emulator
) -> Sample:
    """Run a command and all its processes to their end. Raises AssertionError if it fails."""
    emulator.clear_log()
    before, begin = _cpu_of_children(), perf_counter()
    done = subprocess.run(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    wall = perf_counter() - begin
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    _wait_for_orphans()
    return Sample(_cpu_of_children() - before, wall, len(emulator.log))


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wait_for_orphans() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def measure_in_turns(
    title: str, operations: Collection[str], contestants: Sequence[Contestant], repetitions: int
) -> Samples:
    """Return the samples of each operation, in the order of a run. Prints each one to standard error, with the title."""
    samples: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    for repetition in range(repetitions):
        for operation in operations:
            for contestant in contestants if repetition % 2 else reversed(contestants):
                sample = contestant.run(operation)
                samples[operation, contestant.name].append(sample)
                shown = f"{title} {repetition + 1}/{repetitions} {operation:<20}{contestant.name:<10}"
                print(f"{shown}{sample.cpu:7.2f} s of CPU time {sample.wall:7.2f} s", file=sys.stderr)
    return samples


def table(title: str, operations: Iterable[str], samples: Samples, names: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table in Markdown: medians, and the most API calls."""
    yield f"| {' | '.join([title, *(f'{name}: CPU | wall | calls' for name in names)])} |"
    yield "|---" + "|--:" * 3 * len(names) + "|"
    for operation in operations:
        cells = [operation]
        for name in names:
            of = samples[operation, name]
            cells += [f"{statistics.median(sample.cpu for sample in of):.2f} s"]
            cells += [f"{statistics.median(sample.wall for sample in of):.2f} s"]
            cells += [str(max(sample.calls for sample in of))]
        yield f"| {' | '.join(cells)} |"
