"""What is shown of the measurements: a table for the terminal, a page, a picture.

`python bench/figures.py` writes bench/results and docs/performance.md again from bench/results/engine.json.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.measurements import OPERATIONS, RESULTS, Measured, load
from bench.rivals import Size

PAGE = Path(__file__).parent.parent / "docs/performance.md"
MARKED = re.compile(r"(<!-- measured -->\n).*?(<!-- end of measured -->)", re.DOTALL)
HEAD = ("", "floor", "time", "ratio", "ratio of CPU time", "changing calls", "pages of tasks", "other calls")


Row = tuple[str, ...]
"""The cells of a line: an operation of a rival, what it costs beside the floor, its API calls."""


def rows(measured: Measured) -> list[Row]:
    """Return the rows of a size: each operation of ours, and of the peer if it takes part."""
    names = {"ours": "{}", "peer": "{}, asking about each"}
    return [
        (names[rival].format(operation), *_times(measured, operation, rival), *_calls(measured, operation, rival))
        for operation in OPERATIONS
        for rival in names
        if measured.of(operation, rival)
    ]


def _times(measured: Measured, operation: str, rival: str) -> Row:
    seconds = f"{measured.seconds(operation, rival):.1f} s"
    if not measured.of(operation, "floor"):
        return ("", seconds, "", "")
    ratios = (measured.ratio(operation, rival), measured.cpu_ratio(operation, rival))
    return (f"{measured.seconds(operation, 'floor'):.1f} s", seconds, *(f"{ratio:.2f}" for ratio in ratios))


def _calls(measured: Measured, operation: str, rival: str) -> Row:
    most = measured.calls(operation, rival)
    return (str(most.changes), str(most.pages), str(most.reads))


def title(measured: Measured) -> str:
    """Return what was measured, and how often."""
    size, pairs = Size.of(measured.size), len(measured.of("up", "ours"))
    what = f"{size.templates} templates, {size.rules} rules, {size.tasks:,} tasks"
    return f"{what}, {'without' if size.hasty else 'with'} checkpoints ({pairs} pair{'s' * (pairs > 1)})"


def memory(measured: Measured) -> str:
    """Return the peak memory of our processes and of the floor's."""
    taken = {
        process: f"{measured.peak(process):.0f} MB ({measured.peak(process, 'floor'):.0f} MB)"
        for process in ("provider", "program")
    }
    return f"Peak memory (floor): provider {taken['provider']}, program {taken['program']}."


def text(measured: Iterable[Measured]) -> str:
    """Return the tables for a terminal."""
    return "\n\n".join("\n".join((title(one), *_aligned(rows(one)), memory(one))) for one in measured) + "\n"


def _aligned(found: Sequence[Row]) -> list[str]:
    cells = [HEAD, *found]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    return [
        "  "
        + "  ".join((line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))))
        for line in cells
    ]


def markdown(measured: Iterable[Measured]) -> str:
    """Return the page with the tables."""
    return "\n".join(line for one in measured for line in _section(one))


def _section(measured: Measured) -> list[str]:
    where = measured.machine
    machine = f"{where['cores']} cores of {where['cpu']}, Python {where['python']}, Pulumi {where['pulumi']}"
    lines = [f"| {' | '.join(row)} |" for row in rows(measured)]
    head = [f"| {' | '.join(HEAD)} |", "|---|" + "--:|" * (len(HEAD) - 1)]
    return [f"### {title(measured)}", "", *head, *lines, "", f"{memory(measured)} {measured.day}, {machine}.", ""]


def page(measured: Sequence[Measured]) -> str:
    """Return docs/performance.md with a new table of the smallest size."""
    made = markdown(measured[:1])
    return MARKED.sub(lambda found: found[1] + made + found[2], PAGE.read_text(encoding="utf-8"))


def write() -> None:
    """Write table, picture and page from what is kept."""
    from bench.picture import draw  # only here, because it takes a second to load

    measured = load(RESULTS / "engine.json")
    (RESULTS / "engine.txt").write_text(text(measured), encoding="utf-8")
    draw(measured, RESULTS / "engine.svg")
    PAGE.write_text(page(measured), encoding="utf-8")


if __name__ == "__main__":
    write()
