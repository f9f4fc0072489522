"""Phases of tasks, and overlapping windows."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.vendor import SITES, SiteName
from live_recording.core.windows import Phase, Window, creatable_from, overlap_violations, phase
from tests.support.clock import NOW

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
DAY = timedelta(days=1)

PHASES: dict[str, tuple[SiteName, timedelta | None, timedelta, Phase]] = {
    "intl-six-days-ahead": ("intl", 6 * DAY, 6 * DAY + HOUR, "planned"),
    "intl-beyond-six-days": ("intl", 6 * DAY + SECOND, 6 * DAY + HOUR, "later"),
    "intl-end-does-not-matter": ("intl", 6 * DAY, 7 * DAY, "planned"),
    "intl-without-start": ("intl", None, 30 * DAY, "running"),
    "cn-ends-within-seven-days": ("cn", 6 * DAY + HOUR, 7 * DAY - SECOND, "planned"),
    "cn-ends-in-seven-days": ("cn", 6 * DAY + HOUR, 7 * DAY, "later"),
    "cn-start-does-not-matter": ("cn", 6 * DAY + 23 * HOUR, 7 * DAY - SECOND, "planned"),
    "starts-now": ("intl", timedelta(0), HOUR, "running"),
    "started": ("cn", -HOUR, HOUR, "running"),
    "ends-now": ("intl", -HOUR, timedelta(0), "finished"),
    "ended": ("cn", -2 * HOUR, -HOUR, "finished"),
    "ended-without-start": ("intl", None, -HOUR, "finished"),
}


@pytest.mark.parametrize(("site", "start", "end", "expected"), PHASES.values(), ids=PHASES)
def test_phase_by_site(site: SiteName, start: timedelta | None, end: timedelta, expected: Phase) -> None:
    """Site intl limits how far ahead a task starts, site cn how far ahead it ends."""
    window = Window(None if start is None else NOW + start, NOW + end)

    assert phase(window, NOW, SITES[site]) == expected


WINDOWS = st.builds(
    lambda start, length: Window(NOW + start, NOW + start + length),
    st.timedeltas(-20 * DAY, 20 * DAY),
    st.timedeltas(SECOND, DAY),
)


@given(WINDOWS, st.sampled_from(list(SITES)))
def test_later_ends_when_the_task_can_be_created(window: Window, site: SiteName) -> None:
    """A task is later until the time at which it can be created, and never after that."""
    opens = creatable_from(window, SITES[site])

    assert phase(window, opens - timedelta(microseconds=1), SITES[site]) == "later"
    assert phase(window, opens, SITES[site]) in ("planned", "running")


@given(WINDOWS, st.sampled_from(list(SITES)), st.timedeltas(-30 * DAY, 30 * DAY), st.timedeltas(timedelta(0), 60 * DAY))
def test_phases_only_advance(window: Window, site: SiteName, at: timedelta, passed: timedelta) -> None:
    """Over time a task is later, planned, running, finished, in this order."""
    order = ["later", "planned", "running", "finished"]
    before, after = (phase(window, NOW + moment, SITES[site]) for moment in (at, at + passed))

    assert order.index(before) <= order.index(after)


SPANS: dict[str, tuple[list[tuple[int, int]], list[tuple[str, ...]]]] = {
    "three-at-once": ([(0, 4), (1, 4), (2, 4)], []),
    "four-at-once": ([(0, 4), (1, 4), (2, 4), (3, 4)], [("t3", "t0", "t1", "t2")]),
    "five-at-once": (
        [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)],
        [("t3", "t0", "t1", "t2"), ("t4", "t0", "t1", "t2", "t3")],
    ),
    "one-after-another": ([(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)], []),
    "ends-as-the-fourth-begins": ([(0, 3), (0, 4), (0, 5), (3, 6)], []),
    "the-later-one-violates": ([(3, 4), (0, 4), (1, 4), (2, 4)], [("t0", "t1", "t2", "t3")]),
    "same-start": ([(0, 1), (0, 1), (0, 1), (0, 1)], [("t3", "t0", "t1", "t2")]),
    "a-gap-after-four": ([(0, 2), (0, 2), (0, 2), (0, 2), (5, 7)], [("t3", "t0", "t1", "t2")]),
    "four-finished": ([(-9, -5), (-9, -5), (-9, -5), (-9, -5)], []),
    "four-that-end-now": ([(-9, 0), (-9, 0), (-9, 0), (-9, 0)], []),
    "three-and-one-finished": ([(-9, 1), (-9, 1), (-9, 1), (-9, 0)], []),
    "four-running": ([(-9, 1), (-8, 1), (-7, 1), (-6, 1)], [("t3", "t0", "t1", "t2")]),
}


@pytest.mark.parametrize(("spans", "expected"), SPANS.values(), ids=SPANS)
def test_fourth_overlapping_window(spans: list[tuple[int, int]], expected: list[tuple[str, ...]]) -> None:
    """A window that opens while three others are open is a violation; finished windows do not count."""
    windows = {f"t{n}": Window(NOW + a * HOUR, NOW + b * HOUR) for n, (a, b) in enumerate(spans)}

    assert list(overlap_violations(windows, NOW, 3)) == expected


def test_window_without_start_is_open_from_now() -> None:
    """A task without start overlaps the tasks that run now."""
    windows = {f"t{n}": Window(NOW - HOUR, NOW + HOUR) for n in range(3)} | {"x": Window(None, NOW + HOUR)}

    assert list(overlap_violations(windows, NOW, 3)) == [("x", "t0", "t1", "t2")]


PAIRS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), max_size=8)


@given(PAIRS, st.integers(1, 4))
def test_violations_equal_counting_by_hour(pairs: list[tuple[int, int]], most: int) -> None:
    """There is a violation exactly if more windows than allowed are open in some hour."""
    windows = {f"t{n}": Window(NOW + a * HOUR, NOW + (a + length) * HOUR) for n, (a, length) in enumerate(pairs)}
    open_at = [sum(a <= hour < a + length for a, length in pairs) for hour in range(20)]

    assert bool(list(overlap_violations(windows, NOW, most))) == (max(open_at) > most)


@given(WINDOWS, WINDOWS)
def test_overlap_is_symmetric(first: Window, second: Window) -> None:
    """Two unfinished windows overlap in either order."""
    both = {"a": first, "b": second}, {"a": second, "b": first}
    found = [len(list(overlap_violations(windows, NOW, 1))) for windows in both]

    assert found[0] == found[1]
    assert first.start is not None
    assert second.start is not None
    unfinished = min(first.end, second.end) > NOW
    assert found[0] == (unfinished and first.start < second.end and second.start < first.end)


@given(st.lists(WINDOWS, max_size=8), st.randoms(use_true_random=False))
def test_violations_do_not_depend_on_order(spans: list[Window], order: Random) -> None:
    """The violations do not depend on the order of the file."""
    windows = [(f"t{n}", span) for n, span in enumerate(spans)]
    shuffled = list(windows)
    order.shuffle(shuffled)

    assert list(overlap_violations(dict(shuffled), NOW, 2)) == list(overlap_violations(dict(windows), NOW, 2))
