"""Verdicts as one page for a browser: what was declared, pushed and recorded, as three bars per stream on one time axis."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import rfc3339
from live_recording.review.html import page_environment
from live_recording.verify import text
from live_recording.verify.intervals import Interval, Intervals, union
from live_recording.verify.model import Recording, VerifiedStack

STEPS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080))
"""Distances between two times of the axis."""
MOST_TICKS = 8
ROWS: Mapping[str, Callable[[Recording], Intervals]] = {
    "declared": lambda recording: (recording.window,),
    "pushed": lambda recording: recording.pushed,
    "recorded": lambda recording: recording.recorded,
    "missing": lambda recording: recording.gaps,
}
"""The rows of a stream."""
FULL = 100.0
NARROWEST = 0.3
"""Width of the bar of a very short time, in percent."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A time on the axis, in percent of its width."""

    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One of the three rows of a stream."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """One stream."""

    stream: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A time of the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing of one stack."""

    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]


def render_html(stacks: Iterable[VerifiedStack]) -> str:
    """Return the page."""
    pages = [(stack, tuple(text.lines(stack)), draw_chart(stack)) for stack in stacks]
    page = page_environment("verify").get_template("verify.html.j2")
    return f"{page.render(stacks=pages, text=text)}\n"


def draw_chart(stack: VerifiedStack) -> Chart:
    """Return the drawing: streams in the order of their verdicts, what needs attention first."""
    by_stream: dict[StreamKey, list[Recording]] = {}
    for recording in stack.recordings:
        by_stream.setdefault(recording.stream, []).append(recording)
    axis = _axis(stack)
    lanes = (_lane(stream, recordings, axis) for stream, recordings in by_stream.items())
    return Chart(tuple(_ticks(axis)), tuple(lanes))


def _axis(stack: VerifiedStack) -> Interval:
    windows = [stack.period, *(recording.window for recording in stack.recordings)]
    return Interval(min(window.start for window in windows), max(window.end for window in windows))


def _lane(stream: StreamKey, recordings: Sequence[Recording], axis: Interval) -> Lane:
    rows = tuple(_row(name, union(chain.from_iterable(map(times, recordings))), axis) for name, times in ROWS.items())
    return Lane("/".join(part or "*" for part in stream.parts), rows)


def _row(name: str, times: Intervals, axis: Interval) -> Row:
    return Row(name, tuple(_bar(part, axis) for part in times))


def _bar(part: Interval, axis: Interval) -> Bar:
    x = min(_position(part.start, axis), FULL - NARROWEST)
    width = max(round(_position(part.end, axis) - x, 2), NARROWEST)
    return Bar(x, width, f"{rfc3339(part.start)} to {rfc3339(part.end)}")


def _position(at: datetime, axis: Interval) -> float:
    return round(FULL * ((at - axis.start) / axis.length), 2)


def _ticks(axis: Interval) -> Iterator[Tick]:
    step = next((step for step in STEPS if axis.length / step <= MOST_TICKS), STEPS[-1])
    first = datetime(axis.start.year, axis.start.month, axis.start.day, tzinfo=UTC)
    number = (axis.start - first) // step
    while (at := first + number * step) < axis.end:
        if at >= axis.start:
            yield Tick(_position(at, axis), f"{at:%d %b}" if (at.hour, at.minute) == (0, 0) else f"{at:%H:%M}")
        number += 1
