"""The range check for all fields that hold a duration."""

from collections.abc import Iterator

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.timefmt import UNIT_SECONDS, format_duration
from live_recording.stackfile.entries import Entry


def out_of_range(path: KeyPath, entry: Entry, name: str, low: int, high: int) -> Iterator[Finding]:
    """Check that the duration *name* of the entry, if it is set, is from *low* to *high* seconds."""
    value = getattr(entry, name, None)
    if value is None or low <= value <= high:
        return
    allowed = f"{format_duration(low)} to {format_duration(high)}" if low else f"at most {format_duration(high)}"
    forever = ", or forever" if name == "storage_time" else ""
    seconds = f" ({value} s)" if value >= UNIT_SECONDS["m"] else ""
    sentence = f"{format_duration(value)}{seconds} is out of range. Allowed: {allowed}{forever}."
    yield Finding.new("out-of-range", (*path, name), sentence)
