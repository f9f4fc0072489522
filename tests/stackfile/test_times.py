"""Durations, retentions, points in time and time zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.errors import InvalidValue
from live_recording.core.timefmt import UNIT_SECONDS, format_duration, rfc3339
from live_recording.stackfile.scalars import PlainScalar
from live_recording.stackfile.times import clock, day, duration, instant, moment, retention, zone
from tests.support.clock import NOW

ZONES = ["UTC", "Asia/Shanghai", "America/New_York", "Europe/Lisbon", "Australia/Lord_Howe", "Pacific/Apia"]

DURATIONS = {
    "seconds": ("90s", 90),
    "minutes": ("30m", 1800),
    "hours": ("1h", 3600),
    "days": ("7d", 604800),
    "zero": ("0", 0),
    "bare-number": (PlainScalar("45"), 45),
    "integer": (45, 45),
    "engine-number": (45.0, 45),
}


@pytest.mark.parametrize(("value", "expected"), DURATIONS.values(), ids=DURATIONS)
def test_duration_is_seconds(value: object, expected: int) -> None:
    """A duration is whole seconds, whichever unit it is written in."""
    assert duration(value) == expected
    assert retention(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "h",
        "1 h",
        "1.5h",
        "1h30m",
        "-5m",
        "01h",
        "1H",
        "1w",
        "PT1H",
        "1e3",
        "0x10",
        True,
        1.5,
        None,
        [],
        "1\uff12h",
        "\uff19",
        "9" * 19,
        10**18,
        1e300,
    ],
)
def test_other_durations_are_refused(value: object) -> None:
    """A duration has one number and one unit; everything else is `bad-time`."""
    with pytest.raises(InvalidValue) as refusal:
        duration(value)

    assert refusal.value.finding_id == "bad-time"
    with pytest.raises(InvalidValue) as refusal:
        retention(value)

    assert "or forever" in refusal.value.message


def test_forever_is_a_retention_only() -> None:
    """`forever` is 0 seconds of storage time, as the vendor means it, and no duration."""
    assert retention("forever") == 0
    with pytest.raises(InvalidValue):
        duration("forever")


@given(st.integers(0, 10**10 - 1), st.sampled_from(sorted(UNIT_SECONDS)))
def test_duration_multiplies(number: int, unit: str) -> None:
    """A duration is its number times its unit, and its seconds read as itself."""
    seconds = duration(f"{number}{unit}")

    assert seconds == number * UNIT_SECONDS[unit]
    if seconds < 10**10:
        assert duration(seconds) == seconds


MOMENTS = {
    "wall-clock": ("2026-11-21T20:00", datetime(2026, 11, 21, 20)),  # noqa: DTZ001 - a wall-clock time has no zone
    "space": ("2026-11-21 20:00:30", datetime(2026, 11, 21, 20, 0, 30)),  # noqa: DTZ001 - as above
    "zulu": ("2026-11-21T20:00Z", datetime(2026, 11, 21, 20, tzinfo=UTC)),
    "offset": ("2026-11-21T20:00+08:00", datetime(2026, 11, 21, 12, tzinfo=UTC)),
}


@pytest.mark.parametrize(("value", "expected"), MOMENTS.values(), ids=MOMENTS)
def test_moment_keeps_its_form(value: str, expected: datetime) -> None:
    """A time without an offset stays a wall-clock time; one with an offset is a point in time."""
    assert moment(value) == expected
    assert moment(expected) == expected


@pytest.mark.parametrize(
    "value",
    ["2026-11-21", "20:00", "21.11.2026 20:00", "2026-11-21T20", "2026-11-21T20:00 Z", "2026-11-21T24:00",
     "2026-02-29T10:00", "2026-11-21T20:00:60", "2026-11-21T20:00+8", "1e9", "", 1790000000, None,
     "0001-01-01T00:00+08:00", "9999-12-31T23:59-12:00", "1999-12-31T23:59", "2201-01-01T00:00"],
)  # fmt: skip
def test_other_moments_are_refused(value: object) -> None:
    """A time is written in one way, its day exists, and its year can be meant."""
    with pytest.raises(InvalidValue) as refusal:
        moment(value)

    assert refusal.value.finding_id == "bad-time"


INSTANTS = {
    "shanghai": ("2026-11-21T20:00", "Asia/Shanghai", "2026-11-21T12:00:00Z"),
    "offset-wins-over-zone": ("2026-11-21T20:00-03:00", "Asia/Shanghai", "2026-11-21T23:00:00Z"),
    "ambiguous-is-the-first": ("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00Z"),
    "second-of-two-by-offset": ("2026-11-01T01:30-05:00", "America/New_York", "2026-11-01T06:30:00Z"),
    "before-the-gap": ("2026-03-08T01:59", "America/New_York", "2026-03-08T06:59:00Z"),
    "after-the-gap": ("2026-03-08T03:00", "America/New_York", "2026-03-08T07:00:00Z"),
    "half-an-hour-of-daylight-saving": ("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00Z"),
}


@pytest.mark.parametrize(("value", "zone_name", "expected"), INSTANTS.values(), ids=INSTANTS)
def test_instant_of_a_zone(value: str, zone_name: str, expected: str) -> None:
    """A wall-clock time is read in its zone, and of two equal ones it is the first."""
    assert rfc3339(instant(moment(value), zone_name)) == expected


GAPS = {
    "new-york": ("2026-03-08T02:30", "America/New_York"),
    "berlin": ("2026-03-29T02:00", "Europe/Berlin"),
    "half-an-hour": ("2026-10-04T02:15", "Australia/Lord_Howe"),
    "a-whole-day": ("2011-12-30T12:00", "Pacific/Apia"),
}


@pytest.mark.parametrize(("value", "zone_name"), GAPS.values(), ids=GAPS)
def test_skipped_time_is_refused(value: str, zone_name: str) -> None:
    """A time that a change of clocks skips does not exist."""
    with pytest.raises(InvalidValue) as refusal:
        instant(moment(value), zone_name)

    assert refusal.value.finding_id == "bad-time"
    assert f"does not exist in {zone_name}" in refusal.value.message


def test_without_a_zone_an_offset_is_needed() -> None:
    """Arguments of a resource have no file whose zone could be meant."""
    with pytest.raises(InvalidValue) as refusal:
        instant(moment("2026-11-21T20:00"), "")

    assert refusal.value.message == ("2026-11-21T20:00 has no offset. Add one, such as Z or +08:00.")


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001 - wall clocks
def test_instant_shows_the_wall_clock_or_refuses(wall: datetime, zone_name: str) -> None:
    """The instant of a wall-clock time shows that time in its zone, and no earlier instant does."""
    try:
        at = instant(wall, zone_name)
    except InvalidValue:
        return
    local = ZoneInfo(zone_name)
    shown = at.astimezone(local).replace(tzinfo=None)
    earlier = (at - timedelta(hours=1)).astimezone(local).replace(tzinfo=None)

    assert shown == wall
    assert earlier != wall


@pytest.mark.parametrize("name", ZONES)
def test_zones_are_iana_names(name: str) -> None:
    """A zone is the name of one in the IANA database."""
    assert zone(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "Europe", "Asia/", "../UTC", "/etc/localtime", "zone.tab", "a\0b", "a" * 300]
)
def test_no_zone_is_a_path(name: str) -> None:
    """An unknown zone is `bad-time`, and no file outside the database is opened."""
    with pytest.raises(InvalidValue) as refusal:
        zone(name)

    assert refusal.value.finding_id == "bad-time"


@pytest.mark.parametrize(
    "name", ["Asia/Shangai", "asia/shanghai", "Mars/Phobos", "CET+1", "UTC ", "localtime", "posixrules"]
)
def test_misspelt_zones_are_named(name: str) -> None:
    """A slip, another case and the machine's own zone are no zones, and the sentence shows what was written."""
    with pytest.raises(InvalidValue) as refusal:
        zone(name)

    assert refusal.value.args == (
        "bad-time",
        f'Unknown time zone "{name}". Use a name such as Asia/Shanghai or UTC.',
    )


