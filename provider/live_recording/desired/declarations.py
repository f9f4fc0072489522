"""What a stack declares: resources in dependency order, and what is worth knowing about them.

Rule 1: a resource's name is its key in the file; order of the file never matters.
Rule 2: inputs are normalised here and by the provider in the same words: seconds, RFC 3339 UTC, our defaults filled.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from live_recording.core.kinds import KindName
from live_recording.core.stack_ref import StackRef
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import Site
from live_recording.core.windows import creatable_from, phase
from live_recording.desired import live_records
from live_recording.desired.recordings import LiveSlot, TaskSlot, scheduled_recordings
from live_recording.stackfile.model import Rule, Stack, Template, TemplateArgs

NO_RECORD = "no-record"
"""The built-in template without formats that `record: false` binds to; made only when used."""


class DesiredResource(NamedTuple):
    """One resource of the stack."""

    kind: KindName
    name: str
    inputs: Mapping[str, Any]
    template: str | None = None  # the template resource that gives template_id
    was: str | None = None


class DesiredState(NamedTuple):
    """The resources and the stack's outputs."""

    declared: tuple[DesiredResource, ...]
    later: Mapping[str, str]  # task -> day from which an `up` creates it
    effective: Mapping[str, str]  # key -> what records it
    usage: Mapping[str, str]


def template_name(owner: StackRef, key: str, template: Template) -> str:
    """The template's name in the account."""
    return template.template_name if template.template_name is not None else owner.template_name(key)


def inputs(entry: TemplateArgs) -> dict[str, Any]:
    """The set fields of a template."""
    return entry.model_dump(exclude_none=True, exclude={"was"})


def desired_resources(stack: Stack, owner: StackRef, site: Site, now: datetime) -> DesiredState:
    """The plan of a stack without errors."""
    slots, live, _ = scheduled_recordings(stack, now)
    phases = {name: phase(slot.window, now, site) for name, slot in sorted(slots.items())}
    due = [slots[name] for name, at in phases.items() if at in ("planned", "running")]
    unfinished = [live[name] for name in sorted(live) if live[name].window.end > now]
    declared = (*_templates(stack, owner), *_rules(stack), *map(_task, due), *map(_live_record, unfinished))
    count = {kind: sum(d.kind == kind for d in declared) for kind in ("rule", "template")}
    return DesiredState(
        declared,
        _later(slots, site, now),
        {str(r.natural): _recorder(r) for _, r in sorted(stack.rules.items())},
        {
            "rules": f"{count['rule']}/{stack.limits.rules}",
            "templates": f"{count['template']}/{stack.limits.templates}",
        },
    )


def later(stack: Stack, site: Site, now: datetime) -> dict[str, str]:
    """The tasks that the vendor does not take yet: name -> day from which an `up` creates it, sorted."""
    return _later(scheduled_recordings(stack, now).slots, site, now)


def _later(slots: Mapping[str, TaskSlot], site: Site, now: datetime) -> dict[str, str]:
    waiting = {name: slot.window for name, slot in slots.items() if phase(slot.window, now, site) == "later"}
    return {name: _day(creatable_from(span, site)) for name, span in sorted(waiting.items())}


def _templates(stack: Stack, owner: StackRef) -> Iterator[DesiredResource]:
    for key, entry in sorted(stack.templates.items()):
        yield DesiredResource(
            "template", key, {**inputs(entry), "template_name": template_name(owner, key, entry)}, was=entry.was
        )
    if stack.suppresses:
        about = "Made for record: false; records nothing"
        yield DesiredResource(
            "template", NO_RECORD, {"template_name": owner.template_name(NO_RECORD), "description": about}
        )


def _rules(stack: Stack) -> Iterator[DesiredResource]:
    for key, rule in sorted(stack.rules.items()):
        fixed = {"template_id": rule.template_id} if rule.template_id else {}
        source = NO_RECORD if rule.record is False else rule.template
        yield DesiredResource(
            "rule", key, {"domain": rule.domain, "app": rule.app, "stream": rule.stream, **fixed}, source, rule.was
        )


def _task(slot: TaskSlot) -> DesiredResource:
    entry, span = slot.entry, slot.window
    given = {"domain": entry.domain, "app": entry.app, "stream": entry.stream, "stream_type": entry.stream_type}
    given |= {"start": rfc3339(span.start)} if span.start else {}
    given |= {"end": rfc3339(span.end)}
    given |= {"template_id": entry.template_id} if entry.template_id else {}
    return DesiredResource("task", slot.name, given, entry.template, slot.was)


def _live_record(slot: LiveSlot) -> DesiredResource:
    return DesiredResource(
        "live_record", slot.name, live_records.normalize_live_record(slot.entry, slot.window), was=slot.was
    )


def _recorder(rule: Rule) -> str:
    if rule.record is False:
        return "not recorded"
    return rule.template or f"template_id {rule.template_id}"


def _day(at: datetime) -> str:
    """The first whole day on which an `up` at any hour creates the task."""
    return f"{(at + timedelta(days=1, microseconds=-1)).date()}"
