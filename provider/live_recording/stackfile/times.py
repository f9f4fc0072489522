"""Durations, retentions, points in time and time zones.

Rule 1: inside, a duration is whole seconds and a point in time is an aware UTC datetime.
Rule 2: a wall-clock time keeps its form until the zone of its file is known.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from live_recording.core.errors import InvalidValue
from live_recording.core.text import integral, quoted
from live_recording.core.timefmt import FOREVER, UNIT_SECONDS
from live_recording.stackfile.scalars import text

T = TypeVar("T")

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
        raise InvalidValue(
            "bad-time", f"This is {quoted(value)}, but a duration is one number and one unit, like 90s, 30m, 1h or 7d."
        )
    return int(match[1]) * UNIT_SECONDS[match[2] or "s"]


def retention(value: object) -> int:
    """A duration in seconds, or "forever" (0)."""
    if value == "forever":
        return FOREVER
    try:
        return duration(value)
    except InvalidValue:
        raise InvalidValue(
            "bad-time", f"This is {quoted(value)}, but a retention is written like 12h or 30d, or forever."
        ) from None


def moment(value: object) -> datetime:
    """A point in time; without an offset it is a wall-clock time that still needs a zone."""
    if isinstance(value, datetime):
        return value
    form = "a time is written like 2026-11-21T20:00, with an optional offset such as +08:00 or Z"
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise InvalidValue("bad-time", f"This is {quoted(value)}, but {form}.")
    try:
        made = datetime.fromisoformat(value)
    except ValueError:
        raise InvalidValue("bad-time", f"This is {quoted(value)}, but there is no such day, hour or offset.") from None
    return _of_our_time(made, made.year)


def _of_our_time(value: T, year: int) -> T:
    if year not in YEARS:
        raise InvalidValue("bad-time", f"The year {year} cannot be meant. Years from {YEARS[0]} to {YEARS[-1]} can be.")
    return value


def day(value: object) -> date:
    """A calendar day."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            made = date.fromisoformat(value)
        except ValueError:
            raise InvalidValue("bad-time", f"This is {quoted(value)}, but there is no such day.") from None
        return _of_our_time(made, made.year)
    raise InvalidValue("bad-time", f"This is {quoted(value)}, but a day is written like 2026-11-21.")


def clock(value: object) -> str:
    """A time of day, `HH:MM`."""
    if isinstance(value, str) and _CLOCK.fullmatch(value):
        return str(value)
    raise InvalidValue("bad-time", f'This is {quoted(value)}, but a time of day is written like "20:00".')


def zone(value: object) -> str:
    """The name of an IANA time zone."""
    name = text(value)
    with suppress(ValueError, OSError, KeyError):
        if not name.startswith(_MACHINES_OWN):
            ZoneInfo(name)
            return name
    raise InvalidValue("bad-time", f"There is no time zone {quoted(name)}. Zones are named like Asia/Shanghai or UTC.")


def instant(value: datetime, zone_name: str) -> datetime:
    """The point in UTC that a wall-clock time of a zone means: the first one of two. No zone: an offset is needed.

    Raises a `bad-time` refusal for a time that a change of clocks skips.
    """
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    if not zone_name:
        raise InvalidValue("bad-time", f"{value:%Y-%m-%dT%H:%M} has no offset. Add one, such as Z or +08:00.")
    local = value.replace(tzinfo=ZoneInfo(zone_name))
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != value:
        raise InvalidValue(
            "bad-time",
            f"{value:%Y-%m-%dT%H:%M} does not exist in {zone_name}: clocks skip it. Name another time, or give an offset.",
        )
    return local.astimezone(UTC)
