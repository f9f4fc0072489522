"""Checks of references between entries: templates that rules and tasks use, former keys, and the two API generations."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.text import nearest, quoted
from live_recording.lint.context import CheckContext
from live_recording.stackfile.entries import Entry
from live_recording.stackfile.model import SECTIONS, CallbackRule, Rule, Schedule, Task

_TEMPLATES: Mapping[str, str] = {"template": "templates", "callback_template": "callback_templates"}
"""The fields that name a template of the file, and its section."""
_ACTIONS = (*_TEMPLATES, "template_id", "record")
"""The fields that define what an entry does; only one of them may be set."""
_REQUIRED: Mapping[type[Entry], str] = {
    Rule: "The rule has no template. Add template, template_id, or record: false.",
    CallbackRule: "The rule has no template. Add callback_template or template_id.",
}
"""The entries that need one of these fields, and what to do without one."""
_Referring = Rule | Task | Schedule | CallbackRule


def unknown_field(context: CheckContext) -> Iterator[Finding]:
    """Check that no entry sets two fields that exclude each other."""
    for path, entry in _entries(context):
        actions = _actions(entry)
        if len(actions) > 1:
            sentence = f"`{actions[0]}` and `{actions[1]}` are mutually exclusive. Keep one of them."
            yield Finding.new("unknown-field", (*path, actions[1]), sentence)


def unknown_template(context: CheckContext) -> Iterator[Finding]:
    """Check that each template exists that an entry names."""
    for field, section in _TEMPLATES.items():
        if (section, "") in context.unreadable:
            continue  # which templates exist is not known
        known = context.keys(section)
        for path, entry in _entries(context):
            name = getattr(entry, field, None)
            if name is not None and name not in known:
                what = field.replace("_", " ")
                sentence = f"Unknown {what} {quoted(name)}. {_suggestion(name, tuple(sorted(known)), what)}"
                yield Finding.new("unknown-template", (*path, field), sentence)


def missing_field(context: CheckContext) -> Iterator[Finding]:
    """Check that each rule says what it does."""
    for path, entry in _entries(context):
        if type(entry) in _REQUIRED and not _actions(entry):
            yield Finding.new("missing-field", path, _REQUIRED[type(entry)])


def generations_mixed(context: CheckContext) -> Iterator[Finding]:
    """Check that the deprecated live records are not combined with tasks or schedules."""
    newer = [section for section in ("tasks", "schedules") if context.keys(section)]
    if newer and context.keys("live_records"):
        sentence = (
            f"live_records use the deprecated CreateLiveRecord, {' and '.join(newer)} use CreateRecordTask, and the API "
            "does not allow both together. Convert the live records to tasks, and remove the finished ones."
        )
        yield Finding.new("generations-mixed", ("live_records",), sentence)


def duplicate_former_key(context: CheckContext) -> Iterator[Finding]:
    """Check that each former key is free, and that only one entry names it."""
    for section in SECTIONS:
        entries: Mapping[str, Any] = getattr(context.stack, section)
        renamed = {key: entry.was for key, entry in entries.items() if entry.was}
        uses = Counter(renamed.values())
        for key, was in renamed.items():
            if was in context.keys(section):
                sentence = f"{section}.{was} is still declared, so this entry is not a rename of it. Remove `was`."
            elif uses[was] > 1:
                sentence = f"{uses[was]} entries have `was: {was}`. Keep it only on the renamed entry."
            else:
                continue
            yield Finding.new("duplicate-key", (section, key, "was"), sentence)


def _entries(context: CheckContext) -> Iterator[tuple[KeyPath, _Referring]]:
    for section in ("rules", "tasks", "schedules", "callback_rules"):
        for key, entry in getattr(context.stack, section).items():
            yield (section, key), entry


def _actions(entry: _Referring) -> list[str]:
    return [name for name in _ACTIONS if getattr(entry, name, None) is not None]


def _suggestion(name: str, known: tuple[str, ...], what: str) -> str:
    suggestion = nearest(name, known)
    if suggestion:
        return f"Did you mean {quoted(suggestion)}?"
    return f"This file defines {', '.join(map(quoted, known))}." if known else f"This file defines no {what}s."
