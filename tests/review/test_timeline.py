"""Where the tasks of a week are drawn."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.review.model import Task
from live_recording.review.timeline import DAYS, FULL, LETTER, LONGEST, NARROWEST, ROW, Bar, draw_timeline, task_label
from tests.support.review_samples import AT, HUGE, RICH, task


def test_days_begin_at_midnight_of_the_zone() -> None:
    """The drawing begins with the day of the review in the zone of the file, and has eight days."""
    drawn = draw_timeline((), AT, "Asia/Shanghai")

    assert [f"{tick.at:%d %H:%M}" for tick in drawn.ticks] == [f"{20 + n} 00:00" for n in range(DAYS)]
    assert [tick.x for tick in drawn.ticks] == [FULL / DAYS * n for n in range(DAYS)]
    assert drawn.now == round(FULL * 20 / (24 * DAYS), 2)


@pytest.mark.parametrize(
    ("at", "hours"),
    [(datetime(2026, 10, 24, 12, tzinfo=UTC), 25), (datetime(2026, 3, 28, 12, tzinfo=UTC), 23)],
    ids=["autumn", "spring"],
)
def test_days_are_as_long_as_they_are(at: datetime, hours: int) -> None:
    """A day on which clocks change is wider or narrower than the others."""
    ticks = draw_timeline((), at, "Europe/Berlin").ticks
    second = (ticks[2].x - ticks[1].x) / (ticks[1].x - ticks[0].x)

    assert second == pytest.approx(hours / 24, rel=0.001)


def test_midnight_that_clocks_skip_is_the_first_moment_of_the_day() -> None:
    """In Beirut the clocks go from 00:00 to 01:00: the day begins at one."""
    ticks = draw_timeline((), datetime(2026, 3, 27, 12, tzinfo=UTC), "Asia/Beirut").ticks

    assert [f"{tick.at:%d %H:%M}" for tick in ticks[:3]] == ["27 00:00", "28 00:00", "29 01:00"]


def test_each_stream_has_a_lane_by_its_first_task() -> None:
    """Lanes are sorted by the start of recording."""
    lanes = draw_timeline(RICH.tasks, RICH.at, RICH.time_zone).lanes
    firsts = [min(bar.task.start for bar in lane.bars) for lane in lanes]

    assert firsts == sorted(firsts)
    assert [lane.stream for lane in lanes] == list(dict.fromkeys(lane.stream for lane in lanes))
    assert sorted(bar.task.name for lane in lanes for bar in lane.bars) == sorted(t.name for t in RICH.tasks)


def test_bar_stands_at_its_time() -> None:
    """A bar covers the share of the drawing that its window has of the days."""
    (lane,) = draw_timeline((task("tasks.a", "d/a/s", 12.0, 24.0),), AT, "UTC").lanes

    assert (lane.bars[0].x, lane.bars[0].width) == (FULL / DAYS, FULL / DAYS)
    assert lane.height == ROW


@pytest.mark.parametrize(
    ("hours", "length"), [(-30.0, 31.0), (167.9, 3.0), (400.0, 1.0), (-400.0, 1.0), (3.0, 0.01)],
    ids=["began-yesterday", "ends-later", "far", "long-ago", "seconds"],
)  # fmt: skip
def test_bar_stays_inside_and_can_be_seen(hours: float, length: float) -> None:
    """What begins before or ends after the drawing is cut; the shortest bar still has a width."""
    (lane,) = draw_timeline((task("tasks.a", "d/a/s", hours, length),), AT, "UTC").lanes
    (bar,) = lane.bars

    assert bar.x >= 0
    assert bar.width >= NARROWEST
    assert bar.x + bar.width <= FULL


@given(st.lists(st.tuples(st.floats(-24, 168), st.floats(0.1, 24), st.sampled_from("abc")), max_size=30))
def test_nothing_overlaps(given_tasks: list[tuple[float, float, str]]) -> None:
    """In one row of a lane, a bar with its label never meets another."""
    tasks = [task(f"tasks.{n}-{name * n}", "d/a/s", at, for_) for n, (at, for_, name) in enumerate(given_tasks)]
    for lane in draw_timeline(tasks, AT, "UTC").lanes:
        assert lane.height == ROW * (1 + max(bar.row for bar in lane.bars))
        for row in range(lane.height // ROW):
            spans = sorted(extent(bar) for bar in lane.bars if bar.row == row)
            assert all(left[1] <= right[0] for left, right in pairwise(spans))


def extent(bar: Bar) -> tuple[float, float]:
    """From where to where a bar reaches with its label, on the narrowest screen."""
    room = LETTER * len(bar.sign + bar.label)
    return (bar.label_x - room, bar.x + bar.width) if bar.leftwards else (bar.x, bar.label_x + room)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tasks.final", "20:00 final"),
        ("schedules.derby (2026-11-21T19:45)", "20:00 derby"),
        ("10042", "20:00 10042"),
        (f"tasks.{'n' * LONGEST}", f"20:00 {'n' * LONGEST}"),
        (f"tasks.{'n' * (LONGEST + 1)}", f"20:00 {'n' * (LONGEST - 1)}…"),
        ("tasks." + "决" * 20, "20:00 " + "决" * 10 + "…"),
    ],
    ids=["task", "occurrence", "unmanaged", "longest", "too-long", "wide-letters"],
)
def test_label_is_short(name: str, expected: str) -> None:
    """A label has the time and the name without its section, cut where it is long."""
    assert task_label(task(name, "d/a/s", 0.0), "Asia/Shanghai") == expected


def test_order_of_tasks_does_not_matter() -> None:
    """The same tasks in another order are the same drawing."""
    there: list[Task] = list(HUGE.tasks)

    assert draw_timeline(there, AT, "UTC") == draw_timeline(there[::-1], AT, "UTC")
    assert draw_timeline((), AT + timedelta(days=1), "UTC").lanes == ()
