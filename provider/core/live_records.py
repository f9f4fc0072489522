"""Recordings by the deprecated CreateLiveRecord: scheduled, or in real time from their creation on.

Rule 1: what is said here holds for an entry of a file and for the arguments of a resource alike.
Rule 2: nothing here looks at a task; the two generations of the API share no limit, no horizon and no id.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from provider.core import schedule
from provider.core.findings import Finding, Path, finding, joined
from provider.core.limits import LIVE_RECORD_INTERVAL, REAL_TIME_MAX, STORAGE_TIME_MAX
from provider.core.models import LiveRecordArgs
from provider.core.schedule import TIMES, Window
from provider.core.templates import ranged
from provider.core.times import rfc3339, spoken

STREAM_PARAM = ("record_interval", "storage_time")
"""What goes into the parameter StreamParam, and all that it may hold (CN:30148)."""


def window(path: Path, args: LiveRecordArgs, zone: str) -> Window | Finding | None:
    """When the recording runs, or why that cannot be said; None: in real time, for as long as its duration says."""
    if args.highlight:
        if args.start is not None:
            sentence = (
                "start cannot stand beside highlight: true, which records from its creation on. Keep one of them."
            )
            return finding("unknown-field", joined((*path, "start")), sentence)
        return None if args.end is None else schedule.window(path, args, zone)
    if args.start is None:
        sentence = "The field start is missing. Add it, or highlight: true to record from the creation on."
        return finding("missing-field", joined(path), sentence)
    return schedule.window(path, args, zone)


def lengths(path: Path, args: LiveRecordArgs) -> Iterator[Finding]:
    """What is wrong with lengths of time that stand in the entry itself."""
    yield from ranged(path, args, "record_interval", *LIVE_RECORD_INTERVAL)
    yield from ranged(path, args, "storage_time", 0, STORAGE_TIME_MAX)
    if args.highlight and args.end is None:
        yield from ranged(path, args, "duration", 1, int(REAL_TIME_MAX.total_seconds()))


def times(path: Path, span: Window, now: datetime) -> Iterator[Finding]:
    """What is wrong with the time of a recording. No source limits how long or how far ahead a scheduled one is."""
    yield from schedule.backwards(path, span)
    if span.start is None and span.end - now > REAL_TIME_MAX:
        sentence = (
            f"The recording would last {spoken((span.end - now).total_seconds())} from now, when it would begin. In real time it "
            f"lasts at most {spoken(REAL_TIME_MAX.total_seconds())}. Name an earlier end, or schedule it: start instead of highlight."
        )
        yield finding("task-too-long", joined(path), sentence)


def normalised(args: LiveRecordArgs, span: Window | None) -> dict[str, Any]:
    """The set fields as the state keeps them: times RFC 3339 UTC, a length as an end where the start is known."""
    fields = args.model_dump(include={*LiveRecordArgs.model_fields}, exclude_none=True)
    if span is None:
        return fields
    at: Mapping[str, datetime | None] = {"start": span.start, "end": span.end}
    rest = {name: value for name, value in fields.items() if name not in TIMES}
    return rest | {name: rfc3339(value) for name, value in at.items() if value}
