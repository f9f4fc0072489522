"""Checks of live records, for an entry of a stack file and for the arguments of a resource."""

from collections.abc import Iterator
from datetime import datetime

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.timefmt import format_duration
from live_recording.core.vendor import LIVE_RECORD_INTERVAL, REAL_TIME_MAX, STORAGE_TIME_MAX
from live_recording.core.windows import Window
from live_recording.lint import ranges
from live_recording.lint.context import CheckContext
from live_recording.lint.tasks import task_backwards
from live_recording.stackfile.model import LiveRecordArgs

_REAL_TIME_SECONDS = int(REAL_TIME_MAX.total_seconds())


def check_live_records(context: CheckContext) -> Iterator[Finding]:
    """Check the durations and the window of each live record."""
    for key, entry in context.stack.live_records.items():
        yield from out_of_range(("live_records", key), entry)
    for recording in context.recordings.live_records.values():
        yield from check_live_record_window(recording.path, recording.window, context.now)


def out_of_range(path: KeyPath, args: LiveRecordArgs) -> Iterator[Finding]:
    """Check the durations that the entry sets."""
    yield from ranges.out_of_range(path, args, "record_interval", *LIVE_RECORD_INTERVAL)
    yield from ranges.out_of_range(path, args, "storage_time", 0, STORAGE_TIME_MAX)
    if args.highlight and args.end is None:
        yield from ranges.out_of_range(path, args, "duration", 1, _REAL_TIME_SECONDS)


def check_live_record_window(path: KeyPath, window: Window, now: datetime) -> Iterator[Finding]:
    """Check when the recording runs. No source limits how long, or how far ahead, a scheduled one is."""
    yield from task_backwards(path, window)
    if window.start is None and window.end - now > REAL_TIME_MAX:
        length = format_duration((window.end - now).total_seconds())
        sentence = (
            f"The recording would last {length}, counted from now. A real-time recording can last at most "
            f"{format_duration(_REAL_TIME_SECONDS)}. Set an earlier `end`, or set `start` instead of `highlight`."
        )
        yield Finding.new("task-too-long", path, sentence)
