"""Where the tasks of a week are drawn.

Rule 1: horizontal places are per cent of the drawing's width and vertical ones pixels, so that one drawing fits every
screen while its letters keep their size. Rule 2: nothing overlaps: a bar takes the room of its label too, on the
narrowest screen.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, groupby
from typing import NamedTuple
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from live_recording.review.model import Task, TaskChange

DAYS = 8
"""Columns: the seven days from now on touch eight days of the calendar."""
ROW = 20
"""Height of a bar with the gap below it, in pixels."""
LETTER = 1.9
"""Width of a letter on a screen of 390 pixels, in per cent of the drawing."""
FULL = 100.0
NARROWEST = 0.8
"""Width of the bar of a very short task, in per cent."""
GAP = 0.8
LONGEST = 22
"""Letters of a name in a label; the table below the drawing has the whole name."""
SIGNS: dict[TaskChange, str] = {"new": "+ ", "changed": "± ", "removed": "− ", "kept": ""}  # noqa: RUF001 - a minus sign, as wide as the plus


class Tick(NamedTuple):
    """Where a day begins."""

    x: float
    at: datetime  # local midnight


class Bar(NamedTuple):
    """One task: its bar, and the label beside it."""

    task: Task
    x: float
    width: float
    row: int
    sign: str
    label: str
    label_x: float
    leftwards: bool  # the label ends at label_x


class Lane(NamedTuple):
    """The tasks of one stream."""

    stream: str
    height: int
    bars: tuple[Bar, ...]


class Timeline(NamedTuple):
    """A drawing of eight days, a lane for each stream."""

    now: float
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]


class _Scale(NamedTuple):
    first: datetime
    last: datetime

    def x(self, at: datetime) -> float:
        share = (at - self.first) / (self.last - self.first)
        return round(FULL * min(max(share, 0.0), 1.0), 2)


def timeline(tasks: Iterable[Task], at: datetime, zone: str) -> Timeline:
    """The drawing of *tasks*, from the beginning of the day of *at* in *zone*; lanes by their first task."""
    midnights = tuple(_midnights(at, zone))
    scale = _Scale(midnights[0].astimezone(UTC), midnights[-1].astimezone(UTC))
    by_stream = sorted(tasks, key=lambda task: (task.stream, task.start, task.end, task.name))
    lanes = [_lane(stream, tuple(group), scale, zone) for stream, group in groupby(by_stream, _stream)]
    lanes.sort(key=lambda lane: (min(bar.task.start for bar in lane.bars), lane.stream))
    return Timeline(scale.x(at), tuple(Tick(scale.x(m), m) for m in midnights[:-1]), tuple(lanes))


def _stream(task: Task) -> str:
    return task.stream


def _midnights(at: datetime, zone: str) -> Iterator[datetime]:
    local = at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    for number in range(DAYS + 1):
        yield (local + timedelta(days=number)).astimezone(UTC).astimezone(local.tzinfo)  # clocks may skip midnight


def _lane(stream: str, tasks: Sequence[Task], scale: _Scale, zone: str) -> Lane:
    bars: list[Bar] = []
    ends: list[float] = []  # by row: where its free room begins
    for bar, left, right in sorted((_placed(task, scale, zone) for task in tasks), key=lambda placed: placed[1]):
        row = next((number for number, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [right + GAP]
        bars.append(bar._replace(row=row))
    return Lane(stream, ROW * len(ends), tuple(bars))


def _placed(task: Task, scale: _Scale, zone: str) -> tuple[Bar, float, float]:
    """A bar, and the left and right end of the room that it takes with its label."""
    x = min(scale.x(task.start), FULL - NARROWEST)
    width = max(round(scale.x(task.end) - x, 2), NARROWEST)
    sign, text = SIGNS[task.change], label(task, zone)
    room = LETTER * sum(map(_letters, sign + text)) + GAP
    leftwards = x + width + room > FULL
    place = x - GAP if leftwards else x + width + GAP
    bar = Bar(task, x, width, 0, sign, text, round(place, 2), leftwards)
    return (bar, x - room, x + width) if leftwards else (bar, x, x + width + room)


def label(task: Task, zone: str) -> str:
    """What stands beside a bar: when it starts, and its name without its section."""
    _, _, name = task.name.partition(".")
    short = (name or task.name).partition(" (")[0]
    widths = list(accumulate(map(_letters, short)))
    cut = short if not widths or widths[-1] <= LONGEST else f"{short[: sum(w < LONGEST for w in widths)]}…"
    return f"{task.start.astimezone(ZoneInfo(zone)):%H:%M} {cut}"


def _letters(character: str) -> int:
    """The width of a character; those of Chinese are as wide as two letters."""
    return 2 if east_asian_width(character) in "WF" else 1
