"""When tasks run, and which of them may be created now.

Rule 1: all times are aware UTC datetimes; `now` is given, never read.
Rule 2: only planned and running tasks are declared; later ones wait for their day, finished ones are gone.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Literal, NamedTuple

from pydantic_core import PydanticCustomError

from provider.core.findings import Finding, Path, finding, joined
from provider.core.limits import TASK_MAX, Site
from provider.core.models import LiveRecordArgs, TaskArgs
from provider.core.times import instant, spoken
from provider.core.values import refused

_SHOWN = "%Y-%m-%dT%H:%MZ"
CENTURY = 36525 * 86400  # seconds; far too long for a task, and no date overflows
TIMES = frozenset({"start", "end", "duration"})
"""The fields that say when something is recorded."""
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


def crowded(windows: Mapping[str, Window], now: datetime, most: int) -> Iterator[tuple[str, ...]]:
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


def window(path: Path, args: TaskArgs | LiveRecordArgs, zone: str) -> Window | Finding:
    """When the task or live record runs, or why that cannot be said."""
    start, end = point((*path, "start"), args.start, zone), point((*path, "end"), args.end, zone)
    if isinstance(start, Finding):
        return start
    if isinstance(end, Finding):
        return end
    if end is not None:
        both = finding(
            "unknown-field", joined((*path, "duration")), "duration cannot stand beside end. Keep one of them."
        )
        return Window(start, end) if args.duration is None else both
    if start is not None and args.duration is not None:
        return Window(start, start + timedelta(seconds=min(args.duration, CENTURY)))
    advice = (
        "Add end: TIME or duration: LENGTH."
        if start
        else "A task without start begins when it is created, so only end can say when it stops. Add it, or add start."
    )
    return finding("missing-field", joined(path), f"The field end is missing. {advice}")


def point(path: Path, value: datetime | None, zone: str) -> datetime | Finding | None:
    """The instant that the field at *path* names, if it is set, or why it names none."""
    try:
        return None if value is None else instant(value, zone)
    except PydanticCustomError as refusal:
        kind, sentence = refused(refusal)
        return finding(kind, joined(path), sentence)


def backwards(path: Path, span: Window) -> Iterator[Finding]:
    """Whether it would end before it starts."""
    if span.start is not None and span.end <= span.start:
        sentence = (
            f"The task starts {span.start:{_SHOWN}} and ends {span.end:{_SHOWN}}. The end must be later than the start."
        )
        yield finding("task-backwards", joined(path), sentence)


def task(path: Path, span: Window, now: datetime) -> Iterator[Finding]:
    """What is wrong with a task's time."""
    start = span.start or now
    yield from backwards(path, span)
    if span.end - start > TASK_MAX:
        length, parts = spoken((span.end - start).total_seconds()), -(-(span.end - start) // TASK_MAX)
        counted = "" if span.start else " from now, when it would begin"
        sentence = (
            f"The recording would last {length}{counted}. One task may last at most 24 h. Split it into {parts} tasks."
        )
        yield finding("task-too-long", joined(path), sentence)
