"""What an account holds during and after a plan: its limits, the tasks of the next days, and unmanaged objects."""

from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from live_recording.account.objects import ObjectRef
from live_recording.account.snapshot import Snapshot
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.text import escaped
from live_recording.core.timefmt import rfc3339
from live_recording.review.changes import display_name
from live_recording.review.intervals import RecordingInterval, recording_intervals
from live_recording.review.model import Limit, Task, TaskChange
from live_recording.review.ownership import AccountView
from live_recording.review.simulation import SimulatedPlan
from live_recording.stackfile.model import Limits

AHEAD = timedelta(days=7)
SOON = timedelta(minutes=30)
SECTIONS: tuple[Literal["rules", "templates"], ...] = ("rules", "templates")


def limits_during(plan: SimulatedPlan, allowed: Limits) -> tuple[Limit, ...]:
    """Return how many slots are in use before, at the peak, and after."""
    unmanaged = {"rules": len(_unmanaged_rules(plan)), "templates": len(_unmanaged_templates(plan))}
    return tuple(
        Limit(
            section,
            len(getattr(plan.before.account, section)),
            plan.peak[section],
            len(getattr(plan.after.account, section)),
            getattr(allowed, section),
            unmanaged[section],
        )
        for section in SECTIONS
    )


def upcoming_tasks(plan: SimulatedPlan, single_tasks: Container[str], now: datetime) -> tuple[Task, ...]:
    """Return the tasks of the next seven days by start, removed ones included.

    *single_tasks* are the keys of the file's single tasks.
    """
    tasks = [*_tasks_after(plan, single_tasks, now), *_removed_tasks(plan, single_tasks, now)]
    week = sorted(
        (task for task in tasks if task.start < now + AHEAD),
        key=lambda task: (task.start, task.end, task.stream, task.name),
    )
    by_stream: dict[str, list[Task]] = {}
    for task in week:
        by_stream.setdefault(task.stream, []).append(task)
    return tuple(replace(task, overlaps=_overlaps(task, by_stream[task.stream])) for task in week)


def _tasks_after(plan: SimulatedPlan, single_tasks: Container[str], now: datetime) -> Iterator[Task]:
    before = recording_intervals(plan.before.account, now)
    names, old_names = _task_names(plan.after), set(_task_names(plan.before).values())
    for interval in recording_intervals(plan.after.account, now).values():
        change: TaskChange = "new"
        if interval.id in before:
            change = "kept" if interval.formats == before[interval.id].formats else "changed"
        elif names.get(interval.id) in old_names:
            change = "changed"
        yield _task(interval, plan.after, single_tasks, now, change)


def _removed_tasks(plan: SimulatedPlan, single_tasks: Container[str], now: datetime) -> Iterator[Task]:
    after = recording_intervals(plan.after.account, now)
    old_names, names = _task_names(plan.before), set(_task_names(plan.after).values())
    for interval in recording_intervals(plan.before.account, now).values():
        if interval.id not in after and old_names.get(interval.id) not in names:
            yield _task(interval, plan.before, single_tasks, now, "removed")


def _task_names(view: AccountView) -> dict[str, str]:
    return {str(ref.id): name for ref, name in view.names.items() if ref.kind == "task"}


def _task(
    interval: RecordingInterval, view: AccountView, single_tasks: Container[str], now: datetime, change: TaskChange
) -> Task:
    name = view.names.get(ObjectRef("task", interval.id))
    return Task(
        display_name("task", name, single_tasks) if name else interval.id,
        str(interval.stream),
        interval.start,
        interval.end,
        view.template(interval.template) if interval.template else "",
        interval.formats,
        change,
        managed=name is not None,
        soon=interval.start <= now + SOON,
        overlaps=(),
    )


def _overlaps(task: Task, same_stream: list[Task]) -> tuple[str, ...]:
    if task.change == "removed":
        return ()
    others = (other for other in same_stream if other != task and other.change != "removed")
    return tuple(sorted(other.name for other in others if task.start < other.end and other.start < task.end))


def unmanaged_objects(plan: SimulatedPlan, owner: StackRef, now: datetime) -> tuple[str, ...]:
    """Return a sentence for each object of the account that this stack has neither before nor after."""
    account = plan.before.account
    rules = (
        f"Rule {key} points to template {_describe_template(account, account.rules[key], owner)}."
        for key in _unmanaged_rules(plan)
    )
    templates = (
        f"Template {_describe_template(account, template_id, owner)} has no entry in this stack."
        for template_id in _unmanaged_templates(plan)
    )
    return (*rules, *templates, *_unmanaged_tasks(plan, now))


def _unmanaged_tasks(plan: SimulatedPlan, now: datetime) -> Iterator[str]:
    managed = {**plan.before.names, **plan.after.names}
    intervals = recording_intervals(plan.before.account, now).values()
    for interval in sorted(intervals, key=lambda interval: (interval.stream, interval.start, interval.id)):
        if ObjectRef("task", interval.id) not in managed:
            window = f"from {rfc3339(interval.start)} to {rfc3339(interval.end)}"
            yield f"Task {interval.id} records {interval.stream} {window}."


def _unmanaged_rules(plan: SimulatedPlan) -> list[StreamKey]:
    managed = {**plan.before.names, **plan.after.names}
    return sorted(key for key in plan.before.account.rules if ObjectRef("rule", key) not in managed)


def _unmanaged_templates(plan: SimulatedPlan) -> list[str]:
    managed = {**plan.before.names, **plan.after.names}
    return sorted((i for i in plan.before.account.templates if ObjectRef("template", i) not in managed), key=int)


def _describe_template(account: Snapshot, template_id: str, owner: StackRef) -> str:
    """Return a template by its id and name, with the stack that owns it according to the name."""
    template = account.templates.get(template_id)
    if template is None or not template.name:
        return template_id
    stack = StackRef.of_template(template.name)
    owned = f", owned by stack {escaped(stack.description)}" if stack and stack != owner else ""
    return f"{template_id} ({escaped(template.name)}{owned})"
