"""Positions in the drawing of a week of tasks.

Horizontal positions are percent of the drawing's width and vertical ones pixels, so that one drawing fits every screen
while its letters keep their size. Nothing overlaps: a bar reserves the space of its label too, on the narrowest screen.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, groupby
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from live_recording.review.model import Task, TaskChange

DAYS = 8
"""Columns: the seven days from now on touch eight calendar days."""
ROW = 20
"""Height of a bar with the gap below it, in pixels."""
LETTER = 1.9
"""Width of a letter on a screen of 390 pixels, in percent of the drawing."""
FULL = 100.0
NARROWEST = 0.8
"""Width of the bar of a very short task, in percent."""
GAP = 0.8
LONGEST = 22
"""Letters of a name in a label; the table below the drawing has the full name."""
SIGNS: dict[TaskChange, str] = {"new": "+ ", "changed": "± ", "removed": "− ", "kept": ""}  # noqa: RUF001 - a minus sign, as wide as the plus


@dataclass(frozen=True, slots=True)
class Tick:
    """The position where a day begins."""

    x: float
    at: datetime  # local midnight


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of a task, and its label."""

    task: Task
    x: float
    width: float
    row: int
    sign: str
    label: str
    label_x: float
    leftwards: bool  # the label ends at label_x

    def label_width(self) -> float:
        """Return the width of sign and label on the narrowest screen."""
        return LETTER * sum(map(_letter_width, self.sign + self.label))

    def extent(self) -> tuple[float, float]:
        """Return the left and right end of the space that the bar takes with its label."""
        space = self.label_width() + GAP
        if self.leftwards:
            return self.x - space, self.x + self.width
        return self.x, self.x + self.width + space


@dataclass(frozen=True, slots=True)
class Lane:
    """The tasks of one stream."""

    stream: str
    height: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing of eight days with a lane for each stream."""

    now: float
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime

    def x(self, at: datetime) -> float:
        share = (at - self.first) / (self.last - self.first)
        return round(FULL * min(max(share, 0.0), 1.0), 2)


def draw_timeline(tasks: Iterable[Task], at: datetime, zone: str) -> Timeline:
    """Return the drawing of *tasks* from the start of the day of *at* in *zone*; lanes ordered by their first task."""
    midnights = tuple(_midnights(at, zone))
    scale = _Scale(midnights[0].astimezone(UTC), midnights[-1].astimezone(UTC))
    by_stream = sorted(tasks, key=lambda task: (task.stream, task.start, task.end, task.name))
    lanes = [_lane(stream, tuple(group), scale, zone) for stream, group in groupby(by_stream, lambda task: task.stream)]
    lanes.sort(key=lambda lane: (min(bar.task.start for bar in lane.bars), lane.stream))
    return Timeline(scale.x(at), tuple(Tick(scale.x(m), m) for m in midnights[:-1]), tuple(lanes))


def _midnights(at: datetime, zone: str) -> Iterator[datetime]:
    local = at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    for number in range(DAYS + 1):
        yield (local + timedelta(days=number)).astimezone(UTC).astimezone(local.tzinfo)  # DST may skip midnight


def _lane(stream: str, tasks: Sequence[Task], scale: _Scale, zone: str) -> Lane:
    bars: list[Bar] = []
    row_ends: list[float] = []  # by row: where its free space begins
    for bar in sorted((_bar(task, scale, zone) for task in tasks), key=lambda bar: bar.extent()[0]):
        left, right = bar.extent()
        row = next((number for number, end in enumerate(row_ends) if end <= left), len(row_ends))
        row_ends[row : row + 1] = [right + GAP]
        bars.append(replace(bar, row=row))
    return Lane(stream, ROW * len(row_ends), tuple(bars))


def _bar(task: Task, scale: _Scale, zone: str) -> Bar:
    x = min(scale.x(task.start), FULL - NARROWEST)
    width = max(round(scale.x(task.end) - x, 2), NARROWEST)
    bar = Bar(task, x, width, 0, SIGNS[task.change], task_label(task, zone), round(x + width + GAP, 2), leftwards=False)
    if bar.extent()[1] <= FULL:
        return bar
    return replace(bar, label_x=round(x - GAP, 2), leftwards=True)


def task_label(task: Task, zone: str) -> str:
    """Return the label of a bar: when the task starts, and its name without its section."""
    _, _, name = task.name.partition(".")
    short = (name or task.name).partition(" (")[0]
    widths = list(accumulate(map(_letter_width, short)))
    if widths and widths[-1] > LONGEST:
        short = f"{short[: sum(width < LONGEST for width in widths)]}…"
    return f"{task.start.astimezone(ZoneInfo(zone)):%H:%M} {short}"


def _letter_width(character: str) -> int:
    """Return the width of a character; wide East Asian ones are as wide as two letters."""
    return 2 if east_asian_width(character) in "WF" else 1
