"""Recordings by the deprecated CreateLiveRecord: scheduled, or in real time from their creation on.

Rule 1: what is said here holds for an entry of a file and for the arguments of a resource alike.
Rule 2: nothing here looks at a task; the two generations of the API share no limit, no horizon and no id.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.timefmt import rfc3339
from live_recording.core.windows import Window
from live_recording.desired import windows
from live_recording.desired.windows import TIMES
from live_recording.stackfile.model import LiveRecordArgs


def window(path: KeyPath, args: LiveRecordArgs, zone: str) -> Window | Finding | None:
    """When the recording runs, or why that cannot be said; None: in real time, for as long as its duration says."""
    if args.highlight:
        if args.start is not None:
            sentence = (
                "start cannot stand beside highlight: true, which records from its creation on. Keep one of them."
            )
            return Finding.new("unknown-field", (*path, "start"), sentence)
        return None if args.end is None else windows.window(path, args, zone)
    if args.start is None:
        sentence = "The field start is missing. Add it, or highlight: true to record from the creation on."
        return Finding.new("missing-field", path, sentence)
    return windows.window(path, args, zone)


def normalize_live_record(args: LiveRecordArgs, span: Window | None) -> dict[str, Any]:
    """The set fields as the state keeps them: times RFC 3339 UTC, a length as an end where the start is known."""
    fields = args.model_dump(include={*LiveRecordArgs.model_fields}, exclude_none=True)
    if span is None:
        return fields
    at: Mapping[str, datetime | None] = {"start": span.start, "end": span.end}
    rest = {name: value for name, value in fields.items() if name not in TIMES}
    return rest | {name: rfc3339(value) for name, value in at.items() if value}
