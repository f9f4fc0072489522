"""Entries that were over before they could record: a wrong day, hour or zone that no check of the file can see.

A task that finished in the ordinary way is still listed by the account, or is in the stack's state. The account lists
finished tasks as far back as account data reaches. The commit before the change shows older ones, and schedules: what the
change adds, and what is over already, was never in force.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from live_recording.account.snapshot import Snapshot
from live_recording.core.findings import Finding, KeyPath
from live_recording.core.text import quoted
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import TASK_MAX
from live_recording.desired.recordings import TaskOccurrence, recurrence_of, scheduled_recordings
from live_recording.desired.recurrence import Recurrence, start_times
from live_recording.lint.time_warnings import has_no_day
from live_recording.project import StackFile
from live_recording.review.changes import PlannedChange
from live_recording.stackfile.model import Stack

FINDING = "never-records"
_ADVICE = "It never records. Correct its times, or remove it."


def never_recorded(
    source: StackFile,
    stack: Stack,
    base: Stack | None,
    changes: Iterable[PlannedChange],
    snapshot: Snapshot | None,
    now: datetime,
) -> Iterator[Finding]:
    """Yield a warning for each entry of the file that is over and was never in the account, or is not in *base*.

    *base* is the stack before the change; None, like a missing snapshot, is not known.
    """
    in_state = {change.name for change in changes if change.kind == "task"}
    missing = {task.path: _sentence(task) for task in _missing_tasks(stack, snapshot) if task.name not in in_state}
    added = {path: sentence for path, sentence in _added_too_late(stack, base, now) if path[-1] not in in_state}
    for path, sentence in (added | missing).items():
        yield Finding.new(FINDING, path, sentence).at(*source.checked.sources.locate(path))


def _added_too_late(stack: Stack, base: Stack | None, now: datetime) -> Iterator[tuple[KeyPath, str]]:
    """Yield the path of each entry that is over and that the base does not have, with what that means."""
    if base is None:
        return
    before = {(task.path, task.stream, task.window) for task in _declared_tasks(base, now)}
    for task in _declared_tasks(stack, now):
        if task.window.end <= now and (task.path, task.stream, task.window) not in before:
            yield task.path, f"This change is too late: the task ended at {rfc3339(task.window.end)}. {_ADVICE}"
    for key, schedule in stack.schedules.items():
        recurrence = recurrence_of(schedule, stack.time_zone)
        if key not in base.schedules and _had_only_days_before(recurrence, now - TASK_MAX):
            sentence = f"This change is too late: the last day of the schedule is over. {_ADVICE}"
            yield ("schedules", key), sentence


def _declared_tasks(stack: Stack, now: datetime) -> Iterator[TaskOccurrence]:
    return (task for task in scheduled_recordings(stack, now).tasks.values() if task.path[0] == "tasks")


def _had_only_days_before(recurrence: Recurrence, moment: datetime) -> bool:
    """Return whether the last day is over; that a schedule has no day at all is reported by the check of the file."""
    return not has_no_day(recurrence) and next(start_times(recurrence, moment), None) is None


def _missing_tasks(stack: Stack, snapshot: Snapshot | None) -> Iterator[TaskOccurrence]:
    """Yield the finished tasks of the file that the account data would show, but does not."""
    if snapshot is None:
        return
    for task in _declared_tasks(stack, snapshot.at):
        if _is_over(task, snapshot.at) and not _was_created(task, snapshot):
            yield task


def _is_over(task: TaskOccurrence, at: datetime) -> bool:
    """Return whether the task is finished, and recent enough to be in the account data."""
    start = task.window.start
    return start is not None and start >= at - TASK_MAX and task.window.end <= at


def _was_created(task: TaskOccurrence, snapshot: Snapshot) -> bool:
    return any(live.stream == task.stream and live.window.end == task.window.end for live in snapshot.tasks.values())


def _sentence(task: TaskOccurrence) -> str:
    return (
        f"The task ended at {rfc3339(task.window.end)}, and the account never had it for {quoted(str(task.stream))}: it was "
        f"over before it could be created. {_ADVICE}"
    )
