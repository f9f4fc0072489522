"""From a tree of scalars to models, or to findings about its shape.

Rule 1: every mistake is found in one reading; one wrong entry does not hide another.
Rule 2: entries with mistakes are left out of what goes on, so that no rule about relations speaks of half an entry.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from provider.core.findings import Finding
from provider.core.refusals import nearest, refusals
from provider.core.stack import SECTIONS, Stack

Tree = dict[str, Any]
EMPTY = (*SECTIONS, "limits", "acknowledge")
"""Keys under which nothing may stand, as when all entries are commented out."""
APART = ("stream_type", "was")
"""Fields of rules and tasks without which the rest of an entry still means the same; of templates all fields are so."""


class Shaped(NamedTuple):
    """What could be read, which entries could not, and why."""

    stack: Stack | None
    broken: frozenset[tuple[str, str]]
    findings: tuple[Finding, ...]


def read(tree: Tree) -> Shaped:
    """The stack that *tree* describes, and every finding about its shape."""
    tree = {k: v for k, v in tree.items() if v != "" or k not in EMPTY}
    try:
        return Shaped(Stack.model_validate(tree), frozenset(), ())
    except ValidationError as error:
        found = tuple(refusals(Stack, error))
        places = [(detail["type"], detail["loc"]) for detail in error.errors(include_url=False)]
    broken = frozenset(filter(None, (_broken(kind, loc) for kind, loc in places)))
    rest = _without(tree, places)
    try:
        return Shaped(Stack.model_validate(rest), broken, found)
    except ValidationError:  # mistakes that only show where others are gone
        return Shaped(None, broken, found)


def _broken(kind: str, loc: tuple[str | int, ...]) -> tuple[str, str] | None:
    """The entry, or with an empty key the whole section, that cannot be judged any further."""
    name = nearest(str(loc[0]), SECTIONS) if kind == "extra_forbidden" and len(loc) == 1 else str(loc[0])
    return (name, str(loc[1]) if len(loc) > 1 else "") if name in SECTIONS else None


def _cut(kind: str, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """How much of the tree a mistake at *loc* spoils."""
    if kind == "extra_forbidden":
        return loc
    if loc[0] not in SECTIONS or len(loc) < 3 or loc[-1] == "[key]":  # noqa: PLR2004 - section, key, field
        return loc[: 2 if loc[0] in SECTIONS else 1]
    alone = kind != "missing" and (loc[0] == "templates" or loc[2] in APART) and not str(loc[-1]).startswith("cos_")
    return loc if alone else loc[:2]


def _without(tree: Mapping[str, Any], places: Iterable[tuple[str, tuple[str | int, ...]]]) -> Tree:
    """The tree without what the mistakes spoil."""
    rest: Tree = dict(tree)
    for kind, loc in places:
        *above, last = _cut(kind, loc)
        inner: Any = rest
        for part in above:
            if not isinstance(inner.get(part), dict):
                break
            inner[part] = inner = dict(inner[part])
        else:
            inner.pop(last, None)
    return rest
