"""Time windows of tasks: phases, the earliest creation, overlaps."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Literal

from live_recording.core.vendor import Site

Phase = Literal["later", "planned", "running", "finished"]


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The time of a task: from *start* (None: from its creation) to *end*."""

    start: datetime | None
    end: datetime


def creatable_from(window: Window, site: Site) -> datetime:
    """Return the earliest time at which the API accepts the task (CN:45983, IN:37309)."""
    bounds = [window.end - site.end_within + timedelta(seconds=1)] if site.end_within else []
    if site.start_within and window.start:
        bounds.append(window.start - site.start_within)
    return max(bounds, default=datetime.min.replace(tzinfo=window.end.tzinfo))


def phase(window: Window, now: datetime, site: Site) -> Phase:
    """Return the phase of a task at *now*."""
    if window.end <= now:
        return "finished"
    if window.start is None or window.start <= now:
        return "running"
    return "planned" if creatable_from(window, site) <= now else "later"


def overlap_violations(windows: Mapping[str, Window], now: datetime, most: int) -> Iterator[tuple[str, ...]]:
    """Yield, for each window that starts while *most* others are open, its name and theirs; past windows do not count."""
    open_windows: list[tuple[datetime, str]] = []  # heap by end
    for name, span in sorted(windows.items(), key=lambda item: (item[1].start or now, item[0])):
        while open_windows and open_windows[0][0] <= (span.start or now):
            heappop(open_windows)
        if span.end <= now:
            continue
        heappush(open_windows, (span.end, name))
        if len(open_windows) > most:
            yield (name, *sorted(other for _, other in open_windows if other != name))


def surplus_windows(
    windows: Mapping[str, Window], now: datetime, most: int, keep: Collection[str] = ()
) -> Iterator[str]:
    """Yield the windows to remove, none of *keep*, so that at most *most* overlap: of those that overlap, the last."""
    rest = dict(windows)
    while surplus := next(
        (name for group in overlap_violations(rest, now, most) for name in group if name not in keep), None
    ):
        del rest[surplus]
        yield surplus
