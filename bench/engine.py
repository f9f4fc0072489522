"""How long our stack takes under the real CLI, beside the same number of resources that do nothing.

`python bench/engine.py` measures one small size and prints it. `--all` measures every size that docs/performance.md shows,
and writes that page; this takes half an hour on two cores, and wants a quiet machine.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import figures
from bench.measurements import OPERATIONS, RESULTS, Measured, Sample, save
from bench.rivals import COMMANDS, Rival, Rivals, Size, rivals
from live_recording.emulator import Emulator
from live_recording.emulator.domains import Domain
from tests.support.clock import NOW
from tests.support.process_usage import ProcessUse
from tests.support.pulumi_project import cli_directory
from tests.support.sdk_client import control

QUICK = ["50+50+200"]
SIZES = {"50+50+200": 7, "50+50+1000": 2, "50+50+1000-hasty": 5, "50+50+4000-hasty": 2}
"""What `--all` measures, and how often."""

DOMAINS = (Domain(name="push.example.com"), Domain(name="events.example.com"))
"""The domains of the account: those that the stacks declare."""


def run(rival: Rival, operation: str, emulator: Emulator, *, hasty: bool) -> Sample:
    """One run of the CLI, what its processes used, and what it asked of the API. Raises AssertionError if it fails."""
    emulator.clear_log()
    with ProcessUse(rival.project.directory) as use:
        begin = perf_counter()
        rival.run(operation, hasty=hasty)
        seconds = perf_counter() - begin
    refused = [call for call in emulator.log if call["code"]]
    if refused:
        raise AssertionError(f"{rival.name} {operation}: the emulator refused {refused[0]}")
    seen = sorted(use.kinds.items()) if operation in COMMANDS else []  # others are too short to measure
    return Sample(
        round(seconds, 3),
        {kind: round(used.cpu, 2) for kind, used in seen},
        {kind: round(used.megabytes, 1) for kind, used in seen},
        **Counter(_kind(call["action"]) for call in emulator.log),
    )


def _kind(action: str) -> str:
    if not action.startswith(("Describe", "Get")):
        return "changes"
    return "pages" if action == "DescribeRecordTask" else "reads"


def measure(size: Size, repetitions: int) -> Measured:
    """Every operation of every rival; ours and the floor in turns, the one first and then the other."""
    measured = Measured(str(size), f"{datetime.now(UTC):%Y-%m-%d}", machine())
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, Emulator(now=NOW, domains=DOMAINS) as emulator:
        three = rivals(size, Path(scratch), emulator)
        for repetition in range(repetitions):
            three.ours.forget()
            three.floor.forget()
            control(emulator.port, "POST", "reset")
            for operation in OPERATIONS:
                for rival in _turn(three, operation, repetition):
                    sample = run(rival, operation, emulator, hasty=size.hasty)
                    measured.add(operation, rival.name, sample)
                    done = f"{size} {repetition + 1}/{repetitions} {operation:<9}{rival.name:<6}"
                    print(f"{done}{sample.seconds:7.2f} s", file=sys.stderr)
    return measured


def _turn(three: Rivals, operation: str, repetition: int) -> tuple[Rival, ...]:
    """Who takes part, and in which order."""
    if operation == "check":
        return (three.ours,)
    pair = (three.ours, three.floor) if repetition % 2 else (three.floor, three.ours)
    return (*pair, three.peer) if operation == "refresh" else pair


def machine() -> dict[str, str]:
    """Where this was measured."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    return {"cpu": model, "cores": str(os.cpu_count()), "python": platform.python_version(), "pulumi": cli_version()}


def cli_version() -> str:
    """Return the version of the measured CLI."""
    return subprocess.run(
        [cli_directory() / "pulumi", "version"], capture_output=True, text=True, check=True
    ).stdout.strip()


def main(arguments: Sequence[str]) -> int:
    """Measure, and print the tables; with `--all` or `--save` keep them and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--sizes", nargs="+", metavar="SIZE", default=[], help="TEMPLATES+RULES+TASKS, or that and -hasty"
    )
    parser.add_argument("--repeat", type=int, metavar="N", help="pairs of runs of each size")
    parser.add_argument("--all", action="store_true", help="every size of docs/performance.md, kept")
    parser.add_argument("--save", action="store_true", help="keep the results and write the page")
    given = parser.parse_args(arguments)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users have compiled modules
    try:
        sizes = [Size.of(size) for size in (SIZES if given.all else given.sizes or QUICK)]
    except ValueError as error:
        parser.error(str(error))
    for size in sizes:
        measured = measure(size, given.repeat or SIZES.get(str(size), 3))
        print(figures.text([measured]))
        if given.all or given.save:
            save(RESULTS / "engine.json", [measured])
            figures.write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
