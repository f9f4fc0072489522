"""What an account holds after a plan, and the most that it holds on the way.

Rule 1: an `up` makes and changes first, templates before what uses them, and deletes last. Rule 2: what has no step is
looked for in the account, and stays as it is there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from provider.core.kinds import KindName
from provider.core.moves import Moves
from provider.core.ownership import Picture, Ref, Resource, remembered
from provider.core.plan import Declared
from provider.core.snapshot import Snapshot
from provider.core.steps import Step

MADE: tuple[KindName, ...] = ("template", "rule", "task")
DROPPED: tuple[KindName, ...] = ("rule", "task", "template")
"""In the order of an `up`; live records are in no list of the account."""


class Forecast(NamedTuple):
    """The account before and after, the most that it holds in between, and what it will refuse."""

    before: Picture
    after: Picture
    peak: Mapping[str, int]  # section -> objects
    obstacles: tuple[str, ...]


def forecast(
    taken: Snapshot, steps: Sequence[Step], declared: Iterable[Declared], owner: str, now: datetime
) -> Forecast:
    """What the *steps* of the stack *owner* make of the account; *declared* is all that its file declares."""
    stepping = {(step.kind, step.name) for step in steps}
    unchanged = tuple(one for one in declared if (one.kind, one.name) not in stepping)
    had = remembered(taken, steps, unchanged, now)
    stays = {(one.kind, one.name) for one in unchanged} | {(s.kind, s.name) for s in steps if s.op == "update"}
    moves = Moves(taken, {resource: ref for resource, ref in had.items() if resource in stays}, owner, now)
    moves.diffed(steps)
    for step in _sorted(steps, MADE):
        if step.op != "delete":
            moves.make(step)
    peak = {"rules": max(len(taken.rules), len(moves.rules)), "templates": len(moves.templates)}
    for step in _sorted(steps, DROPPED):
        if step.op in ("delete", "replace"):  # what went first is not there any more
            moves.drop(step)
    left = taken._replace(templates=moves.templates, rules=moves.rules, tasks=moves.tasks)
    return Forecast(Picture(taken, _names(had)), Picture(left, _names(moves.has)), peak, tuple(sorted(moves.refused)))


def _sorted(steps: Iterable[Step], kinds: Sequence[KindName]) -> Iterator[Step]:
    return (step for kind in kinds for step in sorted(steps, key=lambda step: step.name) if step.kind == kind)


def _names(had: Mapping[Resource, Ref]) -> dict[tuple[KindName, Ref], str]:
    return {(kind, ref): name for (kind, name), ref in sorted(had.items(), reverse=True)}
