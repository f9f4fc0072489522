"""Recordings that have a time: tasks, and the occurrences of schedules near now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import SITES
from live_recording.core.windows import Window, creatable_from
from live_recording.desired.declarations import desired_resources
from live_recording.desired.recordings import scheduled_recordings
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW
from tests.support.entries import read_entry

STREAM = {"domain": "push.example.com", "app": "live", "stream": "derby"}
DAILY = {**STREAM, "rrule": "FREQ=DAILY", "at": "20:00", "duration": "2h"}
MONTHLY = DAILY | {"rrule": "FREQ=MONTHLY;BYMONTHDAY=1", "from": "2026-01-01"}
TASK = {**STREAM, "start": "2026-11-21T20:00", "end": "2026-11-21T22:00"}


def stack(**sections: Any) -> Stack:
    """Return a stack with these sections."""
    return read_entry(Stack, sections)


def occurrence_names(now: datetime = NOW, **fields: Any) -> list[str]:
    """Return the task names of one schedule called `derby`."""
    return list(scheduled_recordings(stack(schedules={"derby": DAILY | fields}), now).tasks)


def stamps(*days: int) -> list[str]:
    """Return the task names of these evenings of November 2026; later days are in December."""
    first = datetime(2026, 11, 1, 20, tzinfo=UTC)
    return [f"derby-{first + timedelta(days=day - 1):%Y%m%dT%H%M}" for day in days]


def test_occurrences_reach_from_a_day_ago_to_a_week_ahead_and_one_more() -> None:
    """They include every task that can run or be created now, and the next one, so that its day can be shown."""
    assert occurrence_names() == stamps(*range(19, 29))
    assert occurrence_names(rrule="FREQ=WEEKLY;BYDAY=SA") == stamps(21, 28)


HORIZON = {
    "rare": (MONTHLY, ["derby-20261201T2000"]),
    "last-day-soon": ({"until": "2026-11-21"}, stamps(19, 20, 21)),
    "over": ({"until": "2026-11-18"}, []),
    "over-but-may-run": ({"until": "2026-11-19"}, stamps(19)),
    "far": ({"from": "2027-11-20"}, ["derby-20271120T2000"]),
    "exceptions": ({"except": [f"2026-11-{day}" for day in range(20, 30)], "until": "2026-12-01"}, stamps(19, 30)),
    "counted": ({"rrule": "FREQ=DAILY;COUNT=2", "from": "2026-11-20"}, stamps(20, 21)),
}


@pytest.mark.parametrize(("fields", "expected"), HORIZON.values(), ids=HORIZON)
def test_only_near_occurrences_are_included(fields: dict[str, Any], expected: list[str]) -> None:
    """A schedule can run for years; occurrences far in the past or the future are left out."""
    assert occurrence_names(**fields) == expected


def test_name_is_the_nominal_time_of_the_zone() -> None:
    """An occurrence is named after the wall-clock time of its schedule, even if daylight saving time moves its start."""
    skipped = {"time_zone": "America/New_York", "at": "02:30", "rrule": "FREQ=DAILY", "until": "2026-03-08"}
    tasks = scheduled_recordings(stack(schedules={"derby": DAILY | skipped}), datetime(2026, 3, 8, 1, tzinfo=UTC)).tasks

    assert {name: task.window.start for name, task in tasks.items()} == {
        "derby-20260307T0230": datetime(2026, 3, 7, 7, 30, tzinfo=UTC),
        "derby-20260308T0230": datetime(2026, 3, 8, 7, 30, tzinfo=UTC),
    }


def test_default_zone_is_that_of_the_file() -> None:
    """A schedule without its own zone uses the zone of the file."""
    entries = {"own": DAILY | {"time_zone": "Asia/Tokyo"}, "files": DAILY}
    tasks = scheduled_recordings(stack(time_zone="Asia/Shanghai", schedules=entries), NOW).tasks

    assert tasks["own-20261121T2000"].window.start == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert tasks["files-20261121T2000"].window.start == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_duration_is_elapsed_time() -> None:
    """A duration of two hours stays two hours when daylight saving time ends."""
    night = {"time_zone": "Europe/Berlin", "at": "01:30", "until": "2026-10-25", "from": "2026-10-25"}
    (task,) = scheduled_recordings(
        stack(schedules={"derby": DAILY | night}), datetime(2026, 10, 25, tzinfo=UTC)
    ).tasks.values()

    assert task.window == Window(datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


def test_occurrence_refers_to_its_entry() -> None:
    """An occurrence has the path, the stream and the former name of its entry."""
    tasks = scheduled_recordings(
        stack(tasks={"final": TASK | {"was": "old"}}, schedules={"derby": DAILY | {"was": "match"}}), NOW
    ).tasks
    final, derby = tasks["final"], tasks["derby-20261121T2000"]

    assert (final.path, final.previous_name, final.stream) == (
        ("tasks", "final"),
        "old",
        StreamKey("push.example.com", "live", "derby"),
    )
    assert (derby.path, derby.previous_name, derby.stream) == (
        ("schedules", "derby"),
        "match-20261121T2000",
        final.stream,
    )
    assert final.window == derby.window


def test_occurrence_and_task_with_one_name() -> None:
    """An occurrence and a task cannot share a resource name; the finding is at the schedule and names the task."""
    recordings = scheduled_recordings(stack(tasks={"derby-20261121T2000": TASK}, schedules={"derby": DAILY}), NOW)

    assert [(f.id, f.path_text, f.sentence) for f in recordings.findings] == [
        (
            "duplicate-key",
            "schedules.derby",
            "Its task name derby-20261121T2000 is already used by tasks.derby-20261121T2000. Rename one of them.",
        )
    ]
    assert recordings.tasks["derby-20261121T2000"].path == ("tasks", "derby-20261121T2000")


def test_schedule_and_task_can_share_a_key() -> None:
    """The key of a schedule is not a resource name."""
    recordings = scheduled_recordings(stack(tasks={"derby": TASK}, schedules={"derby": MONTHLY}), NOW)

    assert (sorted(recordings.tasks), recordings.findings) == (["derby", "derby-20261201T2000"], ())


INVALID: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "no-first-day": (
        {"rrule": "FREQ=MONTHLY;BYMONTHDAY=1"},
        (
            "missing-field",
            "schedules.derby",
            "This recurrence counts from its first day. Add that day, such as `from: 2026-11-21`.",
        ),
    ),
    "last-before-first": (
        {"from": "2026-12-01", "until": "2026-11-30"},
        (
            "bad-time",
            "schedules.derby.until",
            "The last day 2026-11-30 is before the first day 2026-12-01. Swap them.",
        ),
    ),
    "never": (
        {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "from": "2026-01-01"},
        (
            "bad-rrule",
            "schedules.derby.rrule",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30 matches no day. Use days that exist.",
        ),
    ),
}


@pytest.mark.parametrize(("fields", "expected"), INVALID.values(), ids=INVALID)
def test_invalid_schedule_has_no_occurrences(fields: dict[str, Any], expected: tuple[str, str, str]) -> None:
    """A schedule that cannot be expanded yields one finding; other entries are still read."""
    recordings = scheduled_recordings(stack(tasks={"final": TASK}, schedules={"derby": DAILY | fields}), NOW)

    assert [(f.id, f.path_text, f.sentence) for f in recordings.findings] == [expected]
    assert list(recordings.tasks) == ["final"]


def test_task_without_an_end_has_no_occurrence() -> None:
    """A task without an end yields one finding; other entries are still read."""
    recordings = scheduled_recordings(
        stack(tasks={"final": TASK, "open": {**STREAM, "start": "2026-11-21T20:00"}}), NOW
    )

    assert [(f.id, f.path_text) for f in recordings.findings] == [("missing-field", "tasks.open")]
    assert list(recordings.tasks) == ["final"]


def test_same_day_first_and_last_is_one_day() -> None:
    """A schedule can cover a single day."""
    assert occurrence_names(NOW, **{"from": "2026-11-21", "until": "2026-11-21"}) == stamps(21)


MOMENTS = st.datetimes(datetime(2026, 10, 1), datetime(2027, 5, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
FIELDS = st.sampled_from(
    [
        {},
        {"rrule": "FREQ=WEEKLY;BYDAY=SA,SU"},
        {"rrule": "FREQ=DAILY;INTERVAL=3", "from": "2026-09-01"},
        {"time_zone": "America/New_York", "at": "02:30"},
        {"time_zone": "Asia/Shanghai", "at": "00:15", "duration": "24h"},
        MONTHLY,
    ]
)


@given(FIELDS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_an_occurrence_keeps_its_name_and_time(fields: dict[str, Any], now: datetime, passed: timedelta) -> None:
    """At any two times an occurrence has the same name and window, or is missing at one of them."""
    of = stack(schedules={"derby": DAILY | fields})
    before, after = (scheduled_recordings(of, at).tasks for at in (now, now + passed))
    starts = {task.window.start: name for tasks in (before, after) for name, task in tasks.items()}

    assert all(before[name].window == after[name].window for name in before.keys() & after.keys())
    assert len(starts) == len({*before, *after})


@given(FIELDS, MOMENTS, st.sampled_from(sorted(SITES)))
def test_daily_runs_miss_no_occurrence(fields: dict[str, Any], now: datetime, site: str) -> None:
    """With one deployment per day, every occurrence is desired before it starts."""
    of, limits = stack(schedules={"derby": DAILY | fields}), SITES[site]  # type: ignore[index]  # keys of the table
    runs = [desired_resources(of, StackRef("p", "s"), limits, now + timedelta(days=day)) for day in range(12)]
    desired = {resource.name for run in runs for resource in run.resources}
    due = {
        name: task
        for day in range(12)
        for name, task in scheduled_recordings(of, now + timedelta(days=day)).tasks.items()
        if now + timedelta(days=1) <= (task.window.start or now) and creatable_from(task.window, limits) <= now
    }

    assert desired >= set(due)