EDGES = {
    "first-year": ("2000-01-01T00:00", None),
    "last-year": ("2200-12-31T23:59", None),
    "before": ("1999-12-31T23:59", "The year 1999 is out of range. Use a year from 2000 to 2200."),
    "after": ("2201-01-01T00:00", "The year 2201 is out of range. Use a year from 2000 to 2200."),
    "first-of-the-calendar": ("0001-01-01T00:00+08:00", "The year 1 is out of range. Use a year from 2000 to 2200."),
}


@pytest.mark.parametrize(("value", "sentence"), EDGES.values(), ids=EDGES)
def test_years_can_be_meant(value: str, sentence: str | None) -> None:
    """Years near ours are read; others are slips, and the sentence names the year."""
    if sentence is None:
        assert f"{moment(value)}".startswith(value[:10])
    else:
        with pytest.raises(InvalidValue) as refusal:
            moment(value)
        assert refusal.value.args == ("bad-time", sentence)


@pytest.mark.parametrize(
    "value",
    ["", "21.11.2026", "2026-11-31", "20261121", "2026-11-21T20:00", 20261121, None, "1999-12-31", "2201-01-01"],
)
def test_other_days_are_refused(value: object) -> None:
    """A day is written in one way, it exists, and its year can be meant."""
    with pytest.raises(InvalidValue) as refusal:
        day(value)

    assert refusal.value.finding_id == "bad-time"


