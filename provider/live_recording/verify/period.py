"""The period to verify, from the options of the command line."""

from datetime import UTC, datetime, timedelta

from live_recording.core.errors import ConfigError, InvalidValue
from live_recording.core.timefmt import rfc3339
from live_recording.core.vendor import PUSHES_KEPT
from live_recording.stackfile import times
from live_recording.verify.intervals import Interval

DAY = "24h"


def parse_period(since: str, until: str | None, now: datetime) -> Interval:
    """Return the period from *since*, a duration before *until* or a time, to *until*, a time; by default *now*.

    Times without an offset are UTC. Raises ConfigError for a period that is empty, in the future or too long ago.
    """
    end = now if until is None else _time("--until", until)
    start = end - timedelta(seconds=_length(since)) if since[-1:] in "smhd" else _time("--since", since)
    if end > now:
        raise ConfigError(f"--until {rfc3339(end)} is in the future. Leave it out to verify until now.")
    if start >= end:
        raise ConfigError(
            f"The period from {rfc3339(start)} to {rfc3339(end)} is empty. --since must be before --until."
        )
    if start < now - PUSHES_KEPT:
        earliest = rfc3339(now - PUSHES_KEPT)
        raise ConfigError(
            f"--since {rfc3339(start)} is too long ago: the vendor knows pushes of the last {PUSHES_KEPT.days} days. "
            f"The earliest time is {earliest}."
        )
    return Interval(start, end)


def _length(text: str) -> int:
    try:
        return times.duration(text)
    except InvalidValue as error:
        raise ConfigError(f"--since: {error.message}") from None


def _time(option: str, text: str) -> datetime:
    try:
        time = times.moment(text)
    except InvalidValue as error:
        raise ConfigError(f"{option}: {error.message}") from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
