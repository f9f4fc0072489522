"""The time window of a task or live record, from the fields of its entry. All times are aware UTC datetimes."""

from datetime import datetime, timedelta

from live_recording.core.errors import InvalidValue
from live_recording.core.findings import Finding, KeyPath
from live_recording.core.windows import Window
from live_recording.stackfile.model import LiveRecordArgs, TaskArgs
from live_recording.stackfile.times import instant

CENTURY = 36525 * 86400
"""Seconds. A longer duration is cut to this: far too long for any task, and no date overflows."""
TIME_FIELDS = frozenset({"start", "end", "duration"})
"""The fields that define when a recording runs."""


def resolve_window(path: KeyPath, args: TaskArgs | LiveRecordArgs, zone: str) -> Window | Finding:
    """Return when the task or live record runs, or a finding if its fields do not define that."""
    start, end = resolve_time((*path, "start"), args.start, zone), resolve_time((*path, "end"), args.end, zone)
    if isinstance(start, Finding):
        return start
    if isinstance(end, Finding):
        return end
    if end is not None:
        return Window(start, end) if args.duration is None else _duration_and_end(path)
    if start is not None and args.duration is not None:
        return Window(start, start + timedelta(seconds=min(args.duration, CENTURY)))
    advice = (
        "Add `end: TIME` or `duration: LENGTH`."
        if start
        else "A task without `start` begins when it is created and needs an `end`. Add `end`, or add `start`."
    )
    return Finding.new("missing-field", path, f"Required field `end` is missing. {advice}")


def resolve_time(path: KeyPath, value: datetime | None, zone: str) -> datetime | Finding | None:
    """Return the UTC time of the field at *path*, None if it is not set, or a finding if there is no such time."""
    try:
        return None if value is None else instant(value, zone)
    except InvalidValue as refusal:
        return Finding.new(refusal.finding_id, path, refusal.message)


def _duration_and_end(path: KeyPath) -> Finding:
    sentence = "`duration` and `end` are mutually exclusive. Keep one of them."
    return Finding.new("unknown-field", (*path, "duration"), sentence)