@pytest.mark.parametrize(
    "value", ["", "8pm", "24:00", "20:60", "8:00", "20:00:00", "\uff120:00", "20:00\n", 2000, None]
)
def test_other_times_of_day_are_refused(value: object) -> None:
    """A time of day is HH:MM from 00:00 to 23:59."""
    assert clock("00:00") == "00:00"
    assert clock("23:59") == "23:59"
    with pytest.raises(InvalidValue) as refusal:
        clock(value)

    assert refusal.value.finding_id == "bad-time"


@given(st.datetimes(datetime(2000, 1, 1), datetime(2200, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_rfc3339_reads_back(at: datetime) -> None:
    """What state and outputs write reads back as the same second."""
    written = rfc3339(at)

    assert moment(written) == at.replace(microsecond=0)
    assert rfc3339(moment(written)) == written


SPOKEN = {
    "seconds": (20, "20 s"),
    "minutes": (45 * 60, "45 m"),
    "hours": (26 * 3600, "26 h 00 m"),
    "mixed": (2 * 3600 + 5 * 60, "2 h 05 m"),
    "zero": (0, "0 s"),
    "one-day": (86400, "24 h 00 m"),
    "one-day-and-a-second": (86401, "24 h 00 m 01 s"),
    "minutes-and-seconds": (61, "1 m 01 s"),
    "days": (30 * 86400, "30 d"),
    "days-and-an-hour": (2 * 86400 + 3600, "49 h 00 m"),
}


@pytest.mark.parametrize(("seconds", "expected"), SPOKEN.values(), ids=SPOKEN)
def test_length_of_time_for_people(seconds: int, expected: str) -> None:
    """Durations are formatted as hours and minutes, as whole days, or to the second."""
    assert format_duration(seconds) == expected


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_different_lengths_are_spoken_differently(one: int, other: int) -> None:
    """No two lengths sound alike, so that a sentence never says that 24 h is more than 24 h."""
    assert (format_duration(one) == format_duration(other)) == (one == other)


def test_now_is_utc() -> None:
    """A time of our own is written as it is."""
    assert rfc3339(NOW) == "2026-11-20T12:00:00Z"
