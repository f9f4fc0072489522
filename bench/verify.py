"""What `verify` of a day costs: calls, CPU time and wall time, beside the same calls of the official SDK without judgement.

`python bench/verify.py` prints medians of runs that take turns, and the median of the ratios of neighboring runs. Nothing is
deployed, and there is no Pulumi CLI: what reading a state takes does not count. `--save` keeps them in bench/results/verify.txt.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.engine import machine
from bench.measurements import RESULTS
from live_recording.account.client import VERSIONS
from live_recording.emulator import Emulator
from live_recording.emulator.domains import Domain
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.sdk_client import control

DOMAINS, PUSHES, RUNS = 50, 2_000, 5
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
VERIFY = ("-m", "live_recording", "verify", "dev", "--format", "json")
RESEND = str(Path(__file__).with_name("resend.py"))
SERVICES = {"SearchMedia": "vod", "GetCallerIdentity": "sts"}
"""Action -> its service; the others are of live."""


@dataclass(frozen=True)
class Sample:
    """One process; times in seconds."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Measured:
    """All runs of both: those with one index are a pair. *calls* counts the calls of each action."""

    domains: int
    pushes: int
    calls: Mapping[str, int]
    verdicts: Mapping[str, int]
    verify: Sequence[Sample]
    floor: Sequence[Sample]

    def text(self) -> str:
        """Return what was measured, for a terminal."""
        calls = ", ".join(f"{number} {action}" for action, number in self.calls.items())
        verdicts = ", ".join(f"{number:,} {verdict}" for verdict, number in self.verdicts.items())
        lines = [
            f"{self.domains} domains, {self.pushes:,} pushes of one day, median of {len(self.verify)} pairs: {verdicts}",
            f"  {sum(self.calls.values())} calls: {calls}",
            *(self._line(of) for of in ("cpu", "wall")),
        ]
        return "\n".join(lines) + "\n"

    def _line(self, of: str) -> str:
        pairs = [(getattr(one, of), getattr(floor, of)) for one, floor in zip(self.verify, self.floor, strict=True)]
        ours, floor = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(one / floor for one, floor in pairs)
        return f"  {of:<4}: {ours:5.2f} s, the calls alone {floor:5.2f} s, ratio {ratio:.2f}"


def stack_file(domains: int) -> str:
    """Return a stack with a rule for each domain, in two formats."""
    lines = [
        "limits: {rules: 60}",
        "templates:",
        "  both: {mp4: {record_interval: 1h, storage_time: 30d}, hls: {storage_time: 60d}}",
    ]
    lines += ["rules:", *(f"  r{n}: {{domain: {domain(n)}, app: live, template: both}}" for n in range(domains))]
    return "\n".join(lines) + "\n"


def domain(number: int) -> str:
    """Return the name of a domain."""
    return f"push{number}.example.com"


def record_a_day(emulator: Emulator, account: Account, domains: int, pushes: int) -> None:
    """Create the rules, and push streams of an hour and a half through the next day."""
    kept = {"Enable": 1, "RecordInterval": 3600, "StorageTime": 30 * 86_400}
    template = account.template("both", Mp4Param=kept, HlsParam={"Enable": 1, "StorageTime": 60 * 86_400})
    for number in range(domains):
        account.rule(template, domain(number), "live", "")
    emulator.set_now(NOW + DAY)
    for number in range(pushes):
        start = NOW + HOUR + (DAY - 3 * HOUR) * number / pushes
        times = {"start": start.isoformat(), "end": (start + 1.5 * HOUR).isoformat()}
        names = {"domain": domain(number % domains), "app": "live", "stream": f"s{number // domains}"}
        control(emulator.port, "POST", "pushes", names | times)


def run(arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> tuple[Sample, str]:
    """Run Python to its end; return what it took and its output. Raises AssertionError if it fails."""
    output = directory / "output"
    begin = perf_counter()
    with output.open("w", encoding="utf-8") as file:
        process = subprocess.Popen([sys.executable, *arguments], cwd=directory, env=environment, stdout=file)
        _, status, used = os.wait4(process.pid, 0)
    wall = perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    printed = output.read_text(encoding="utf-8")
    if process.returncode:
        raise AssertionError(f"{arguments}: {printed}")
    return Sample(used.ru_utime + used.ru_stime, wall), printed


def measure(domains: int, pushes: int, runs: int) -> Measured:
    """Return what both take, in turns; the emulator is not counted."""
    owned = tuple(Domain(name=domain(number)) for number in range(domains))
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, Emulator(now=NOW, domains=owned) as emulator:
        account, directory = Account(emulator), Path(scratch)
        write_project(directory, domains)
        record_a_day(emulator, account, domains, pushes)
        environment = account.environment | {"LIVE_RECORDING_NOW": (NOW + DAY).isoformat(), "PATH": ""}
        emulator.clear_log()
        _, printed = run(VERIFY, directory, environment)
        made = [(call["action"], call["body"]) for call in emulator.log]
        (directory / "calls.json").write_text(json.dumps([_addressed(*call) for call in made]), encoding="utf-8")
        rivals = {"verify": VERIFY, "floor": (RESEND, "calls.json")}
        samples: dict[str, list[Sample]] = {name: [] for name in rivals}
        for number in range(runs):
            for name in rivals if number % 2 else reversed(rivals):
                samples[name].append(run(rivals[name], directory, environment)[0])
    (stack,) = json.loads(printed)["stacks"]
    verdicts = Counter(recording["verdict"] for recording in stack["recordings"])
    return Measured(domains, pushes, Counter(action for action, _ in made), verdicts, **samples)


def write_project(directory: Path, domains: int) -> None:
    """Write a project with one stack."""
    (directory / "stacks").mkdir()
    (directory / "stacks/dev.yaml").write_text(stack_file(domains), encoding="utf-8")
    (directory / "Pulumi.yaml").write_text("name: bench\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")


def _addressed(action: str, body: object) -> tuple[str, str, str, object]:
    """Return a call as bench/resend.py reads it."""
    service = SERVICES.get(action, "live")
    return service, VERSIONS[service], action, body


def main(arguments: Sequence[str]) -> int:
    """Measure, and print the result; with `--save` keep it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--domains", type=int, metavar="N", default=DOMAINS, help="at most 50")
    parser.add_argument("--pushes", type=int, metavar="N", default=PUSHES)
    parser.add_argument("--repeat", type=int, metavar="N", default=RUNS, help="pairs of runs")
    parser.add_argument("--save", action="store_true", help="keep the result")
    given = parser.parse_args(arguments)
    text = measure(given.domains, given.pushes, given.repeat).text()
    print(text, end="")
    if given.save:
        where = machine()
        day, sdk = f"{datetime.now(UTC):%Y-%m-%d}", version("tencentcloud-sdk-python-common")
        text += f"{day}, {where['cores']} cores of {where['cpu']}, Python {where['python']}, SDK {sdk}\n"
        (RESULTS / "verify.txt").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
