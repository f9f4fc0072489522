"""When a recording by the deprecated CreateLiveRecord runs: scheduled, or in real time from its creation.

The functions accept an entry of a stack file and the arguments of a resource. The two API generations share no limit,
no horizon and no id, so tasks are not considered here.
"""

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.windows import Window
from live_recording.desired.windows import resolve_window
from live_recording.stackfile.model import LiveRecordArgs


def resolve_live_record_window(path: KeyPath, args: LiveRecordArgs, zone: str) -> Window | Finding | None:
    """Return when the recording runs, None for a real-time recording that ends after its duration, or a finding."""
    if not args.highlight:
        if args.start is not None:
            return resolve_window(path, args, zone)
        sentence = "Required field `start` is missing. Add it, or `highlight: true` to record from creation."
        return Finding.new("missing-field", path, sentence)
    if args.start is None:
        return None if args.end is None else resolve_window(path, args, zone)
    sentence = "`start` and `highlight: true` are mutually exclusive: real-time recordings start at creation. Keep one of them."
    return Finding.new("unknown-field", (*path, "start"), sentence)
