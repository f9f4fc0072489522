"""TODO live_recording.core.timefmt."""

from datetime import UTC, datetime, timedelta, timezone

UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
FOREVER = 0
"""StorageTime 0 keeps a recording for ever (CN:32614)."""
CHINA = timezone(timedelta(hours=8))
"""In which old calls name times; no year that can be meant has another one."""


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


def format_duration(seconds: float) -> str:
    """A length of time for people: `30 d`, `26 h 00 m`, `45 m`, `90 s`."""
    whole = int(seconds)
    if whole and whole % UNIT_SECONDS["d"] == 0 and whole > UNIT_SECONDS["d"]:
        return f"{whole // UNIT_SECONDS['d']} d"
    minutes, rest = divmod(whole, 60)
    tail = f" {rest:02} s" if rest else ""
    if minutes >= 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes // 60} h {minutes % 60:02} m{tail}"
    return f"{minutes} m{tail}" if minutes else f"{whole} s"


def timestamp(text: str) -> int:
    """Unix seconds of an RFC 3339 time."""
    return int(datetime.fromisoformat(text).timestamp())


def task_time(seconds: int) -> str:
    """RFC 3339 of the API's Unix seconds."""
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
