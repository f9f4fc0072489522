"""Recurrence rules, and the start times of schedules."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.errors import InvalidValue
from live_recording.desired.recurrence import Recurrence, never_occurs, start_times
from live_recording.stackfile.rrule import ELSEWHERE, PARTS, needs_first, rule
from live_recording.stackfile.scalars import PlainScalar
from tests.support.clock import NOW

SATURDAYS = "FREQ=WEEKLY;BYDAY=SA"


def days(
    source: str,
    at: str = "20:00",
    first: date | None = None,
    last: date | None = None,
    skipped: Iterable[date] = (),
    zone: str = "UTC",
) -> Recurrence:
    """Return a recurrence."""
    return Recurrence(rule(source), at, first, last, frozenset(skipped), zone)


def starts(recurrence: Recurrence, after: datetime = NOW, most: int = 3) -> list[str]:
    """Return the first start times from *after* on, in UTC."""
    return [f"{time.start:%Y-%m-%dT%H:%M}" for time in islice(start_times(recurrence, after), most)]


VALID = {
    "normalized": (SATURDAYS, SATURDAYS),
    "lower-case": ("freq=weekly;byday=sa", SATURDAYS),
    "with-prefix": (f"RRULE:{SATURDAYS}", SATURDAYS),
    "unquoted": (PlainScalar(SATURDAYS), SATURDAYS),
    "every-frequency": ("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1"),
    "last-friday": ("FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=-1FR"),
    "last-day": ("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"),
    "last-of-a-set": ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"),
    "weeks-and-days-of-the-year": ("FREQ=YEARLY;BYWEEKNO=-1,53;WKST=SU", "FREQ=YEARLY;BYWEEKNO=-1,53;WKST=SU"),
    "largest-numbers": ("FREQ=DAILY;INTERVAL=9999;COUNT=9999", "FREQ=DAILY;INTERVAL=9999;COUNT=9999"),
}


@pytest.mark.parametrize(("value", "expected"), VALID.values(), ids=VALID)
def test_valid_rules(value: str, expected: str) -> None:
    """A rule is normalized to upper case without the prefix RRULE, and stays the same when it is read again."""
    assert rule(value) == expected
    assert rule(rule(value)) == expected


KNOWN = ", ".join(PARTS)
FREQUENCY = "Allowed: DAILY, WEEKLY, MONTHLY, YEARLY. Example: FREQ=WEEKLY;BYDAY=SA."
UNREADABLE = "is not a valid recurrence. Example: FREQ=WEEKLY;BYDAY=SA."
INVALID = {
    "empty": ("", '"" has an empty or duplicate part. Example: FREQ=WEEKLY;BYDAY=SA.'),
    "no-frequency": ("BYDAY=SA", f"FREQ is missing. {FREQUENCY}"),
    "ends-in-a-semicolon": (
        "FREQ=DAILY;",
        '"FREQ=DAILY;" has an empty or duplicate part. Example: FREQ=WEEKLY;BYDAY=SA.',
    ),
    "part-twice": (
        "FREQ=DAILY;FREQ=WEEKLY",
        '"FREQ=DAILY;FREQ=WEEKLY" has an empty or duplicate part. Example: FREQ=WEEKLY;BYDAY=SA.',
    ),
    "numbered-day-of-a-week": (
        "FREQ=WEEKLY;BYDAY=1MO",
        'BYDAY has "1MO". Allowed: MO, TU, WE, TH, FR, SA or SU, without a number for this FREQ.',
    ),
    "sixth-monday": (
        "FREQ=MONTHLY;BYDAY=6MO",
        'BYDAY has "6MO". Allowed: MO, TU, WE, TH, FR, SA or SU, optionally with a number up to 5 before it.',
    ),
    "hourly": ("FREQ=HOURLY", f'FREQ is "HOURLY". {FREQUENCY}'),
    "second-line": ("FREQ=DAILY\nDTSTART:2026", f'FREQ is "DAILY\\nDTSTART:2026". {FREQUENCY}'),
    "words": ("every Saturday", f'Unknown part "EVERY SATURDAY". Known parts: {KNOWN}.'),
    "easter": ("FREQ=YEARLY;BYEASTER=1", f'Unknown part "BYEASTER". Known parts: {KNOWN}.'),
    "engine-sequence": ("FREQ=DAILY;<{%X%}>=1", f'Unknown part "\\u003c{{%X%}}>". Known parts: {KNOWN}.'),
    "month-13": ("FREQ=YEARLY;BYMONTH=13", 'BYMONTH is "13". Allowed: 1 to 12.'),
    "month-from-the-end": ("FREQ=YEARLY;BYMONTH=-1", 'BYMONTH is "-1". Allowed: 1 to 12.'),
    "day-0": ("FREQ=MONTHLY;BYMONTHDAY=1,0", 'BYMONTHDAY is "0". Allowed: -31 to 31, except 0.'),
    "day-32": ("FREQ=MONTHLY;BYMONTHDAY=-32", 'BYMONTHDAY is "-32". Allowed: -31 to 31, except 0.'),
    "no-day": ("FREQ=MONTHLY;BYMONTHDAY=", 'BYMONTHDAY is "". Allowed: -31 to 31, except 0.'),
    "week-54": ("FREQ=YEARLY;BYWEEKNO=54", 'BYWEEKNO is "54". Allowed: -53 to 53, except 0.'),
    "position-400": ("FREQ=YEARLY;BYSETPOS=400", 'BYSETPOS is "400". Allowed: -366 to 366, except 0.'),
    "year-day-367": ("FREQ=YEARLY;BYYEARDAY=367", 'BYYEARDAY is "367". Allowed: -366 to 366, except 0.'),
    "never-repeated": ("FREQ=DAILY;COUNT=0", 'COUNT is "0". Allowed: 1 to 9999.'),
    "too-often": ("FREQ=DAILY;COUNT=10000", 'COUNT is "10000". Allowed: 1 to 9999.'),
    "backwards": ("FREQ=DAILY;INTERVAL=-1", 'INTERVAL is "-1". Allowed: 1 to 9999.'),
    "other-digits": ("FREQ=DAILY;COUNT=\u0663", 'COUNT is "\u0663". Allowed: 1 to 9999.'),
    "two-intervals": ("FREQ=DAILY;INTERVAL=1,2", f'"FREQ=DAILY;INTERVAL=1,2" {UNREADABLE}'),
    "unknown-day": (
        "FREQ=WEEKLY;BYDAY=XX",
        'BYDAY has "XX". Allowed: MO, TU, WE, TH, FR, SA or SU, without a number for this FREQ.',
    ),
    "no-weekday": ("FREQ=WEEKLY;BYDAY=", f'"FREQ=WEEKLY;BYDAY=" {UNREADABLE}'),
    "unknown-start-of-the-week": ("FREQ=DAILY;WKST=XX", f'"FREQ=DAILY;WKST=XX" {UNREADABLE}'),
}


@pytest.mark.parametrize(("value", "sentence"), INVALID.values(), ids=INVALID)
def test_invalid_rules(value: str, sentence: str) -> None:
    """The message names the invalid part and what is allowed there."""
    with pytest.raises(InvalidValue) as error:
        rule(value)

    assert error.value.args == ("bad-rrule", sentence)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_parts_that_have_their_own_field(name: str) -> None:
    """Times of day, ends and exceptions have their own fields, which the message names."""
    with pytest.raises(InvalidValue) as error:
        rule(f"FREQ=DAILY;{name}=1")

    assert error.value.args == (
        "bad-rrule",
        f"{name} is not allowed in rrule. Use the field {ELSEWHERE[name]} instead.",
    )


@pytest.mark.parametrize("value", [PlainScalar("7"), 7, None, [], {}])
def test_rule_must_be_a_string(value: object) -> None:
    """Another type of value is `wrong-type`."""
    with pytest.raises(InvalidValue) as error:
        rule(value)

    assert error.value.finding_id == "wrong-type"


NEEDS_FIRST = {
    "FREQ=DAILY": False,
    "FREQ=DAILY;BYMONTH=6": False,
    "FREQ=DAILY;INTERVAL=1": False,
    "FREQ=DAILY;INTERVAL=2": True,
    "FREQ=DAILY;COUNT=2": True,
    SATURDAYS: False,
    "FREQ=WEEKLY": True,
    "FREQ=WEEKLY;BYDAY=SA;INTERVAL=2": True,
    "FREQ=WEEKLY;BYDAY=SA;COUNT=2": True,
    "FREQ=MONTHLY;BYMONTHDAY=1": True,
    "FREQ=MONTHLY;BYDAY=1TU": True,
    "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1": True,
}


@pytest.mark.parametrize(("source", "expected"), NEEDS_FIRST.items(), ids=NEEDS_FIRST)
def test_counted_rules_need_a_first_day(source: str, expected: bool) -> None:
    """Every day, or named days of every week, are the same from any first day; all other rules count from it."""
    assert needs_first(rule(source)) == expected


NEVER = {
    "thirty-first-of-february": (days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"), True),
    "counted-thirtieth-of-february": (days("FREQ=MONTHLY;COUNT=2;BYMONTH=2;BYMONTHDAY=30"), True),
    "mondays-of-every-friday": (days("FREQ=DAILY;INTERVAL=7;BYDAY=MO", first=date(2026, 11, 20)), True),
    "leap-day": (days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"), False),
    "leap-day-across-2100": (days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", first=date(2097, 1, 1)), False),
    "friday-the-thirteenth": (days("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR"), False),
    "once": (days("FREQ=DAILY;COUNT=1", first=date(2026, 11, 20)), False),
    "long-ago": (days("FREQ=DAILY;COUNT=1", first=date(2000, 1, 1)), False),
    "last-valid-day": (days("FREQ=DAILY", first=date(2200, 12, 31)), False),
}


@pytest.mark.parametrize(("recurrence", "expected"), NEVER.values(), ids=NEVER)
def test_rules_that_never_occur(recurrence: Recurrence, expected: bool) -> None:
    """A rule of impossible days never occurs; a finished or rare one does."""
    assert never_occurs(recurrence) == expected


EXPANDED: dict[str, tuple[Recurrence, list[str]]] = {
    "daily": (days("FREQ=DAILY"), ["2026-11-20T20:00", "2026-11-21T20:00", "2026-11-22T20:00"]),
    "weekly": (days(SATURDAYS), ["2026-11-21T20:00", "2026-11-28T20:00", "2026-12-05T20:00"]),
    "weekly-from": (
        days("FREQ=WEEKLY", first=date(2026, 11, 18)),
        ["2026-11-25T20:00", "2026-12-02T20:00", "2026-12-09T20:00"],
    ),
    "first-tuesdays": (
        days("FREQ=MONTHLY;BYDAY=1TU", first=date(2026, 9, 1)),
        ["2026-12-01T20:00", "2027-01-05T20:00", "2027-02-02T20:00"],
    ),
    "last-days": (
        days("FREQ=MONTHLY;BYMONTHDAY=-1", first=date(2026, 12, 1)),
        ["2026-12-31T20:00", "2027-01-31T20:00", "2027-02-28T20:00"],
    ),
    "leap-days": (
        days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", first=date(2024, 1, 1)),
        ["2028-02-29T20:00", "2032-02-29T20:00", "2036-02-29T20:00"],
    ),
    "interval-from-the-first-day": (
        days("FREQ=DAILY;INTERVAL=3", first=date(2026, 11, 1)),
        ["2026-11-22T20:00", "2026-11-25T20:00", "2026-11-28T20:00"],
    ),
    "every-other-week": (
        days("FREQ=WEEKLY;BYDAY=SA;INTERVAL=2", first=date(2026, 11, 14)),
        ["2026-11-28T20:00", "2026-12-12T20:00", "2026-12-26T20:00"],
    ),
    "count-from-the-first-day": (
        days("FREQ=DAILY;COUNT=4", first=date(2026, 11, 18)),
        ["2026-11-20T20:00", "2026-11-21T20:00"],
    ),
    "count-is-over": (days("FREQ=DAILY;COUNT=2", first=date(2026, 11, 18)), []),
    "from": (days("FREQ=DAILY", first=date(2026, 12, 24), last=date(2026, 12, 25)), ["2026-12-24T20:00", "2026-12-25T20:00"]),
    "until-is-the-last-day": (days("FREQ=DAILY", last=date(2026, 11, 21)), ["2026-11-20T20:00", "2026-11-21T20:00"]),
    "until-is-over": (days("FREQ=DAILY", last=date(2026, 11, 19)), []),
    "except": (
        days("FREQ=DAILY", skipped=[date(2026, 11, 20), date(2026, 11, 22)]),
        ["2026-11-21T20:00", "2026-11-23T20:00", "2026-11-24T20:00"],
    ),
    "except-counts": (
        days("FREQ=DAILY;COUNT=4", first=date(2026, 11, 18), skipped=[date(2026, 11, 20)]),
        ["2026-11-21T20:00"],
    ),
    "days-of-the-zone": (
        days(SATURDAYS, at="00:30", zone="Asia/Shanghai", skipped=[date(2026, 11, 28)]),
        ["2026-11-20T16:30", "2026-12-04T16:30", "2026-12-11T16:30"],
    ),
    "starts-now": (days("FREQ=DAILY", at="12:00"), ["2026-11-20T12:00", "2026-11-21T12:00", "2026-11-22T12:00"]),
    "started-a-minute-ago": (days("FREQ=DAILY", at="11:59"), ["2026-11-21T11:59", "2026-11-22T11:59", "2026-11-23T11:59"]),
}  # fmt: skip


@pytest.mark.parametrize(("recurrence", "expected"), EXPANDED.values(), ids=EXPANDED)
def test_start_times(recurrence: Recurrence, expected: list[str]) -> None:
    """Start times are counted from the first day to the last, without exceptions, with all days in the zone."""
    assert starts(recurrence) == expected


CLOCKS = {
    "before-the-gap": ("02:30", "2026-03-07", "2026-03-07T07:30"),
    "in-the-gap": ("02:30", "2026-03-08", "2026-03-08T07:30"),
    "after-the-gap": ("02:30", "2026-03-09", "2026-03-09T06:30"),
    "before-the-repeated-hour": ("01:30", "2026-10-31", "2026-10-31T05:30"),
    "in-the-repeated-hour": ("01:30", "2026-11-01", "2026-11-01T05:30"),
    "after-the-repeated-hour": ("01:30", "2026-11-02", "2026-11-02T06:30"),
}


@pytest.mark.parametrize(("at", "day", "expected"), CLOCKS.values(), ids=CLOCKS)
def test_daylight_saving_time(at: str, day: str, expected: str) -> None:
    """A skipped time moves forward (02:30 becomes 03:30 that day); of a repeated time the first counts."""
    on = date.fromisoformat(day)
    only = days("FREQ=DAILY", at, first=on, last=on, zone="America/New_York")

    assert starts(only, datetime(2026, 1, 1, tzinfo=UTC)) == [expected]
    assert [time.nominal for time in start_times(only, datetime(2026, 1, 1, tzinfo=UTC))] == [
        datetime.fromisoformat(f"{day}T{at}")
    ]


RULES = st.sampled_from(
    ["FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "FREQ=MONTHLY;BYDAY=-1FR",
     "FREQ=MONTHLY;BYMONTHDAY=1,15,31", "FREQ=DAILY;COUNT=40", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU", "FREQ=DAILY;BYMONTH=3,11"]
)  # fmt: skip
ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
CLOCK = st.times().map(lambda at: f"{at:%H:%M}")
FIRST = st.dates(date(2026, 1, 1), date(2027, 12, 31))
AFTER = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(RULES, CLOCK, FIRST, ZONES, AFTER)
def test_start_times_are_sorted_unique_and_at_their_time(
    source: str, at: str, first: date, zone: str, after: datetime
) -> None:
    """Start times ascend from the given time on, at the same wall-clock time unless it is skipped."""
    times = list(islice(start_times(days(source, at, first, zone=zone), after), 30))

    assert all(one.nominal < other.nominal and one.start < other.start for one, other in pairwise(times))
    for time in times:
        moved = time.start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - time.nominal
        assert time.start >= after
        assert time.nominal.date() >= first
        assert f"{time.nominal:%H:%M}" == at
        assert moved in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))


@given(RULES, CLOCK, FIRST, ZONES, AFTER, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_later_query_returns_the_same_start_times(
    source: str, at: str, first: date, zone: str, after: datetime, passed: timedelta
) -> None:
    """A later query returns the same start times without the past ones."""
    recurrence = days(source, at, first, zone=zone)
    before = [time for time in islice(start_times(recurrence, after), 100) if time.start >= after + passed][:5]

    assert list(islice(start_times(recurrence, after + passed), len(before))) == before


def test_endless_rules_are_lazy() -> None:
    """A rule without end is expanded only as far as needed."""
    endless = start_times(days("FREQ=DAILY"), NOW)
    assert len(list(islice(endless, 1000))) == 1000
    assert next(endless).nominal.date() == date(2026, 11, 20) + timedelta(days=1000)
