"""The resource changes that the engine plans, and the entry of the stack file that each one comes from.

The name of a resource is the key of its entry; an occurrence of a schedule has its time appended.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from live_recording.core.findings import KeyPath
from live_recording.core.kinds import SECTION_OF, KindName

Op = Literal["create", "update", "replace", "delete"]
Inputs = Mapping[str, Any]

_OCCURRENCE = re.compile(r"(.+)-([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})")


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One resource that changes."""

    op: Op
    kind: KindName
    name: str
    id: str = ""  # of the old object; empty for a create
    old: Inputs = field(default_factory=dict)  # properties in the state; empty for a create
    new: Inputs = field(default_factory=dict)  # desired inputs, as far as they are known; empty for a delete
    old_template: str | None = None  # the template resource that gave the old template_id
    template: str | None = None  # the template resource that gives the new one, which may not be known yet
    fields: tuple[str, ...] = ()  # the changed inputs
    account: str = ""  # of the old object, by the state; empty: the state does not say
    delete_first: bool = False  # the old object is deleted before the new one is created


def entry_path(kind: KindName, name: str, tasks: Container[str]) -> KeyPath:
    """Return the entry of the stack file that a resource comes from; *tasks* are the keys of the file's single tasks.

    A deleted task whose name looks like an occurrence counts as one.
    """
    match = _match_occurrence(kind, name, tasks)
    return ("schedules", match[1]) if match else (SECTION_OF[kind], name)


def display_name(kind: KindName, name: str, tasks: Container[str]) -> str:
    """Return the entry for people: with the time of an occurrence, such as `schedules.derby (2026-11-21T19:45)`."""
    match = _match_occurrence(kind, name, tasks)
    if not match:
        return f"{SECTION_OF[kind]}.{name}"
    schedule, year, month, day, hour, minute = match.groups()
    return f"schedules.{schedule} ({year}-{month}-{day}T{hour}:{minute})"


def _match_occurrence(kind: KindName, name: str, tasks: Container[str]) -> re.Match[str] | None:
    return _OCCURRENCE.fullmatch(name) if kind == "task" and name not in tasks else None
