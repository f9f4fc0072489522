"""What is recorded at a time: tasks, the occurrences of schedules near now, and live records.

Rule 1: an occurrence has a name that never changes: its schedule and its nominal wall-clock time.
Rule 2: of a schedule only what matters now is looked at: from a day ago to a week ahead, and the next one after that.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from live_recording.core.findings import Finding, KeyPath, format_path
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import TASK_MAX
from live_recording.core.windows import Window
from live_recording.desired import live_records, windows
from live_recording.desired.recurrence import Days, never, occurrences
from live_recording.stackfile.model import LiveRecord, Schedule, Stack, Task
from live_recording.stackfile.rrule import needs_first

BACK, AHEAD = TASK_MAX, timedelta(days=8)
"""A running task began at most so long ago; no site takes tasks that start more than 7 days ahead."""


Timed = Task | Schedule | LiveRecord
Timed_co = TypeVar("Timed_co", bound=Timed, covariant=True)


class Occurrence(NamedTuple, Generic[Timed_co]):
    """One recording: the resource *name* that comes from the entry at *path*."""

    name: str
    path: KeyPath
    entry: Timed_co
    window: Window
    was: str | None

    @property
    def stream(self) -> StreamKey:
        """The full name of what is recorded; without a domain where the entry has none."""
        return StreamKey(self.entry.domain or "", self.entry.app, self.entry.stream)


TaskSlot = Occurrence[Task | Schedule]
LiveSlot = Occurrence[LiveRecord]
AnySlot = Occurrence[Timed]


class ScheduledRecordings(NamedTuple):
    """All slots by name, and why some entries have none."""

    slots: Mapping[str, TaskSlot]
    live: Mapping[str, LiveSlot]
    findings: tuple[Finding, ...]


def scheduled_recordings(stack: Stack, now: datetime) -> ScheduledRecordings:
    """The slots of all tasks and live records, and of the schedules near *now*."""
    slots: dict[str, TaskSlot] = {}
    found: list[Finding] = []
    for slot in (*_tasks(stack), *_schedules(stack, now)):
        if isinstance(slot, Finding):
            found.append(slot)
        elif slot.name in slots:
            other = format_path(slots[slot.name].path)
            found.append(
                Finding.new("duplicate-key", slot.path, f"Its task {slot.name} is {other} once more. Rename one.")
            )
        else:
            slots[slot.name] = slot
    live = {key: _live(key, entry, stack.time_zone) for key, entry in stack.live_records.items()}
    found += [slot for slot in live.values() if isinstance(slot, Finding)]
    return ScheduledRecordings(
        slots, {key: slot for key, slot in live.items() if isinstance(slot, Occurrence)}, tuple(found)
    )


def _live(key: str, entry: LiveRecord, zone: str) -> LiveSlot | Finding:
    path = ("live_records", key)
    span = live_records.window(path, entry, zone)
    if isinstance(span, Finding):
        return span
    if span is None:  # nobody could tell from the file when it is over
        why = "The field end is missing. A recording in real time begins with the next up, so only end says when it is over. Add it."
        return Finding.new("missing-field", path, why)
    return Occurrence(key, path, entry, span, entry.was)


def _tasks(stack: Stack) -> Iterator[TaskSlot | Finding]:
    for key, task in stack.tasks.items():
        span = windows.window(("tasks", key), task, stack.time_zone)
        yield span if isinstance(span, Finding) else Occurrence(key, ("tasks", key), task, span, task.was)


def _schedules(stack: Stack, now: datetime) -> Iterator[TaskSlot | Finding]:
    for key, entry in stack.schedules.items():
        path = ("schedules", key)
        days = Days(
            entry.rrule, entry.at, entry.first, entry.last, frozenset(entry.skipped), entry.time_zone or stack.time_zone
        )
        refusal = _refusal(path, days)
        if refusal:
            yield refusal
            continue
        for nominal, start in occurrences(days, now - BACK):
            stamp = f"{nominal:%Y%m%dT%H%M}"
            was = f"{entry.was}-{stamp}" if entry.was else None
            span = Window(start, start + timedelta(seconds=min(entry.duration, windows.CENTURY)))
            yield Occurrence(f"{key}-{stamp}", path, entry, span, was)
            if start > now + AHEAD:
                break


def _refusal(path: KeyPath, days: Days) -> Finding | None:
    if days.first is None and needs_first(days.rule):
        why = "Without its first day this recurrence has no beginning to count from. Add from: 2026-11-21."
        return Finding.new("missing-field", path, why)
    if days.first and days.last and days.last < days.first:
        return Finding.new(
            "bad-time", (*path, "until"), f"The last day {days.last} is before the first one, {days.first}. Swap them."
        )
    if never(days):
        return Finding.new("bad-rrule", (*path, "rrule"), f"{days.rule} never happens. Name days that exist.")
    return None
