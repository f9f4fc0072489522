"""Recording channels: each format of each recording is one (IN:39605). The vendor bills the peak of the month.

For tasks the peak is known from their times. How many streams match a rule is not, so a rule counts per stream.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from live_recording.review.intervals import RecordingInterval
from live_recording.review.model import Channels, Pattern, recorded_formats

TASKS = "tasks"


def count_channels(
    before: Iterable[RecordingInterval], after: Iterable[RecordingInterval], patterns: Iterable[Pattern]
) -> Iterator[Channels]:
    """Yield the peak of all tasks, and the channels of a stream of each pattern for which they change."""
    tasks = Channels(TASKS, peak_of(before), peak_of(after))
    if tasks.before or tasks.after:
        yield tasks
    for pattern in patterns:
        one = Channels(pattern.name, len(recorded_formats(pattern.before)), len(recorded_formats(pattern.after)))
        if one.before != one.after:
            yield one


def peak_of(intervals: Iterable[RecordingInterval]) -> int:
    """Return how many channels are in use at the busiest moment."""
    changes: list[tuple[datetime, int]] = []
    for interval in intervals:
        changes += [(interval.start, len(interval.formats)), (interval.end, -len(interval.formats))]
    used = peak = 0
    for _, change in sorted(changes):  # at the same moment, ends come first
        used += change
        peak = max(peak, used)
    return peak
