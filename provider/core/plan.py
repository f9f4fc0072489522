"""What a stack declares: resources in dependency order, and what is worth knowing about them.

Rule 1: a resource's name is its key in the file; order of the file never matters.
Rule 2: inputs are normalised here and by the provider in the same words: seconds, RFC 3339 UTC, our defaults filled.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from provider.core.diff import KindName
from provider.core.entries import window
from provider.core.limits import Site
from provider.core.models import TemplateArgs
from provider.core.priority import Key
from provider.core.schedule import Window, creatable_from, phase
from provider.core.stack import Rule, Stack, Task, Template
from provider.core.times import rfc3339

NO_RECORD = "no-record"
"""The built-in template without formats that `record: false` binds to; made only when used."""


class Declared(NamedTuple):
    """One resource of the stack."""

    kind: KindName
    name: str
    inputs: Mapping[str, Any]
    template: str | None = None  # the template resource that gives template_id
    was: str | None = None


class Plan(NamedTuple):
    """The resources and the stack's outputs."""

    declared: tuple[Declared, ...]
    later: Mapping[str, str]  # task -> day from which an `up` creates it
    effective: Mapping[str, str]  # key -> what records it
    usage: Mapping[str, str]


def template_name(owner: str, key: str, template: Template) -> str:
    """The template's name in the account."""
    return template.template_name if template.template_name is not None else f"{owner}--{key}"


def inputs(entry: TemplateArgs) -> dict[str, Any]:
    """The set fields of a template."""
    return entry.model_dump(exclude_none=True, exclude={"was"})


def plan(stack: Stack, owner: str, site: Site, now: datetime) -> Plan:
    """The plan of a stack without errors; *owner* is `<project>--<stack>`."""
    tasks = {key: (task, _window(task, stack.time_zone)) for key, task in sorted(stack.tasks.items())}
    phases = {key: phase(span, now, site) for key, (_, span) in tasks.items()}
    later = {k: _day(creatable_from(span, site)) for k, (_, span) in tasks.items() if phases[k] == "later"}
    due = {key: tasks[key] for key, at in phases.items() if at in ("planned", "running")}
    declared = (*_templates(stack, owner), *_rules(stack), *_tasks(due))
    count = {kind: sum(d.kind == kind for d in declared) for kind in ("rule", "template")}
    return Plan(
        declared,
        later,
        {str(Key(r.domain, r.app, r.stream)): _recorder(r) for _, r in sorted(stack.rules.items())},
        {
            "rules": f"{count['rule']}/{stack.limits.rules}",
            "templates": f"{count['template']}/{stack.limits.templates}",
        },
    )


def _templates(stack: Stack, owner: str) -> Iterator[Declared]:
    for key, entry in sorted(stack.templates.items()):
        yield Declared(
            "template", key, {**inputs(entry), "template_name": template_name(owner, key, entry)}, was=entry.was
        )
    if stack.suppresses:
        about = "Made for record: false; records nothing"
        yield Declared("template", NO_RECORD, {"template_name": f"{owner}--{NO_RECORD}", "description": about})


def _rules(stack: Stack) -> Iterator[Declared]:
    for key, rule in sorted(stack.rules.items()):
        fixed = {"template_id": rule.template_id} if rule.template_id else {}
        source = NO_RECORD if rule.record is False else rule.template
        yield Declared(
            "rule", key, {"domain": rule.domain, "app": rule.app, "stream": rule.stream, **fixed}, source, rule.was
        )


def _tasks(due: Mapping[str, tuple[Task, Window]]) -> Iterator[Declared]:
    for key, (task, span) in due.items():
        given = {"domain": task.domain, "app": task.app, "stream": task.stream, "stream_type": task.stream_type}
        given |= {"start": rfc3339(span.start)} if span.start else {}
        given |= {"end": rfc3339(span.end)}
        given |= {"template_id": task.template_id} if task.template_id else {}
        yield Declared("task", key, given, task.template, task.was)


def _window(task: Task, zone: str) -> Window:
    span = window((), task, zone)
    if not isinstance(span, Window):
        raise TypeError(span)
    return span


def _recorder(rule: Rule) -> str:
    if rule.record is False:
        return "not recorded"
    return rule.template or f"template_id {rule.template_id}"


def _day(at: datetime) -> str:
    """The first whole day on which an `up` at any hour creates the task."""
    return f"{(at + timedelta(days=1, microseconds=-1)).date()}"
