"""What a change means for a live object.

Rule 1: which changes replace is a table. Rule 2: two descriptions with the same effect are not a change.
"""

from collections.abc import Mapping
from typing import Any

from provider.core.kinds import KindName
from provider.core.models import LiveRecordArgs
from provider.core.wire import CREATE_ONLY, effective_template

RULE_KEY = ("domain", "app", "stream")
TASK_FIELDS = ("domain", "app", "stream", "stream_type", "start", "end", "template_id")
TASK_KEY = tuple(name for name in TASK_FIELDS if name != "stream_type")
"""What tells tasks apart in the vendor's list."""
LIVE_RECORD_FIELDS = tuple(LiveRecordArgs.model_fields)

REPLACES: Mapping[KindName, tuple[str, ...]] = {
    "template": CREATE_ONLY,
    "rule": RULE_KEY,  # there is no call that moves a rule; its template changes in place
    "task": TASK_FIELDS,  # there is no call that changes a task
    "live_record": LIVE_RECORD_FIELDS,  # nor one that changes a live record
}


def effective(kind: KindName, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs with defaults in place of what is unset."""
    if kind == "template":
        return effective_template(inputs)
    if kind == "rule":
        return {name: inputs.get(name, "") for name in (*RULE_KEY, "template_id")}
    return {name: inputs.get(name) for name in REPLACES[kind]}


def changes(kind: KindName, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The top-level fields whose effect differs, sorted."""
    before, after = effective(kind, old), effective(kind, new)
    return tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))


def replaces(kind: KindName, changed: tuple[str, ...]) -> tuple[str, ...]:
    """Those changes that need a new object."""
    return tuple(name for name in changed if name in REPLACES[kind])


def indistinct(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the vendor's list cannot tell two tasks apart."""
    return all(one.get(name) == other.get(name) for name in TASK_KEY)
