"""Every recording that has a time: tasks, the occurrences of schedules near now, and live records.

The name of an occurrence never changes: it consists of the schedule's key and the nominal wall-clock time. A schedule is
expanded from one day ago to a week ahead, and to the first occurrence after that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from live_recording.core.findings import Finding, KeyPath, format_path
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import TASK_MAX
from live_recording.core.windows import Window
from live_recording.desired.live_records import resolve_live_record_window
from live_recording.desired.recurrence import Recurrence, never_occurs, start_times
from live_recording.desired.windows import CENTURY, resolve_window
from live_recording.stackfile.model import LiveRecord, Schedule, Stack, Task
from live_recording.stackfile.rrule import needs_first

_BACK, _AHEAD = TASK_MAX, timedelta(days=8)
"""A running task started at most this long ago. No site accepts tasks that start more than 7 days ahead."""


TimedEntry = Task | Schedule | LiveRecord
Entry_co = TypeVar("Entry_co", bound=TimedEntry, covariant=True)


@dataclass(frozen=True, slots=True)
class Occurrence(Generic[Entry_co]):
    """One recording: the resource *name* that the entry at *path* defines."""

    name: str
    path: KeyPath
    entry: Entry_co
    window: Window
    previous_name: str | None

    @property
    def stream(self) -> StreamKey:
        """Return the full name of the stream; the domain is empty if the entry has none."""
        return StreamKey(self.entry.domain or "", self.entry.app, self.entry.stream)


TaskOccurrence = Occurrence[Task | Schedule]
LiveRecordOccurrence = Occurrence[LiveRecord]
AnyOccurrence = Occurrence[TimedEntry]


@dataclass(frozen=True, slots=True)
class ScheduledRecordings:
    """All recordings by resource name, and a finding for each entry whose time cannot be resolved."""

    tasks: Mapping[str, TaskOccurrence]
    live_records: Mapping[str, LiveRecordOccurrence]
    findings: tuple[Finding, ...]

    @property
    def all(self) -> tuple[AnyOccurrence, ...]:
        """Return tasks, then live records."""
        return *self.tasks.values(), *self.live_records.values()


def scheduled_recordings(stack: Stack, now: datetime, ahead: timedelta = _AHEAD) -> ScheduledRecordings:
    """Return the recordings of all tasks and live records, and of the schedules from a day before *now* to *ahead* of it."""
    tasks: dict[str, TaskOccurrence] = {}
    findings: list[Finding] = []
    for result in (*_tasks(stack), *_schedules(stack, now, ahead)):
        if isinstance(result, Finding):
            findings.append(result)
        elif result.name in tasks:
            findings.append(_duplicate_name(result, tasks[result.name]))
        else:
            tasks[result.name] = result
    live_records = {key: _live_record(key, entry, stack.time_zone) for key, entry in stack.live_records.items()}
    findings += [result for result in live_records.values() if isinstance(result, Finding)]
    resolved = {key: result for key, result in live_records.items() if isinstance(result, Occurrence)}
    return ScheduledRecordings(tasks, resolved, tuple(findings))


def _tasks(stack: Stack) -> Iterator[TaskOccurrence | Finding]:
    for key, task in stack.tasks.items():
        path = ("tasks", key)
        window = resolve_window(path, task, stack.time_zone)
        yield window if isinstance(window, Finding) else Occurrence(key, path, task, window, task.was)


def _schedules(stack: Stack, now: datetime, ahead: timedelta) -> Iterator[TaskOccurrence | Finding]:
    for key, schedule in stack.schedules.items():
        recurrence = recurrence_of(schedule, stack.time_zone)
        finding = _check_recurrence(("schedules", key), recurrence)
        if finding is None:
            yield from _occurrences(key, schedule, recurrence, (now, now + ahead))
        else:
            yield finding


def recurrence_of(schedule: Schedule, zone: str) -> Recurrence:
    """Return the days and the time of day of a schedule; *zone* is that of its file."""
    skipped = frozenset(schedule.skipped)
    return Recurrence(schedule.rrule, schedule.at, schedule.first, schedule.last, skipped, schedule.time_zone or zone)


def _check_recurrence(path: KeyPath, recurrence: Recurrence) -> Finding | None:
    if recurrence.first is None and needs_first(recurrence.rule):
        sentence = "This recurrence counts from its first day. Add that day, such as `from: 2026-11-21`."
        return Finding.new("missing-field", path, sentence)
    if recurrence.first and recurrence.last and recurrence.last < recurrence.first:
        sentence = f"The last day {recurrence.last} is before the first day {recurrence.first}. Swap them."
        return Finding.new("bad-time", (*path, "until"), sentence)
    if never_occurs(recurrence):
        sentence = f"{recurrence.rule} matches no day. Use days that exist."
        return Finding.new("bad-rrule", (*path, "rrule"), sentence)
    return None


def _occurrences(
    key: str, schedule: Schedule, recurrence: Recurrence, near: tuple[datetime, datetime]
) -> Iterator[TaskOccurrence]:
    first, last = near
    for time in start_times(recurrence, first - _BACK):
        stamp = f"{time.nominal:%Y%m%dT%H%M}"
        previous_name = f"{schedule.was}-{stamp}" if schedule.was else None
        window = Window(time.start, time.start + timedelta(seconds=min(schedule.duration, CENTURY)))
        yield Occurrence(f"{key}-{stamp}", ("schedules", key), schedule, window, previous_name)
        if time.start > last:
            break


def _live_record(key: str, entry: LiveRecord, zone: str) -> LiveRecordOccurrence | Finding:
    path = ("live_records", key)
    window = resolve_live_record_window(path, entry, zone)
    if isinstance(window, Finding):
        return window
    if window is None:  # the file alone would not define when the recording is over
        sentence = "Required field `end` is missing. A real-time recording starts with the next `pulumi up`, so it needs an `end`."
        return Finding.new("missing-field", path, sentence)
    return Occurrence(key, path, entry, window, entry.was)


def _duplicate_name(occurrence: TaskOccurrence, other: TaskOccurrence) -> Finding:
    sentence = f"Its task name {occurrence.name} is already used by {format_path(other.path)}. Rename one of them."
    return Finding.new("duplicate-key", occurrence.path, sentence)
