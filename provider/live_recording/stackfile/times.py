"""Readers for durations, retentions, points in time and time zones.

A duration is whole seconds. A point in time keeps its wall-clock form until the zone of its file is known; `instant` then
turns it into an aware datetime in UTC.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from live_recording.core.errors import InvalidValue
from live_recording.core.text import integral, quoted
from live_recording.core.timefmt import FOREVER, UNIT_SECONDS
from live_recording.stackfile.scalars import describe, text, unwrap

T = TypeVar("T")

_DURATION = re.compile(r"(0|[1-9][0-9]{0,9})([smhd]?)")
_LOCAL_ZONES = ("localtime", "posix", "right/")  # zones that differ from machine to machine
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
YEARS = range(2000, 2201)
"""Accepted years; others are typing errors, and overflow near the ends of the calendar."""


def duration(value: object) -> int:
    """Read a duration in seconds from "90s", "30m", "1h", "7d" or whole seconds."""
    value = integral(value)
    match = _DURATION.fullmatch(str(unwrap(value))) if not isinstance(value, bool) else None
    if match is None:
        raise InvalidValue("bad-time", f"Expected a duration such as 90s, 30m, 1h or 7d, got {describe(value)}.")
    return int(match[1]) * UNIT_SECONDS[match[2] or "s"]


def retention(value: object) -> int:
    """Read a retention in seconds, or "forever" (0)."""
    if unwrap(value) == "forever":
        return FOREVER
    try:
        return duration(value)
    except InvalidValue:
        raise InvalidValue(
            "bad-time", f"Expected a retention such as 12h or 30d, or forever, got {describe(value)}."
        ) from None


def moment(value: object) -> datetime:
    """Read a point in time; without an offset it is a wall-clock time that still needs a zone."""
    if isinstance(value, datetime):
        return value
    written = unwrap(value)
    if not isinstance(written, str) or not _TIME.fullmatch(written):
        expected = "a time such as 2026-11-21T20:00, with an optional offset such as +08:00 or Z"
        raise InvalidValue("bad-time", f"Expected {expected}; got {describe(value)}.")
    try:
        parsed = datetime.fromisoformat(written)
    except ValueError:
        raise InvalidValue("bad-time", f"{describe(value)} has a day, hour or offset that does not exist.") from None
    return _in_accepted_years(parsed, parsed.year)


def _in_accepted_years(value: T, year: int) -> T:
    if year not in YEARS:
        raise InvalidValue("bad-time", f"The year {year} is out of range. Use a year from {YEARS[0]} to {YEARS[-1]}.")
    return value


def day(value: object) -> date:
    """Read a calendar day."""
    written = unwrap(value)
    if isinstance(written, str) and _DAY.fullmatch(written):
        try:
            parsed = date.fromisoformat(written)
        except ValueError:
            raise InvalidValue("bad-time", f"The day {describe(value)} does not exist.") from None
        return _in_accepted_years(parsed, parsed.year)
    raise InvalidValue("bad-time", f"Expected a day such as 2026-11-21, got {describe(value)}.")


def clock(value: object) -> str:
    """Read a time of day, `HH:MM`."""
    written = unwrap(value)
    if isinstance(written, str) and _CLOCK.fullmatch(written):
        return written
    raise InvalidValue("bad-time", f'Expected a time of day such as "20:00", got {describe(value)}.')


def zone(value: object) -> str:
    """Read the name of an IANA time zone."""
    name = text(value)
    with suppress(ValueError, OSError, KeyError):
        if not name.startswith(_LOCAL_ZONES):
            ZoneInfo(name)
            return name
    raise InvalidValue("bad-time", f"Unknown time zone {quoted(name)}. Use a name such as Asia/Shanghai or UTC.")


def instant(value: datetime, zone_name: str) -> datetime:
    """Return the point in UTC of a wall-clock time in a zone; of an ambiguous time the first. No zone: an offset is needed.

    Raises InvalidValue (`bad-time`) for a time that a change of clocks skips.
    """
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    if not zone_name:
        raise InvalidValue("bad-time", f"{value:%Y-%m-%dT%H:%M} has no offset. Add one, such as Z or +08:00.")
    local = value.replace(tzinfo=ZoneInfo(zone_name))
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != value:
        why = "skipped by the change to daylight saving time"
        raise InvalidValue(
            "bad-time",
            f"{value:%Y-%m-%dT%H:%M} does not exist in {zone_name} ({why}). Use another time, or add an offset.",
        )
    return local.astimezone(UTC)
