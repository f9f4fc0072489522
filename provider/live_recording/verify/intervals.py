"""Sets of times: sorted intervals that neither overlap nor touch."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The time from *start* to *end*, which does not belong to it."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Return how long it is; negative or zero: it is empty."""
        return self.end - self.start

    def cut(self, other: "Interval") -> "Interval":
        """Return the part inside *other*; it may be empty."""
        return Interval(max(self.start, other.start), min(self.end, other.end))

    def overlaps(self, other: "Interval") -> bool:
        """Return whether both have some time in common."""
        return max(self.start, other.start) < min(self.end, other.end)


Intervals = tuple[Interval, ...]


def union(intervals: Iterable[Interval]) -> Intervals:
    """Return the time that is in any of the intervals."""
    merged: list[Interval] = []
    for interval in sorted(interval for interval in intervals if interval.length > timedelta(0)):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return tuple(merged)


def difference(intervals: Iterable[Interval], removed: Iterable[Interval]) -> Intervals:
    """Return the time that is in *intervals* and not in *removed*."""
    cuts = union(removed)
    return tuple(part for interval in union(intervals) for part in _without(interval, cuts))


def _without(interval: Interval, cuts: Sequence[Interval]) -> Iterator[Interval]:
    start = interval.start
    for cut in cuts:
        if cut.end <= start:
            continue
        if cut.start >= interval.end:
            break
        if cut.start > start:
            yield Interval(start, cut.start)
        start = cut.end
    if start < interval.end:
        yield Interval(start, interval.end)


def clipped(intervals: Iterable[Interval], window: Interval) -> Intervals:
    """Return the time of the intervals inside the *window*."""
    return union(interval.cut(window) for interval in intervals if interval.overlaps(window))


def total(intervals: Iterable[Interval]) -> timedelta:
    """Return the length of all intervals, which do not overlap."""
    return sum((interval.length for interval in intervals), timedelta(0))


def latest_part(intervals: Iterable[Interval], length: timedelta) -> Intervals:
    """Return the last part of the intervals with this length in all, or all of it if it is shorter."""
    found: list[Interval] = []
    for interval in reversed(union(intervals)):
        if length <= timedelta(0):
            break
        part = Interval(max(interval.start, interval.end - length), interval.end)
        found.append(part)
        length -= part.length
    return tuple(reversed(found))
