"""What is recorded at a time: tasks, and the occurrences of schedules near now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import SITES
from live_recording.core.windows import creatable_from
from live_recording.desired.declarations import desired_resources
from live_recording.desired.recordings import AHEAD, BACK, scheduled_recordings
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW

STREAM = {"domain": "push.example.com", "app": "live", "stream": "derby"}
DAILY = {**STREAM, "rrule": "FREQ=DAILY", "at": "20:00", "duration": "2h"}
MONTHLY = DAILY | {"rrule": "FREQ=MONTHLY;BYMONTHDAY=1", "from": "2026-01-01"}
TASK = {**STREAM, "start": "2026-11-21T20:00", "end": "2026-11-21T22:00"}


def stack(**sections: Any) -> Stack:
    """A stack with these sections."""
    return Stack.model_validate(sections)


def scheduled(now: datetime = NOW, **fields: Any) -> list[str]:
    """The names of the slots of one schedule called `derby`."""
    return list(scheduled_recordings(stack(schedules={"derby": DAILY | fields}), now).slots)


def stamps(*days: int) -> list[str]:
    """Names of slots of the evenings of November 2026; later days are those of December."""
    first = datetime(2026, 11, 1, 20, tzinfo=UTC)
    return [f"derby-{first + timedelta(days=day - 1):%Y%m%dT%H%M}" for day in days]


def test_slots_reach_from_a_day_ago_to_a_week_ahead_and_one_more() -> None:
    """What may run or can be created is there, and the next one after that, so that somebody can say when it comes."""
    assert scheduled() == stamps(*range(19, 29))
    assert scheduled(rrule="FREQ=WEEKLY;BYDAY=SA") == stamps(21, 28)
    assert (timedelta(days=1), timedelta(days=8)) == (BACK, AHEAD)


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
def test_only_near_occurrences_are_slots(fields: dict[str, Any], expected: list[str]) -> None:
    """A schedule may go on for years; only what matters now is looked at."""
    assert scheduled(**fields) == expected


def test_name_is_the_nominal_time_of_the_zone() -> None:
    """An occurrence is called by the wall clock of its schedule, whatever the zone or the change of clocks makes of it."""
    skipped = {"time_zone": "America/New_York", "at": "02:30", "rrule": "FREQ=DAILY", "until": "2026-03-08"}
    made = scheduled_recordings(stack(schedules={"derby": DAILY | skipped}), datetime(2026, 3, 8, 1, tzinfo=UTC)).slots

    assert {name: slot.window.start for name, slot in made.items()} == {
        "derby-20260307T0230": datetime(2026, 3, 7, 7, 30, tzinfo=UTC),
        "derby-20260308T0230": datetime(2026, 3, 8, 7, 30, tzinfo=UTC),
    }


def test_zone_is_the_schedules_or_the_files() -> None:
    """A schedule without a zone of its own is in that of the file."""
    entries = {"own": DAILY | {"time_zone": "Asia/Tokyo"}, "files": DAILY}
    made = scheduled_recordings(stack(time_zone="Asia/Shanghai", schedules=entries), NOW).slots

    assert made["own-20261121T2000"].window.start == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert made["files-20261121T2000"].window.start == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_duration_is_elapsed_time() -> None:
    """Two hours across a change of clocks are two hours."""
    night = {"time_zone": "Europe/Berlin", "at": "01:30", "until": "2026-10-25", "from": "2026-10-25"}
    (slot,) = scheduled_recordings(
        stack(schedules={"derby": DAILY | night}), datetime(2026, 10, 25, tzinfo=UTC)
    ).slots.values()

    assert slot.window == (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


def test_slot_knows_its_entry() -> None:
    """A slot tells where it comes from, which stream it is about, and what it was called."""
    made = scheduled_recordings(
        stack(tasks={"final": TASK | {"was": "old"}}, schedules={"derby": DAILY | {"was": "match"}}), NOW
    ).slots
    final, derby = made["final"], made["derby-20261121T2000"]

    assert (final.path, final.was, final.stream) == (
        ("tasks", "final"),
        "old",
        StreamKey("push.example.com", "live", "derby"),
    )
    assert (derby.path, derby.was, derby.stream) == (("schedules", "derby"), "match-20261121T2000", final.stream)
    assert final.window == derby.window


def test_schedule_has_the_key_of_a_task() -> None:
    """An occurrence and a task cannot have one resource name; the schedule's is the finding, and it names the task."""
    made = scheduled_recordings(stack(tasks={"derby-20261121T2000": TASK}, schedules={"derby": DAILY}), NOW)

    assert [(f.id, f.path_text, f.sentence) for f in made.findings] == [
        (
            "duplicate-key",
            "schedules.derby",
            "Its task derby-20261121T2000 is tasks.derby-20261121T2000 once more. Rename one.",
        )
    ]
    assert made.slots["derby-20261121T2000"].path == ("tasks", "derby-20261121T2000")


