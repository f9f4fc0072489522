"""Tasks that were over before they were created: a wrong day, hour or zone that no check of the file can see.

A task that finished in the ordinary way is still listed by the account, or is in the stack's state. The account lists
finished tasks as far back as account data reaches, so older ones are not judged.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from live_recording.account.snapshot import Snapshot
from live_recording.core.findings import Finding
from live_recording.core.text import quoted
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import TASK_MAX
from live_recording.desired.recordings import TaskOccurrence, scheduled_recordings
from live_recording.lint.acknowledgements import covers
from live_recording.project import StackFile
from live_recording.review.changes import PlannedChange
from live_recording.stackfile.model import Acknowledgement, Stack

FINDING = "never-records"


def never_recorded(
    source: StackFile,
    stack: Stack,
    changes: Iterable[PlannedChange],
    snapshot: Snapshot | None,
    acknowledged: Iterable[Acknowledgement],
) -> Iterator[Finding]:
    """Yield a warning for each finished task of the file that was never in the account, if the account data shows it."""
    if snapshot is None:
        return
    in_state = {change.name for change in changes if change.kind == "task"}
    accepted = tuple(acknowledged)
    for task in _missing_tasks(stack, snapshot):
        if task.name not in in_state and not any(covers(entry, FINDING, task.path) for entry in accepted):
            yield Finding.new(FINDING, task.path, _sentence(task)).at(*source.checked.sources.locate(task.path))


def _missing_tasks(stack: Stack, snapshot: Snapshot) -> Iterator[TaskOccurrence]:
    """Yield the finished tasks of the file that the account data would show, but does not."""
    for task in scheduled_recordings(stack, snapshot.at).tasks.values():
        if task.path[0] == "tasks" and _is_over(task, snapshot.at) and not _was_created(task, snapshot):
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
        "over before it could be created, so it never records. Correct its times, or remove it."
    )
