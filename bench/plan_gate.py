"""Measure how long reading and checking takes for 4,000 tasks and 50 rules, compared with PyYAML for the same file.

`python bench/plan_gate.py` prints medians of several runs, alternating, and their ratio.
"""

import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

import yaml

from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.desired.declarations import desired_resources
from live_recording.lint.checker import check_stack
from live_recording.lint.context import CheckContext
from live_recording.stackfile import reader
from live_recording.stackfile.validation import validate

TASKS, RULES, RUNS = 4000, 50, 7
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OWNER = StackRef("live-recording", "bench")


def stack_file() -> str:
    """Return a stack file of the measured size."""
    lines = ["templates: {t: {mp4: {storage_time: 30d}}}", "limits: {rules: 60}", "rules:"]
    lines += [f"  r{n}: {{domain: push.example.com, app: app{n}, template: t}}" for n in range(RULES)]
    task = "{{domain: events.example.com, app: live, stream: s{n}, start: 2026-11-2{day}T{hour:02}:00Z, duration: 2h, template: t}}"
    lines += ["tasks:", *(f"  t{n}: " + task.format(n=n, day=1 + n % 5, hour=n % 24) for n in range(TASKS))]
    return "\n".join(lines)


def timed(run: Callable[[], object]) -> float:
    """Return how many milliseconds one call takes."""
    begin = perf_counter()
    run()
    return (perf_counter() - begin) * 1000


def main() -> None:
    """Print the table."""
    source = stack_file()
    tree = reader.parse(source).root
    validated = validate(tree)
    stack, site = validated.stack, SITES["intl"]
    rows: dict[str, Callable[[], object]] = {
        "PyYAML safe_load, C parser": lambda: yaml.load(source, Loader=yaml.CSafeLoader),
        "read the file with lines": lambda: reader.parse(source),
        "validate: tree to models": lambda: validate(tree),
        "check: the whole stack": lambda: check_stack(CheckContext(stack, frozenset(), site, NOW, OWNER)),
        "plan: resources and outputs": lambda: desired_resources(stack, OWNER, site, NOW),
    }
    times: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(RUNS):
        for name, run in rows.items():
            times[name].append(timed(run))
    medians = {name: statistics.median(of) for name, of in times.items()}
    floor = next(iter(medians.values()))
    print(f"{TASKS} tasks, {RULES} rules, median of {RUNS} runs")
    for name, median in medians.items():
        print(f"  {name:<32}{median:8.1f} ms   {median / floor:5.2f} of safe_load")


if __name__ == "__main__":
    main()
