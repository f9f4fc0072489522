"""TODO live_recording.lint.live_records."""

from collections.abc import Iterator
from datetime import datetime

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.timefmt import format_duration
from live_recording.core.vendor import LIVE_RECORD_INTERVAL, REAL_TIME_MAX, STORAGE_TIME_MAX
from live_recording.core.windows import Window
from live_recording.lint import tasks
from live_recording.lint.ranges import ranged
from live_recording.stackfile.model import LiveRecordArgs


def lengths(path: KeyPath, args: LiveRecordArgs) -> Iterator[Finding]:
    """What is wrong with lengths of time that stand in the entry itself."""
    yield from ranged(path, args, "record_interval", *LIVE_RECORD_INTERVAL)
    yield from ranged(path, args, "storage_time", 0, STORAGE_TIME_MAX)
    if args.highlight and args.end is None:
        yield from ranged(path, args, "duration", 1, int(REAL_TIME_MAX.total_seconds()))


def times(path: KeyPath, span: Window, now: datetime) -> Iterator[Finding]:
    """What is wrong with the time of a recording. No source limits how long or how far ahead a scheduled one is."""
    yield from tasks.backwards(path, span)
    if span.start is None and span.end - now > REAL_TIME_MAX:
        sentence = (
            f"The recording would last {format_duration((span.end - now).total_seconds())} from now, when it would begin. In real time it "
            f"lasts at most {format_duration(REAL_TIME_MAX.total_seconds())}. Name an earlier end, or schedule it: start instead of highlight."
        )
        yield Finding.new("task-too-long", path, sentence)
