"""TODO live_recording.lint.ranges."""

from collections.abc import Iterator

from live_recording.core.findings import Finding, KeyPath
from live_recording.core.timefmt import UNIT_SECONDS, format_duration
from live_recording.stackfile.fields import Entry


def ranged(path: KeyPath, entry: Entry, name: str, low: int, high: int) -> Iterator[Finding]:
    """Whether the length of time *name* of the entry, if it has one, is from *low* to *high* seconds."""
    value = getattr(entry, name, None)
    if value is not None and not low <= value <= high:
        allowed = f"{format_duration(low)} to {format_duration(high)}" if low else f"at most {format_duration(high)}"
        seconds = f" ({value} s)" if value >= UNIT_SECONDS["m"] else ""
        forever = ", or forever," if name == "storage_time" else ""
        sentence = f"This is {format_duration(value)}{seconds}, but {allowed}{forever} is allowed here."
        yield Finding.new("out-of-range", (*path, name), sentence)
