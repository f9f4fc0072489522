"""Try every fault in every changing call and write the table of docs/reliability.md: `python tools/reliability.py`.

Takes some ten minutes: each cell starts provider processes of its own. Exit code 1 when a cell does not hold.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import fault_matrix as matrix

PAGE = ROOT / "docs/reliability.md"
MARKED = re.compile(r"(<!-- reliability -->\n).*?(<!-- end of reliability -->)", re.DOTALL)
AT_ONCE = 3
ONE_RUN, RE_RUN, WRONG = "once", "re-run", "**no**"

Row = tuple[str, str]  # (operation, action)


def rows() -> list[Row]:
    """Return the rows of the table: each changing call of each operation."""
    return [(name, action) for name, operation in matrix.OPERATIONS.items() for action in operation.actions]


def columns() -> list[str]:
    """Return the columns of the table: each kind of fault."""
    return matrix.FAULTS


def tried(row: Row, kind: str) -> tuple[str, list[str]]:
    """Return the text of a cell of the table, and its problems."""
    runs, wrong = 1, []
    for times, memory in product(matrix.TIMES, matrix.MEMORIES):
        if memory == "forgotten" and runs == 1:
            continue  # nothing failed, so nothing was forgotten
        cell = matrix.Cell(*row, kind, times, memory)
        outcome = matrix.outcome(cell)
        runs = max(runs, outcome.runs)
        wrong += [f"{cell}: {problem}" for problem in outcome.wrong]
    return (WRONG if wrong else RE_RUN if runs > 1 else ONE_RUN), wrong


def table(found: Mapping[tuple[Row, str], str]) -> str:
    """Format the outcomes as a Markdown table, whose rows are calls with the same outcomes, and a list of all calls."""
    head = f"| calls of | {' | '.join(columns())} |"
    groups: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for operation, action in rows():
        outcomes = tuple(found[(operation, action), kind] for kind in columns())
        groups.setdefault(outcomes, {}).setdefault(operation, []).append(action)
    lines = [f"| {_operations(group)} | {' | '.join(outcomes)} |" for outcomes, group in groups.items()]
    calls = [f"- **{name}**: {', '.join(operation.actions)}" for name, operation in matrix.OPERATIONS.items()]
    return "\n".join([head, "|---|" + "---|" * len(columns()), *lines, "", *calls]) + "\n"


def _operations(group: Mapping[str, list[str]]) -> str:
    """Return the names of operations, each with its calls unless these are all."""
    return ", ".join(
        name if actions == list(matrix.OPERATIONS[name].actions) else f"{name} ({', '.join(actions)})"
        for name, actions in group.items()
    )


def main() -> int:
    """Try everything, say what is wrong, and write the table."""
    places = list(product(rows(), columns()))
    matrix.base()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda place: tried(*place), places))
    for _, wrong in outcomes:
        for problem in wrong:
            print(problem)
    made = table({place: shown for place, (shown, _) in zip(places, outcomes, strict=True)})
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(MARKED.sub(lambda page: page[1] + made + page[2], text), encoding="utf-8")
    return int(any(wrong for _, wrong in outcomes))


if __name__ == "__main__":
    sys.exit(main())
