"""What is coming in an account: its limits during a plan, the tasks of the next days, and what others own.

Rule 1: what is said of tasks holds for the account as it will be, and what a plan removes is said too. Rule 2: what is
not managed is what this stack has neither before nor after.
"""

from collections.abc import Container
from datetime import datetime, timedelta
from typing import Literal

from live_recording.account.objects import name_of
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


def limits(made: SimulatedPlan, allowed: Limits) -> tuple[Limit, ...]:
    """How full the account is before, at most, and after."""
    foreign = {"rules": len(_foreign_rules(made)), "templates": len(_foreign_templates(made))}
    before, after = made.before.account, made.after.account
    return tuple(
        Limit(
            section,
            len(getattr(before, section)),
            made.peak[section],
            len(getattr(after, section)),
            getattr(allowed, section),
            foreign[section],
        )
        for section in SECTIONS
    )


def tasks(made: SimulatedPlan, singles: Container[str], now: datetime) -> tuple[Task, ...]:
    """The tasks of the next seven days, by their beginning; *singles* are the keys of the file's single tasks."""
    before, after = recording_intervals(made.before.account, now), recording_intervals(made.after.account, now)
    had, has = _task_names(made.before), _task_names(made.after)
    former, names = set(had.values()), set(has.values())
    found: list[Task] = []
    for one in after.values():
        change: TaskChange = "changed" if one.id in before or has.get(one.id) in former else "new"
        if one.id in before and one.formats == before[one.id].formats:
            change = "kept"
        found.append(_task(one, made.after, singles, now, change))
    gone = (one for one in before.values() if one.id not in after and had.get(one.id) not in names)
    found += [_task(one, made.before, singles, now, "removed") for one in gone]
    week = sorted(
        (one for one in found if one.start < now + AHEAD), key=lambda one: (one.start, one.end, one.stream, one.name)
    )
    beside = _by_stream(week)
    return tuple(one._replace(overlaps=_overlaps(one, beside[one.stream])) for one in week)


def _task_names(picture: AccountView) -> dict[str, str]:
    return {str(ref): name for (kind, ref), name in picture.names.items() if kind == "task"}


def _task(
    one: RecordingInterval, picture: AccountView, singles: Container[str], now: datetime, change: TaskChange
) -> Task:
    name = picture.names.get(("task", one.id))
    return Task(
        display_name("task", name, singles) if name else one.id,
        str(one.stream),
        one.start,
        one.end,
        picture.template(one.template) if one.template else "",
        one.formats,
        change,
        managed=name is not None,
        soon=one.start <= now + SOON,
        overlaps=(),
    )


def _by_stream(week: list[Task]) -> dict[str, list[Task]]:
    found: dict[str, list[Task]] = {}
    for one in week:
        found.setdefault(one.stream, []).append(one)
    return found


def _overlaps(one: Task, beside: list[Task]) -> tuple[str, ...]:
    if one.change == "removed":
        return ()
    others = (other for other in beside if other != one and other.change != "removed")
    return tuple(sorted(other.name for other in others if one.start < other.end and other.start < one.end))


def unmanaged(made: SimulatedPlan, owner: StackRef, now: datetime) -> tuple[str, ...]:
    """What the account holds and this stack does not manage, a sentence each."""
    account, ours = made.before.account, {**made.before.names, **made.after.names}
    running = sorted(recording_intervals(account, now).values(), key=lambda one: (one.stream, one.start, one.id))
    rules = (
        f"The rule {at} points to template {_template(account, account.rules[at], owner)}."
        for at in _foreign_rules(made)
    )
    templates = (f"No entry has template {_template(account, i, owner)}." for i in _foreign_templates(made))
    tasks = (
        f"The task {one.id} records {one.stream} from {rfc3339(one.start)} to {rfc3339(one.end)}."
        for one in running
        if ("task", one.id) not in ours
    )
    return (*rules, *templates, *tasks)


def _foreign_rules(made: SimulatedPlan) -> list[StreamKey]:
    ours = {**made.before.names, **made.after.names}
    return sorted(at for at in made.before.account.rules if ("rule", at) not in ours)


def _foreign_templates(made: SimulatedPlan) -> list[str]:
    ours = {**made.before.names, **made.after.names}
    return sorted((i for i in made.before.account.templates if ("template", i) not in ours), key=int)


def _template(account: Snapshot, template_id: str, owner: StackRef) -> str:
    """A template by its id and name, and whose it is, as far as the name tells."""
    name = name_of(account.templates.get(template_id, {}))
    whose = StackRef.of_template(name)
    of = f" of stack {whose.description}" if whose and whose != owner else ""
    return f"{template_id} ({escaped(name)}){of}" if name else template_id
