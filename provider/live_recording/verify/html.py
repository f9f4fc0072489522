"""Verdicts as one page for a browser: what was declared, pushed and recorded, as bars of each stream on one time axis."""

from collections.abc import Iterable, Iterator, Sequence
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
KINDS = ("declared", "pushed", "recorded", "missing")
"""The kinds of bars."""
MARGIN = 0.02
"""What the axis shows before the first recording and after the last, as a part of the time between them."""
FULL = 100.0
EDGE = 6.0
"""Distance from an end of the axis, in percent, below which a label is not centered."""
NARROWEST = 0.3
"""Width of the bar of a very short time, in percent."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A time on the axis, in percent of its width."""

    kind: str
    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One of the rows of a stream: declared, pushed, and recorded, by format if the formats differ."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """One stream."""

    stream: str
    verdicts: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A time of the axis; its label does not leave the axis."""

    x: float
    label: str

    @property
    def anchor(self) -> str:
        """Return which part of the label is at the time."""
        if self.x < EDGE:
            return "start"
        return "middle" if self.x < FULL - EDGE else "end"


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing of one stack."""

    span: Interval
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]


def render_html(stacks: Iterable[VerifiedStack]) -> str:
    """Return the page."""
    pages = [(stack, tuple(text.lines(stack)), draw_chart(stack)) for stack in stacks]
    page = page_environment("verify").get_template("verify.html.j2")
    return f"{page.render(stacks=pages, text=text, kinds=KINDS)}\n"


def draw_chart(stack: VerifiedStack) -> Chart:
    """Return the drawing: streams in the order of their verdicts, what needs attention first."""
    by_stream: dict[StreamKey, list[Recording]] = {}
    for recording in stack.recordings:
        by_stream.setdefault(recording.stream, []).append(recording)
    span = _span(stack)
    axis = Interval(span.start - MARGIN * span.length, span.end + MARGIN * span.length)
    lanes = (_lane(stream, recordings, axis) for stream, recordings in by_stream.items())
    return Chart(span, tuple(_ticks(axis)), tuple(lanes))


def _span(stack: VerifiedStack) -> Interval:
    windows = [recording.window for recording in stack.recordings] or [stack.period]
    return Interval(min(window.start for window in windows), max(window.end for window in windows))


def _lane(stream: StreamKey, recordings: Sequence[Recording], axis: Interval) -> Lane:
    declared = union(recording.window for recording in recordings)
    pushed = union(chain.from_iterable(recording.pushed for recording in recordings))
    rows = (
        Row("declared", tuple(_bars("declared", declared, axis))),
        Row("pushed", tuple(_bars("pushed", pushed, axis))),
        *_recorded(recordings, axis),
    )
    verdicts = ", ".join(dict.fromkeys(recording.verdict for recording in recordings))
    return Lane(stream.pattern, verdicts, rows)


def _recorded(recordings: Sequence[Recording], axis: Interval) -> Iterator[Row]:
    """Yield one row, or one for each format if they differ, with what is missing in its place."""
    rows: dict[str, tuple[Bar, ...]] = {}
    for name in dict.fromkeys(recording.format for recording in recordings):
        of = [recording for recording in recordings if recording.format == name]
        recorded = union(chain.from_iterable(recording.recorded for recording in of))
        missing = union(chain.from_iterable(recording.gaps for recording in of))
        rows[name] = (*_bars("recorded", recorded, axis), *_bars("missing", missing, axis))
    if len(set(rows.values())) == 1:
        rows = {"": next(iter(rows.values()))}
    yield from (Row(f"recorded {name.upper()}".strip(), bars) for name, bars in rows.items())


def _bars(kind: str, times: Intervals, axis: Interval) -> Iterator[Bar]:
    for part in times:
        x = min(_position(part.start, axis), FULL - NARROWEST)
        width = max(round(_position(part.end, axis) - x, 2), NARROWEST)
        yield Bar(kind, x, width, f"{kind}, {rfc3339(part.start)} to {rfc3339(part.end)}")


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
