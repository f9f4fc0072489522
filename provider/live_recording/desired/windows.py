"""When tasks run, and which of them may be created now.

Rule 1: all times are aware UTC datetimes; `now` is given, never read.
Rule 2: only planned and running tasks are declared; later ones wait for their day, finished ones are gone.
"""

from datetime import datetime, timedelta

from live_recording.core.errors import InvalidValue
from live_recording.core.findings import Finding, KeyPath
from live_recording.core.windows import Window
from live_recording.stackfile.model import LiveRecordArgs, TaskArgs
from live_recording.stackfile.times import instant

CENTURY = 36525 * 86400  # seconds; far too long for a task, and no date overflows
TIMES = frozenset({"start", "end", "duration"})
"""The fields that say when something is recorded."""


def window(path: KeyPath, args: TaskArgs | LiveRecordArgs, zone: str) -> Window | Finding:
    """When the task or live record runs, or why that cannot be said."""
    start, end = point((*path, "start"), args.start, zone), point((*path, "end"), args.end, zone)
    if isinstance(start, Finding):
        return start
    if isinstance(end, Finding):
        return end
    if end is not None:
        both = Finding.new("unknown-field", (*path, "duration"), "duration cannot stand beside end. Keep one of them.")
        return Window(start, end) if args.duration is None else both
    if start is not None and args.duration is not None:
        return Window(start, start + timedelta(seconds=min(args.duration, CENTURY)))
    advice = (
        "Add end: TIME or duration: LENGTH."
        if start
        else "A task without start begins when it is created, so only end can say when it stops. Add it, or add start."
    )
    return Finding.new("missing-field", path, f"The field end is missing. {advice}")


def point(path: KeyPath, value: datetime | None, zone: str) -> datetime | Finding | None:
    """The instant that the field at *path* names, if it is set, or why it names none."""
    try:
        return None if value is None else instant(value, zone)
    except InvalidValue as refusal:
        return Finding.new(refusal.finding_id, path, refusal.message)
