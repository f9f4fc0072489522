"""Durations, retentions, points in time and time zones.

Rule 1: inside, a duration is whole seconds and a point in time is an aware UTC datetime.
Rule 2: a wall-clock time keeps its form until the zone of its file is known.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from provider.core.values import integral, quoted, refuse, text

T = TypeVar("T")

UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
FOREVER = 0
"""StorageTime 0 keeps a recording for ever (CN:32614)."""
CHINA = timezone(timedelta(hours=8))
"""In which old calls name times; no year that can be meant has another one."""

_DURATION = re.compile(r"(0|[1-9][0-9]{0,9})([smhd]?)")
_MACHINES_OWN = ("localtime", "posix", "right/")  # zones that mean another one on another machine
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
YEARS = range(2000, 2201)
"""Years that can be meant; others are slips, and overflow near the ends of the calendar."""


def duration(value: object) -> int:
    """A length of time in seconds, from "90s", "30m", "1h", "7d" or whole seconds."""
    value = integral(value)
    match = _DURATION.fullmatch(str(value)) if not isinstance(value, bool) else None
    if match is None:
        raise refuse(
            "bad-time", f"This is {quoted(value)}, but a duration is one number and one unit, like 90s, 30m, 1h or 7d."
        )
    return int(match[1]) * UNIT_SECONDS[match[2] or "s"]


def retention(value: object) -> int:
    """A duration in seconds, or "forever" (0)."""
    if value == "forever":
        return FOREVER
    try:
        return duration(value)
    except PydanticCustomError:
        raise refuse(
            "bad-time", f"This is {quoted(value)}, but a retention is written like 12h or 30d, or forever."
        ) from None


def moment(value: object) -> datetime:
    """A point in time; without an offset it is a wall-clock time that still needs a zone."""
    if isinstance(value, datetime):
        return value
    form = "a time is written like 2026-11-21T20:00, with an optional offset such as +08:00 or Z"
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise refuse("bad-time", f"This is {quoted(value)}, but {form}.")
    try:
        made = datetime.fromisoformat(value)
    except ValueError:
        raise refuse("bad-time", f"This is {quoted(value)}, but there is no such day, hour or offset.") from None
    return _of_our_time(made, made.year)


def _of_our_time(value: T, year: int) -> T:
    if year not in YEARS:
        raise refuse("bad-time", f"The year {year} cannot be meant. Years from {YEARS[0]} to {YEARS[-1]} can be.")
    return value


def day(value: object) -> date:
    """A calendar day."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            made = date.fromisoformat(value)
        except ValueError:
            raise refuse("bad-time", f"This is {quoted(value)}, but there is no such day.") from None
        return _of_our_time(made, made.year)
    raise refuse("bad-time", f"This is {quoted(value)}, but a day is written like 2026-11-21.")


def clock(value: object) -> str:
    """A time of day, `HH:MM`."""
    if isinstance(value, str) and _CLOCK.fullmatch(value):
        return str(value)
    raise refuse("bad-time", f'This is {quoted(value)}, but a time of day is written like "20:00".')


def zone(value: object) -> str:
    """The name of an IANA time zone."""
    name = text(value)
    with suppress(ValueError, OSError, KeyError):
        if not name.startswith(_MACHINES_OWN):
            ZoneInfo(name)
            return name
    raise refuse("bad-time", f"There is no time zone {quoted(name)}. Zones are named like Asia/Shanghai or UTC.")


def instant(value: datetime, zone_name: str) -> datetime:
    """The point in UTC that a wall-clock time of a zone means: the first one of two. No zone: an offset is needed.

    Raises a `bad-time` refusal for a time that a change of clocks skips.
    """
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    if not zone_name:
        raise refuse("bad-time", f"{value:%Y-%m-%dT%H:%M} has no offset. Add one, such as Z or +08:00.")
    local = value.replace(tzinfo=ZoneInfo(zone_name))
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != value:
        raise refuse(
            "bad-time",
            f"{value:%Y-%m-%dT%H:%M} does not exist in {zone_name}: clocks skip it. Name another time, or give an offset.",
        )
    return local.astimezone(UTC)


def rfc3339(value: datetime) -> str:
    """The instant as state and outputs write it: UTC, whole seconds, Z."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def length(seconds: int) -> str:
    """A duration as a stack file has it, in the largest unit that is whole: `90s`, `30m`, `1h`, `7d`."""
    unit = next(u for u in "dhms" if seconds % UNIT_SECONDS[u] == 0 and (seconds or u == "s"))
    return f"{seconds // UNIT_SECONDS[unit]}{unit}"


def hours(at: datetime) -> str:
    """A time of day for people: `20:00`, or with seconds where there are any."""
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def spoken(seconds: float) -> str:
    """A length of time for people: `30 d`, `26 h 00 m`, `45 m`, `90 s`."""
    whole = int(seconds)
    if whole and whole % UNIT_SECONDS["d"] == 0 and whole > UNIT_SECONDS["d"]:
        return f"{whole // UNIT_SECONDS['d']} d"
    minutes, rest = divmod(whole, 60)
    tail = f" {rest:02} s" if rest else ""
    if minutes >= 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes // 60} h {minutes % 60:02} m{tail}"
    return f"{minutes} m{tail}" if minutes else f"{whole} s"
