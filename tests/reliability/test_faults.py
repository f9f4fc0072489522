"""Faults in changing calls: after at most one more run the account holds what is declared, each object once."""

import re

import pytest

from tests.support import fault_matrix
from tests.support.thoroughness import THOROUGH
from tools import reliability

CELLS = fault_matrix.cells() if THOROUGH else fault_matrix.sample()


@pytest.mark.parametrize("name", fault_matrix.OPERATIONS)
def test_operations_leave_what_they_declare(name: str) -> None:
    """Without a fault each operation leaves as many objects as it declares; otherwise the matrix would prove nothing."""
    operation = fault_matrix.OPERATIONS[name]

    assert len(fault_matrix.contents_without_fault(name)) == len(operation.declared)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_fault_loses_and_duplicates_nothing(cell: fault_matrix.Cell) -> None:
    """A call that is refused, lost or cut off leaves what the same operation leaves without a fault, also in the state."""
    assert fault_matrix.outcome(cell).wrong == ()


def test_page_shows_the_whole_matrix() -> None:
    """The table of docs/reliability.md has every operation, a column for each fault, and no bad cell; below are all calls."""
    found = reliability.MARKED.search(reliability.PAGE.read_text(encoding="utf-8"))
    assert found
    lines = [[part.strip() for part in line.strip("| ").split("|")] for line in found[0].splitlines() if "|" in line]
    calls = re.findall(r"^- \*\*(\w+)\*\*: (.*)$", found[0], re.MULTILINE)

    assert lines[0] == ["calls of", *reliability.columns()]
    assert [name for line in lines[2:] for name in re.findall(r"\b[a-z]+\b", line[0])] == list(fault_matrix.OPERATIONS)
    assert {place for line in lines[2:] for place in line[1:]} <= {reliability.ONE_RUN, reliability.RE_RUN}
    assert [(name, call) for name, listed in calls for call in listed.split(", ")] == reliability.rows()
