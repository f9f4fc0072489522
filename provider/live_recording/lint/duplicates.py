"""Nothing stands twice: no natural key, no name in the account, no resource name.

Rule 1: of two that collide the later one is the finding, and its sentence names the other.
"""

from collections.abc import Hashable, Iterator, Mapping

from live_recording.core.findings import Finding, KeyPath, format_path
from live_recording.core.stack_ref import StackRef
from live_recording.core.text import quoted
from live_recording.desired import live_records
from live_recording.desired.declarations import NO_RECORD, template_name
from live_recording.desired.recordings import ScheduledRecordings
from live_recording.stackfile.model import Stack

BUILT_IN = ("the built-in template of record: false",)


def duplicates(stack: Stack, owner: StackRef, on: ScheduledRecordings) -> Iterator[Finding]:
    """No natural key and no resource name stands twice."""
    rules = {key: r.natural for key, r in stack.rules.items()}
    yield from _twice(
        {key: ("rules", key) for key in rules},
        rules,
        "for {what}; the vendor keeps one rule per domain, app and stream",
    )
    at = {
        name: (slot.stream, slot.window, slot.entry.template or slot.entry.template_id)
        for name, slot in on.slots.items()
    }
    paths = {name: slot.path for name, slot in on.slots.items()}
    yield from dict.fromkeys(_twice(paths, at, "for the same stream, time and template"))
    forms = {
        name: tuple(live_records.normalize_live_record(slot.entry, slot.window).items())
        for name, slot in on.live.items()
    }
    yield from _twice({name: slot.path for name, slot in on.live.items()}, forms, "for the same recording")
    built_in = {"": owner.template_name(NO_RECORD)} if stack.suppresses else {}
    templates = built_in | {key: template_name(owner, key, t) for key, t in stack.templates.items()}
    paths = {key: ("templates", key) if key else BUILT_IN for key in templates}
    yield from _twice(paths, templates, "called {what} in the account")
    if built_in and NO_RECORD in templates and templates[NO_RECORD] != built_in[""]:
        sentence = f"{NO_RECORD} is the resource name of what record: false uses. Rename this template."
        yield Finding.new("duplicate-key", ("templates", NO_RECORD), sentence)


def _twice(paths: Mapping[str, KeyPath], keys: Mapping[str, Hashable], what: str) -> Iterator[Finding]:
    first: dict[Hashable, str] = {}
    for name, key in keys.items():
        other = first.setdefault(key, name)
        if other != name:
            described = what.format(what=quoted(key) if isinstance(key, str) else key)
            sentence = f"This is {format_path(paths[other])} once more: both are {described}. Remove one."
            yield Finding.new("duplicate-key", paths[name], sentence)
