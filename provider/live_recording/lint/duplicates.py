"""Checks that nothing is defined twice. The later of two duplicates gets the finding, which names the other one."""

from collections.abc import Hashable, Iterator, Mapping
from typing import TypeVar

from live_recording.core.findings import Finding, KeyPath, format_path
from live_recording.core.text import quoted
from live_recording.desired.declarations import NO_RECORD
from live_recording.desired.specs import LiveRecordSpec
from live_recording.lint.context import CheckContext

Id = TypeVar("Id", bound=Hashable)


def duplicate_rule(context: CheckContext) -> Iterator[Finding]:
    """Check that no two rules have the same domain, app and stream."""
    rules = {("rules", key): rule.natural for key, rule in context.stack.rules.items()}
    for path, other in _duplicates(rules):
        yield _finding(
            path, other, f"both match {rules[path]}, and only one rule is allowed per domain, app and stream"
        )


def duplicate_callback_rule(context: CheckContext) -> Iterator[Finding]:
    """Check that no two callback rules have the same domain and app."""
    rules = {("callback_rules", key): rule.natural for key, rule in context.stack.callback_rules.items()}
    for path, other in _duplicates(rules):
        reason = f"both match {rules[path]}, and only one callback rule is allowed per domain and app"
        yield _finding(path, other, reason)


def duplicate_callback_template_name(context: CheckContext) -> Iterator[Finding]:
    """Check that no two callback templates have the same name in the account."""
    names = context.callback_names_in_account
    yield from _same_names({("callback_templates", key): name for key, name in names.items()})


def duplicate_task(context: CheckContext) -> Iterator[Finding]:
    """Check that no two tasks have the same stream, time and template; report each schedule once."""
    tasks = context.recordings.tasks
    identities = {
        name: (task.stream, task.window, task.entry.template or task.entry.template_id) for name, task in tasks.items()
    }
    paths = dict.fromkeys((tasks[name].path, tasks[other].path) for name, other in _duplicates(identities))
    for path, other_path in paths:
        yield _finding(path, other_path, "both record the same stream at the same time with the same template")


def duplicate_live_record(context: CheckContext) -> Iterator[Finding]:
    """Check that no two live records define the same recording."""
    records = {
        record.path: tuple(sorted(LiveRecordSpec(record.entry, record.window).to_inputs().items()))
        for record in context.recordings.live_records.values()
    }
    for path, other in _duplicates(records):
        yield _finding(path, other, "both define the same recording")


def duplicate_template_name(context: CheckContext) -> Iterator[Finding]:
    """Check that no two templates have the same name in the account; the built-in one counts if it is used."""
    names = context.names_in_account
    if not context.stack.suppresses:
        yield from _same_names({("templates", key): name for key, name in names.items()})
        return
    built_in = context.owner.template_name(NO_RECORD)
    yield from _same_names({(): built_in} | {("templates", key): name for key, name in names.items()})
    if names.get(NO_RECORD, built_in) != built_in:
        sentence = f"{NO_RECORD} is the resource name of the built-in template for record: false. Rename this template."
        yield Finding.new("duplicate-key", ("templates", NO_RECORD), sentence)


def _same_names(names: Mapping[KeyPath, str]) -> Iterator[Finding]:
    """Yield a finding for each template whose name is taken; path (): the built-in template."""
    for path, other in _duplicates(names):
        yield _finding(
            path, other, f"both are named {quoted(names[path])} in the account", "Rename or remove one of them."
        )


def _duplicates(identities: Mapping[Id, Hashable]) -> Iterator[tuple[Id, Id]]:
    """Yield each item whose identity an earlier item has, with the first such item."""
    first: dict[Hashable, Id] = {}
    for item, identity in identities.items():
        other = first.setdefault(identity, item)
        if other != item:
            yield item, other


def _finding(path: KeyPath, other: KeyPath, reason: str, advice: str = "Remove one of them.") -> Finding:
    other_name = format_path(other) or "the built-in template for record: false"
    return Finding.new("duplicate-key", path, f"Duplicate of {other_name}: {reason}. {advice}")
