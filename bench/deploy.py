"""What `deploy` of a large stack from empty costs, beside `pulumi up` without checkpoints of resources that do nothing.

`deploy` is a preview and an update, so it is compared with `up` with its preview and with the update alone. They take turns.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.engine import DOMAINS
from bench.rivals import COMMANDS, HASTY, Rival, Size, rivals
from bench.turns import Sample, Samples, adopt_orphans, measure_in_turns, run_command, table
from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.pulumi_project import cli_directory
from tests.support.sdk_client import control

OPERATION = "from empty"
DEPLOY = (sys.executable, "-m", "live_recording", "deploy", "dev")
UPDATE = (f"{cli_directory()}/pulumi", "--non-interactive", *COMMANDS["up"], "--stack", "dev")
UP = tuple(argument for argument in UPDATE if argument != "--skip-preview")


class Deployment:
    """A command that creates everything, on an empty backend and account."""

    def __init__(
        self, name: str, rival: Rival, command: Sequence[str], emulator: Emulator, more: Mapping[str, str]
    ) -> None:
        self.name, self._rival, self._command, self._emulator = name, rival, command, emulator
        self._environment = rival.project.environment | more

    def run(self, _operation: str) -> Sample:
        """Run the command to its end. Raises AssertionError if it fails."""
        self._rival.forget()
        control(self._emulator.port, "POST", "reset")
        return run_command(self._command, self._rival.project.directory, self._environment, self._emulator)


def main(arguments: Sequence[str]) -> int:
    """Measure, and print the table and the ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", default="50+50+1000", metavar="TEMPLATES+RULES+TASKS")
    parser.add_argument("--repeat", type=int, metavar="N", default=2, help="pairs of runs")
    given = parser.parse_args(arguments)
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, Emulator(now=NOW, domains=DOMAINS) as emulator:
        three = rivals(Size.of(given.size), Path(scratch), emulator)
        contestants = [
            Deployment("update", three.floor, UPDATE, emulator, HASTY),
            Deployment("up", three.floor, UP, emulator, HASTY),
            Deployment("deploy", three.ours, DEPLOY, emulator, {}),
        ]
        samples = measure_in_turns(given.size, [OPERATION], contestants, given.repeat)
    print("\n".join(table(given.size, [OPERATION], samples, ("deploy", "up", "update"))))
    for floor in ("up", "update"):
        print(f"deploy: {_ratio(samples, floor):.2f} of the CPU time of the floor's {floor}")
    return 0


def _ratio(samples: Samples, floor: str) -> float:
    pairs = zip(samples[OPERATION, "deploy"], samples[OPERATION, floor], strict=True)
    return statistics.median(ours.cpu / theirs.cpu for ours, theirs in pairs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
