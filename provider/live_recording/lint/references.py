"""Names of other entries: templates that rules and tasks use, and former keys.

Rule 1: a name that cannot be found is shown with the nearest one that can.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from live_recording.core.findings import Finding
from live_recording.core.text import escaped, nearest, quoted
from live_recording.stackfile.model import SECTIONS, Rule, Schedule, Stack, Task


def template_references(stack: Stack, known: set[str], unreadable: bool) -> Iterator[Finding]:
    """Each rule names one template, each task at most one, and they exist; *unreadable*: nobody knows which do."""
    sections: tuple[tuple[str, Mapping[str, Rule | Task | Schedule]], ...] = (
        ("rules", stack.rules),
        ("tasks", stack.tasks),
        ("schedules", stack.schedules),
    )
    listed = tuple(sorted(known))
    for section, items in sections:
        for key, entry in items.items():
            path = (section, key)
            given = [name for name in ("template", "template_id", "record") if getattr(entry, name, None) is not None]
            if len(given) > 1:
                sentence = f"{given[1]} cannot stand beside {given[0]}. Keep one of them."
                yield Finding.new("unknown-field", (*path, given[1]), sentence)
            if entry.template is not None and entry.template not in known and not unreadable:
                near = nearest(entry.template, listed)
                others = (
                    f"Templates of this file: {', '.join(map(quoted, listed))}." if listed else "This file has none."
                )
                hint = f"Did you mean {escaped(near)}?" if near else others
                yield Finding.new(
                    "unknown-template", (*path, "template"), f"There is no template {quoted(entry.template)}. {hint}"
                )
            if not given and isinstance(entry, Rule):
                sentence = "The rule says nothing to do. Add template, template_id, or record: false."
                yield Finding.new("missing-field", path, sentence)


def generations(names: Mapping[str, set[str]]) -> Iterator[Finding]:
    """The deprecated live records stand beside nothing that is made by the API that came after them."""
    beside = [section for section in ("tasks", "schedules") if names[section]]
    if beside and names["live_records"]:
        sentence = (
            f"These are made by the deprecated CreateLiveRecord, and {' and '.join(beside)} by CreateRecordTask: the vendor forbids to "
            "use both together. Make tasks of them; what is over can go."
        )
        yield Finding.new("generations-mixed", ("live_records",), sentence)


def renames(stack: Stack, names: Mapping[str, set[str]]) -> Iterator[Finding]:
    """A former key is free, and one entry only comes from it."""
    for section in SECTIONS:
        items: Mapping[str, Any] = getattr(stack, section)
        taken = Counter(entry.was for entry in items.values() if entry.was)
        for key, entry in items.items():
            if entry.was in names[section]:
                why = f"The entry {section}.{entry.was} is still declared, so nothing was renamed from it. Remove was."
            elif taken[entry.was] > 1:
                why = f"{taken[entry.was]} entries say was: {entry.was}. Keep it on the renamed one."
            else:
                continue
            yield Finding.new("duplicate-key", (section, key, "was"), why)
