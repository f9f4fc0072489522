"""Formats of times and durations."""

from datetime import UTC, datetime, timedelta, timezone

UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
FOREVER = 0
"""StorageTime 0 keeps a recording indefinitely (CN:32614)."""
CHINA = timezone(timedelta(hours=8))
"""The zone of times in old API calls; it was the same in all years that they can name."""


def rfc3339(value: datetime) -> str:
    """Format a point in time for state and outputs: UTC, whole seconds, Z."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def length(seconds: int) -> str:
    """Format a duration for a stack file, in the largest whole unit: `90s`, `30m`, `1h`, `7d`."""
    unit = next(u for u in "dhms" if seconds % UNIT_SECONDS[u] == 0 and (seconds or u == "s"))
    return f"{seconds // UNIT_SECONDS[unit]}{unit}"


def hours(at: datetime) -> str:
    """Format a time of day for messages: `20:00`, with seconds only if there are any."""
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def format_duration(seconds: float) -> str:
    """Format a duration for messages: `30 d`, `26 h 00 m`, `45 m`, `90 s`."""
    whole = int(seconds)
    if whole and whole % UNIT_SECONDS["d"] == 0 and whole > UNIT_SECONDS["d"]:
        return f"{whole // UNIT_SECONDS['d']} d"
    minutes, rest = divmod(whole, 60)
    tail = f" {rest:02} s" if rest else ""
    if minutes >= 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes // 60} h {minutes % 60:02} m{tail}"
    return f"{minutes} m{tail}" if minutes else f"{whole} s"


def timestamp(text: str) -> int:
    """Return the Unix seconds of an RFC 3339 time."""
    return int(datetime.fromisoformat(text).timestamp())


def task_time(seconds: int) -> str:
    """Format Unix seconds of the API as RFC 3339."""
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
