"""Checks of references between entries: templates that rules and tasks use, former keys, and the two API generations."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.text import nearest, quoted
from live_recording.lint.context import CheckContext
from live_recording.stackfile.model import SECTIONS, Rule, Schedule, Task

_ACTIONS = ("template", "template_id", "record")
"""The fields that define what a rule or task does; only one of them may be set."""


def unknown_field(context: CheckContext) -> Iterator[Finding]:
    """Check that no entry sets two fields that exclude each other."""
    for path, entry in _entries(context):
        actions = _actions(entry)
        if len(actions) > 1:
            sentence = f"`{actions[0]}` and `{actions[1]}` are mutually exclusive. Keep one of them."
            yield Finding.new("unknown-field", (*path, actions[1]), sentence)


def unknown_template(context: CheckContext) -> Iterator[Finding]:
    """Check that each template exists that a rule, task or schedule names."""
    if ("templates", "") in context.unreadable:
        return  # which templates exist is not known
    known = context.keys("templates")
    for path, entry in _entries(context):
        if entry.template is not None and entry.template not in known:
            sentence = f"Unknown template {quoted(entry.template)}. {_suggestion(entry.template, tuple(sorted(known)))}"
            yield Finding.new("unknown-template", (*path, "template"), sentence)


def missing_field(context: CheckContext) -> Iterator[Finding]:
    """Check that each rule says what it does."""
    for path, entry in _entries(context):
        if isinstance(entry, Rule) and not _actions(entry):
            sentence = "The rule has no template. Add template, template_id, or record: false."
            yield Finding.new("missing-field", path, sentence)


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


def _entries(context: CheckContext) -> Iterator[tuple[KeyPath, Rule | Task | Schedule]]:
    stack = context.stack
    for key, rule in stack.rules.items():
        yield ("rules", key), rule
    for key, task in stack.tasks.items():
        yield ("tasks", key), task
    for key, schedule in stack.schedules.items():
        yield ("schedules", key), schedule


def _actions(entry: Rule | Task | Schedule) -> list[str]:
    return [name for name in _ACTIONS if getattr(entry, name, None) is not None]


def _suggestion(name: str, known: tuple[str, ...]) -> str:
    suggestion = nearest(name, known)
    if suggestion:
        return f"Did you mean {quoted(suggestion)}?"
    return f"This file defines {', '.join(map(quoted, known))}." if known else "This file defines no templates."
