"""When tasks run, and which of them may be created now.

Rule 1: all times are aware UTC datetimes; `now` is given, never read.
Rule 2: only planned and running tasks are declared; later ones wait for their day, finished ones are gone.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Literal, NamedTuple

from provider.core.limits import Site

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


def crowded(windows: Mapping[str, Window], now: datetime, most: int) -> Iterator[str]:
    """The names of windows that open while *most* others are open."""
    ends: list[datetime] = []
    for name, span in sorted(windows.items(), key=lambda item: (item[1].start or now, item[0])):
        while ends and ends[0] <= (span.start or now):
            heappop(ends)
        heappush(ends, span.end)
        if len(ends) > most:
            yield name
