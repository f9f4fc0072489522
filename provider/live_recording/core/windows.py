"""TODO live_recording.core.windows."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Literal, NamedTuple

from live_recording.core.vendor import Site

Phase = Literal["later", "planned", "running", "finished"]


class Window(NamedTuple):
    """A task's time: from *start* (None: from its creation) to *end*."""

    start: datetime | None
    end: datetime


def creatable_from(window: Window, site: Site) -> datetime:
    """The earliest time at which the vendor takes the task (CN:45983, IN:37309)."""
    bounds = [window.end - site.end_within + timedelta(seconds=1)] if site.end_within else []
    if site.start_within and window.start:
        bounds.append(window.start - site.start_within)
    return max(bounds, default=datetime.min.replace(tzinfo=window.end.tzinfo))


def phase(window: Window, now: datetime, site: Site) -> Phase:
    """Where a task stands at *now*."""
    if window.end <= now:
        return "finished"
    if window.start is None or window.start <= now:
        return "running"
    return "planned" if creatable_from(window, site) <= now else "later"


def overlap_violations(windows: Mapping[str, Window], now: datetime, most: int) -> Iterator[tuple[str, ...]]:
    """For each window that opens while *most* others are open: its name, then theirs. What is over does not count."""
    opened: list[tuple[datetime, str]] = []  # by end
    for name, span in sorted(windows.items(), key=lambda item: (item[1].start or now, item[0])):
        while opened and opened[0][0] <= (span.start or now):
            heappop(opened)
        if span.end <= now:
            continue
        heappush(opened, (span.end, name))
        if len(opened) > most:
            yield (name, *sorted(other for _, other in opened if other != name))
