"""What was measured, as it is kept: bench/results/engine.json.

The file keeps samples; figures are computed from them. So a page can be rewritten without measuring again. A ratio is the
median of the ratios of pairs that ran one after the other.
"""

import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.rivals import Size

RESULTS = Path(__file__).parent / "results"
OPERATIONS = ("check", "up", "preview", "up again", "refresh")


@dataclass(frozen=True)
class Sample:
    """One run of the CLI."""

    seconds: float
    cpu: dict[str, float]  # kind of process -> seconds
    megabytes: dict[str, float]  # kind of process -> its peak
    changes: int = 0  # API calls that change something
    pages: int = 0  # API calls that list a page of tasks
    reads: int = 0  # other API calls


@dataclass
class Measured:
    """All samples of one size: operation -> rival -> samples; those with one index are a pair."""

    size: str
    day: str
    machine: dict[str, str]
    samples: dict[str, dict[str, list[Sample]]] = field(default_factory=dict)

    def add(self, operation: str, rival: str, sample: Sample) -> None:
        """Add one run."""
        self.samples.setdefault(operation, {}).setdefault(rival, []).append(sample)

    def of(self, operation: str, rival: str) -> list[Sample]:
        """Return the samples of a rival, or an empty list if it takes no part."""
        return self.samples.get(operation, {}).get(rival, [])

    def seconds(self, operation: str, rival: str) -> float:
        """Return the median time of a run, in seconds."""
        return statistics.median(sample.seconds for sample in self.of(operation, rival))

    def ratio(self, operation: str, rival: str = "ours") -> float:
        """Return the time as a multiple of the floor's."""
        return statistics.median(one.seconds / floor.seconds for one, floor in self._pairs(operation, rival))

    def cpu_ratio(self, operation: str, rival: str = "ours") -> float:
        """Return the CPU time of all processes of the CLI as a multiple of the floor's."""
        pairs = self._pairs(operation, rival)
        return statistics.median(sum(one.cpu.values()) / sum(floor.cpu.values()) for one, floor in pairs)

    def _pairs(self, operation: str, rival: str) -> Iterable[tuple[Sample, Sample]]:
        return zip(self.of(operation, rival), self.of(operation, "floor"), strict=True)

    def calls(self, operation: str, rival: str = "ours") -> Sample:
        """Return the run with the most API calls."""
        return max(self.of(operation, rival), key=lambda sample: (sample.changes, sample.pages, sample.reads))

    def peak(self, process: str, rival: str = "ours") -> float:
        """Return the peak memory of a process of the rival over all operations, in megabytes."""
        runs = (sample for operation in self.samples for sample in self.of(operation, rival))
        return max(sample.megabytes.get(process, 0.0) for sample in runs)


def load(path: Path) -> list[Measured]:
    """Return the measurements in the file, smallest size first, or an empty list without a file."""
    if not path.exists():
        return []
    return [_measured(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]


def _measured(size: str, day: str, machine: dict[str, str], samples: dict[str, Any]) -> Measured:
    read = {
        operation: {rival: [Sample(**sample) for sample in found] for rival, found in rivals.items()}
        for operation, rivals in samples.items()
    }
    return Measured(size, day, machine, read)


def save(path: Path, measured: Iterable[Measured]) -> None:
    """Save these measurements. Each replaces the earlier one of its size."""
    kept = {found.size: found for found in (*load(path), *measured)}
    ordered = sorted(kept.values(), key=lambda found: (Size.of(found.size).all, found.size))
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([asdict(found) for found in ordered], indent=1) + "\n", encoding="utf-8")
