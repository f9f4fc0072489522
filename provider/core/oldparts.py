"""The tasks that a recording becomes: one, or one for each day that it lasts.

Rule 1: parts follow each other without a gap, and none is longer than the vendor takes.
Rule 2: parts stand in the order of their times, whatever the order of their calls.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

from provider.core import keys
from provider.core.limits import OVERLAPS_MAX, TASK_MAX
from provider.core.oldrecordings import Recording
from provider.core.priority import Key
from provider.core.schedule import Window
from provider.core.times import CHINA


class Part(NamedTuple):
    """A recording, or one day of it."""

    recording: Recording
    window: Window
    number: int
    parts: int

    @property
    def identity(self) -> tuple[object, ...]:
        """What two tasks may not have in common."""
        return (self.recording.key, self.window, self.recording.template)

    @property
    def order(self) -> tuple[datetime, str, int, int]:
        """Its place among others: by time, then by where its call stands."""
        call = self.recording.call
        return (self.window.start or self.window.end, call.file, call.line, self.number)

    def __str__(self) -> str:
        return f"Its part {self.number} of {self.parts} is" if self.parts > 1 else "It is"


def parts(found: Recording) -> Iterator[Part]:
    """The parts of a recording, in the order of time."""
    start, end = found.window
    if start is None:
        yield Part(found, found.window, 1, 1)
        return
    count = -(-(end - start) // TASK_MAX)
    for number in range(count):
        begins = start + number * TASK_MAX
        yield Part(found, Window(begins, min(begins + TASK_MAX, end)), number + 1, count)


def surplus(found: Iterable[Part], now: datetime) -> Iterator[Part]:
    """Those that would begin while as many record the same stream as the vendor starts. What is over does not count."""
    streams: dict[Key, list[datetime]] = {}
    for part in sorted(found, key=lambda part: (part.window.start or now, part.order)):
        opened = streams.setdefault(part.recording.key, [])
        while opened and opened[0] <= (part.window.start or now):
            heappop(opened)
        if part.window.end <= now:
            continue
        if len(opened) == OVERLAPS_MAX:
            yield part
        else:
            heappush(opened, part.window.end)


def named(found: Iterable[Part]) -> dict[str, Part]:
    """The parts in their order, each under a key of its own: the stream, and the time in China."""
    ordered = sorted(found, key=lambda part: part.order)
    names = keys.distinct({number: _wishes(part) for number, part in enumerate(ordered)}, ())
    return {names[number]: part for number, part in enumerate(ordered)}


def _wishes(part: Part) -> keys.Wishes:
    start, end = part.window
    wishes = keys.task(part.recording.key, (start or end).astimezone(CHINA))
    return wishes if start else [wish and f"until-{wish}" for wish in wishes]
