"""Recurrences: which times a schedule means.

Rule 1: rules are expanded on wall-clock times; the zone comes last, so that a match stays at 20:00 all year.
Rule 2: an occurrence that a change of clocks skips moves forward; one that happens twice is the first (RFC 5545, 3.3.10).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from live_recording.stackfile.rrule import impossible, parts_of

_CYCLE = 28  # after so many years days and weekdays come round again
_FAR = timedelta(days=10 * 366)


class Days(NamedTuple):
    """A schedule's days and time of day, in its own zone."""

    rule: str
    at: str  # HH:MM
    first: date | None
    last: date | None
    skipped: frozenset[date]
    zone: str


class Occurrence(NamedTuple):
    """One time that a schedule means."""

    nominal: datetime  # wall clock, without zone
    start: datetime  # UTC


def never(days: Days) -> bool:
    """Whether the schedule means no day at all, such as the 31st of February or the Mondays of every Friday."""
    parts = parts_of(days.rule)
    if impossible(parts):
        return True
    begin = _begin(days, days.first or date(2000, 1, 1))
    years = _CYCLE * int(parts.get("INTERVAL", "1"))
    # The library searches for what never happens to the end of the calendar, and that repeats itself every 400 years.
    begin = begin.replace(year=begin.year + max(0, date.max.year - years - begin.year) // 400 * 400)
    made: Any = rrulestr(days.rule, dtstart=begin)
    cycle = timedelta(days=min(366 * years, (date.max - begin.date()).days))
    return next(iter(made.replace(count=None, until=begin + cycle)), None) is None


def occurrences(days: Days, after: datetime) -> Iterator[Occurrence]:
    """The occurrences that start at *after* or later, in their order; possibly endless."""
    zone = ZoneInfo(days.zone)
    local = after.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    made: Any = rrulestr(days.rule, dtstart=_begin(days, days.first or local.date()))
    if "COUNT" not in parts_of(days.rule):
        made = made.replace(until=local + _FAR)  # a rule without days ahead must not search for ever
    for nominal in made.xafter(local, inc=True):
        if days.last and nominal.date() > days.last:
            return
        start = nominal.replace(tzinfo=zone).astimezone(UTC)
        if start >= after and nominal.date() not in days.skipped:
            yield Occurrence(nominal, start)


def _begin(days: Days, first: date) -> datetime:
    return datetime.combine(first, time.fromisoformat(days.at))