def test_schedule_and_task_may_share_a_key() -> None:
    """A schedule's key alone is no resource name."""
    made = scheduled_recordings(stack(tasks={"derby": TASK}, schedules={"derby": MONTHLY}), NOW)

    assert (sorted(made.slots), made.findings) == (["derby", "derby-20261201T2000"], ())


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "no-first-day": (
        {"rrule": "FREQ=MONTHLY;BYMONTHDAY=1"},
        (
            "missing-field",
            "schedules.derby",
            "Without its first day this recurrence has no beginning to count from. Add from: 2026-11-21.",
        ),
    ),
    "last-before-first": (
        {"from": "2026-12-01", "until": "2026-11-30"},
        (
            "bad-time",
            "schedules.derby.until",
            "The last day 2026-11-30 is before the first one, 2026-12-01. Swap them.",
        ),
    ),
    "never": (
        {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "from": "2026-01-01"},
        (
            "bad-rrule",
            "schedules.derby.rrule",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30 never happens. Name days that exist.",
        ),
    ),
}


@pytest.mark.parametrize(("fields", "expected"), REFUSED.values(), ids=REFUSED)
def test_schedule_without_meaning_has_no_slots(fields: dict[str, Any], expected: tuple[str, str, str]) -> None:
    """A schedule that cannot be counted out is one finding, and hides no other entry."""
    made = scheduled_recordings(stack(tasks={"final": TASK}, schedules={"derby": DAILY | fields}), NOW)

    assert [(f.id, f.path_text, f.sentence) for f in made.findings] == [expected]
    assert list(made.slots) == ["final"]


def test_task_without_a_time_has_no_slot() -> None:
    """A task whose time cannot be told is one finding, and hides no other entry."""
    made = scheduled_recordings(stack(tasks={"final": TASK, "open": {**STREAM, "start": "2026-11-21T20:00"}}), NOW)

    assert [(f.id, f.path_text) for f in made.findings] == [("missing-field", "tasks.open")]
    assert list(made.slots) == ["final"]


def test_same_day_first_and_last_is_one_day() -> None:
    """A schedule may last for a single day."""
    assert scheduled(NOW, **{"from": "2026-11-21", "until": "2026-11-21"}) == stamps(21)


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
    """Whoever looks earlier or later finds an occurrence under the same name, and at the same time, or not at all."""
    of = stack(schedules={"derby": DAILY | fields})
    before, after = (scheduled_recordings(of, at).slots for at in (now, now + passed))
    starts = {slot.window.start: name for slots in (before, after) for name, slot in slots.items()}

    assert all(before[name].window == after[name].window for name in before.keys() & after.keys())
    assert len(starts) == len({*before, *after})


@given(FIELDS, MOMENTS, st.sampled_from(sorted(SITES)))
def test_nothing_is_missed_by_daily_runs(fields: dict[str, Any], now: datetime, site: str) -> None:
    """What a run a day declares has every occurrence before it starts."""
    of, limits = stack(schedules={"derby": DAILY | fields}), SITES[site]  # type: ignore[index]  # keys of the table
    runs = [desired_resources(of, StackRef("p", "s"), limits, now + timedelta(days=day)) for day in range(12)]
    declared = {made.name for run in runs for made in run.declared}
    due = {
        name: slot
        for day in range(12)
        for name, slot in scheduled_recordings(of, now + timedelta(days=day)).slots.items()
        if now + timedelta(days=1) <= (slot.window.start or now) and creatable_from(slot.window, limits) <= now
    }

    assert declared >= set(due)
