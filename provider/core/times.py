"""Durations, retentions, points in time and time zones.

Rule 1: inside, a duration is whole seconds and a point in time is an aware UTC datetime.
Rule 2: a wall-clock time keeps its form until the zone of its file is known.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from provider.core.values import integral, quoted, refuse, text

UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
FOREVER = 0
"""StorageTime 0 keeps a recording for ever (CN:32614)."""

_DURATION = re.compile(r"(0|[1-9]\d{0,11})([smhd]?)")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?")


def duration(value: object) -> int:
    """A length of time in seconds, from "90s", "30m", "1h", "7d" or whole seconds."""
    value = integral(value)
    match = _DURATION.fullmatch(str(value)) if not isinstance(value, bool) else None
    if match is None:
        raise refuse("bad-time", f"This is {quoted(value)}, but a duration is written like 90s, 30m, 1h or 7d.")
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
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise refuse("bad-time", f"This is {quoted(value)}, but that day or hour does not exist ({error}).") from None


def zone(value: object) -> str:
    """The name of an IANA time zone."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ValueError, OSError):
        raise refuse(
            "bad-time", f"There is no time zone {quoted(name)}. Zones are named like Asia/Shanghai or UTC."
        ) from None
    return name


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


def spoken(seconds: float) -> str:
    """A length of time for people: `26 h 00 m`, `45 m`, `20 s`."""
    hours, minutes = divmod(int(seconds) // 60, 60)
    if hours:
        return f"{hours} h {minutes:02} m"
    return f"{minutes} m" if minutes else f"{int(seconds)} s"
