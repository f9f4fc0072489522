"""What the engine is going to do, as its preview says, and which entry of the stack file each step comes from.

Rule 1: a step is about one resource; what stays as it is has none. Rule 2: the name of a resource is the key of its
entry, but for an occurrence of a schedule, which has the time behind it.
"""

import re
from collections.abc import Container, Mapping
from typing import Any, Literal, NamedTuple

from live_recording.core.kinds import SECTION_OF, KindName

Op = Literal["create", "update", "replace", "delete"]
Inputs = Mapping[str, Any]

_OCCURRENCE = re.compile(r"(.+)-([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})")


class PlannedChange(NamedTuple):
    """One resource that changes."""

    op: Op
    kind: KindName
    name: str
    id: str = ""  # of the object before; empty for a create
    old: Inputs = {}  # noqa: RUF012 - what the state remembers; empty for a create, never changed
    new: Inputs = {}  # noqa: RUF012 - what is asked for, as far as it is known; empty for a delete, never changed
    old_template: str | None = None  # the template resource that gave the old template_id
    template: str | None = None  # the template resource that gives the new one, which may not be known yet
    fields: tuple[str, ...] = ()  # what differs
    delete_first: bool = False  # the old object goes before the new one is made


def path(kind: KindName, name: str, tasks: Container[str]) -> str:
    """The entry of a stack file that the resource comes from; *tasks* are the keys of the file's single tasks.

    A task that is gone from the file and is called like an occurrence is taken for one.
    """
    found = _occurrence(kind, name, tasks)
    return f"schedules.{found[1]}" if found else f"{SECTION_OF[kind]}.{name}"


def display_name(kind: KindName, name: str, tasks: Container[str]) -> str:
    """The same for people: with the time of an occurrence, such as `schedules.derby (2026-11-21T19:45)`."""
    found = _occurrence(kind, name, tasks)
    if not found:
        return f"{SECTION_OF[kind]}.{name}"
    schedule, year, month, day, hour, minute = found.groups()
    return f"schedules.{schedule} ({year}-{month}-{day}T{hour}:{minute})"


def _occurrence(kind: KindName, name: str, tasks: Container[str]) -> re.Match[str] | None:
    return _OCCURRENCE.fullmatch(name) if kind == "task" and name not in tasks else None
