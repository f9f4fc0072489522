"""The desired resources of a stack, in dependency order, and its outputs.

A resource is named after its key in the file; the order of the file never matters. Only planned and running tasks are
desired: later ones wait until the API accepts them, finished ones are deleted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from live_recording.core.kinds import KindName, TemplateKind, template_kind_of
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import Site
from live_recording.core.windows import creatable_from, phase
from live_recording.desired.recordings import TaskOccurrence, scheduled_recordings
from live_recording.desired.specs import (
    CallbackRuleSpec,
    CallbackTemplateSpec,
    LiveRecordSpec,
    ResourceSpec,
    RuleSpec,
    TaskSpec,
    TemplateSpec,
)
from live_recording.stackfile.model import CallbackTemplate, Rule, Stack, Task, Template, TemplateArgs

NO_RECORD = "no-record"
"""The built-in template without formats for rules with `record: false`; created only if there are any."""


@dataclass(frozen=True)
class DesiredResource:
    """One resource of the stack."""

    name: str
    spec: ResourceSpec
    template: str | None = None  # name of the template resource that provides template_id
    previous_name: str | None = None
    protect: bool = False  # whether the engine refuses to delete or replace it

    @property
    def kind(self) -> KindName:
        """Return the kind of the resource."""
        return self.spec.kind

    @property
    def template_kind(self) -> TemplateKind:
        """Return the kind of the template that *template* names."""
        return template_kind_of(self.kind)

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        """Return the inputs of the resource, without the id of a managed template."""
        return self.spec.to_inputs()


@dataclass(frozen=True, slots=True)
class DesiredState:
    """The resources of a stack, and its outputs."""

    resources: tuple[DesiredResource, ...]
    later: Mapping[str, str]  # task -> first day on which `pulumi up` creates it
    effective: Mapping[str, str]  # rule key -> what records it
    usage: Mapping[str, str]  # section -> used/limit
    finished: tuple[DesiredResource, ...] = ()  # protected tasks that are over: the program declares them unprotected


def desired_resources(stack: Stack, owner: StackRef, site: Site, now: datetime) -> DesiredState:
    """Return the desired state of a stack without errors."""
    recordings = scheduled_recordings(stack, now)
    tasks = [task for _, task in sorted(recordings.tasks.items())]
    current = [task for task in tasks if phase(task.window, now, site) in ("planned", "running")]
    live_records = [record for _, record in sorted(recordings.live_records.items()) if record.window.end > now]
    resources = (
        *_templates(stack, owner),
        *(_rule(key, rule) for key, rule in sorted(stack.rules.items())),
        *map(_task, current),
        *(DesiredResource(r.name, LiveRecordSpec(r.entry, r.window), None, r.previous_name) for r in live_records),
        *_callbacks(stack, owner),
    )
    effective = {str(rule.natural): _recorder(rule) for _, rule in sorted(stack.rules.items())}
    finished = tuple(_finished_protected(tasks, site, now))
    return DesiredState(resources, _later(tasks, site, now), effective, _usage(stack, resources), finished)


def later_tasks(stack: Stack, site: Site, now: datetime) -> dict[str, str]:
    """Return each task that the API does not accept yet, with the first day on which `pulumi up` creates it."""
    tasks = scheduled_recordings(stack, now).tasks
    return _later((task for _, task in sorted(tasks.items())), site, now)


def name_in_account(owner: StackRef, key: str, template: Template | CallbackTemplate) -> str:
    """Return the name of a template in the account."""
    return template.template_name if template.template_name is not None else owner.template_name(key)


def _later(tasks: Iterable[TaskOccurrence], site: Site, now: datetime) -> dict[str, str]:
    return {
        task.name: _first_whole_day(creatable_from(task.window, site))
        for task in tasks
        if phase(task.window, now, site) == "later"
    }


def _first_whole_day(time: datetime) -> str:
    """Return the first day on which `pulumi up` creates the task at any hour."""
    return f"{(time + timedelta(days=1, microseconds=-1)).date()}"


def _templates(stack: Stack, owner: StackRef) -> Iterator[DesiredResource]:
    for key, template in sorted(stack.templates.items()):
        spec = TemplateSpec(name_in_account(owner, key, template), template)
        yield DesiredResource(key, spec, previous_name=template.was, protect=template.protect)
    if stack.suppresses:
        settings = TemplateArgs(description="Made for record: false; records nothing")
        yield DesiredResource(NO_RECORD, TemplateSpec(owner.template_name(NO_RECORD), settings))


def _rule(key: str, rule: Rule) -> DesiredResource:
    template = NO_RECORD if rule.record is False else rule.template
    return DesiredResource(key, RuleSpec(rule.natural, rule.template_id), template, rule.was, rule.protect)


def _callbacks(stack: Stack, owner: StackRef) -> Iterator[DesiredResource]:
    for key, template in sorted(stack.callback_templates.items()):
        settings = CallbackTemplateSpec(name_in_account(owner, key, template), template, template.callback_key)
        yield DesiredResource(key, settings, None, template.was, template.protect)
    for key, rule in sorted(stack.callback_rules.items()):
        spec = CallbackRuleSpec(rule.natural, rule.template_id)
        yield DesiredResource(key, spec, rule.callback_template, rule.was, rule.protect)


def _task(task: TaskOccurrence) -> DesiredResource:
    """Return the resource of a task. The engine protects it if it is an entry; else it is an input that does.

    The engine could not delete a recording of a schedule that is over and therefore no longer declared.
    """
    entry = task.entry
    protect, is_entry = bool(entry.protect), isinstance(entry, Task)
    spec = TaskSpec(task.stream, task.window, entry.stream_type, entry.template_id, protect=protect and not is_entry)
    return DesiredResource(task.name, spec, entry.template, task.previous_name, protect and is_entry)


def _finished_protected(tasks: Iterable[TaskOccurrence], site: Site, now: datetime) -> Iterator[DesiredResource]:
    for task in tasks:
        if phase(task.window, now, site) == "finished":
            resource = _task(task)
            if resource.protect:
                yield replace(resource, protect=False)


def _recorder(rule: Rule) -> str:
    if rule.record is False:
        return "not recorded"
    return rule.template or f"template_id {rule.template_id}"


def _usage(stack: Stack, resources: Iterable[DesiredResource]) -> dict[str, str]:
    kinds = [resource.kind for resource in resources]
    usage = {
        "rules": f"{kinds.count('rule')}/{stack.limits.rules}",
        "templates": f"{kinds.count('template')}/{stack.limits.templates}",
    }
    if stack.callback_templates:
        usage["callback_templates"] = f"{kinds.count('callback_template')}/{stack.limits.callback_templates}"
    return usage
