"""The start times of a schedule.

A recurrence is expanded on wall-clock times and the zone is applied last, so a match stays at 20:00 all year. A time
that the change to daylight saving time skips moves forward; of a time that occurs twice the first counts (RFC 5545, 3.3.10).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from live_recording.stackfile.rrule import is_impossible, parts_of

_CYCLE_YEARS = 28
"""Days of the month and weekdays repeat after this many years."""
_SEARCH_LIMIT = timedelta(days=10 * 366)
_EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The days and the time of day of a schedule, in its own zone."""

    rule: str
    at: str  # HH:MM
    first: date | None
    last: date | None
    skipped: frozenset[date]
    zone: str


@dataclass(frozen=True, slots=True)
class StartTime:
    """One start time of a schedule."""

    nominal: datetime  # wall clock, without zone
    start: datetime  # UTC


def never_occurs(recurrence: Recurrence) -> bool:
    """Return whether no day matches, such as the 31st of February, or every Monday of a rule that starts on a Friday."""
    parts = parts_of(recurrence.rule)
    if is_impossible(parts):
        return True
    years = _CYCLE_YEARS * int(parts.get("INTERVAL", "1"))
    begin = _late_begin(recurrence, years)
    rule: Any = rrulestr(recurrence.rule, dtstart=begin)
    cycle = timedelta(days=min(366 * years, (date.max - begin.date()).days))
    return next(iter(rule.replace(count=None, until=begin + cycle)), None) is None


def start_times(recurrence: Recurrence, after: datetime) -> Iterator[StartTime]:
    """Yield the start times from *after* on, in order; possibly without end."""
    zone = ZoneInfo(recurrence.zone)
    local = after.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    rule: Any = rrulestr(recurrence.rule, dtstart=_begin(recurrence, recurrence.first or local.date()))
    if "COUNT" not in parts_of(recurrence.rule):
        rule = rule.replace(until=local + _SEARCH_LIMIT)  # a rule without days ahead must not search indefinitely
    for nominal in rule.xafter(local, inc=True):
        if recurrence.last and nominal.date() > recurrence.last:
            return
        start = nominal.replace(tzinfo=zone).astimezone(UTC)
        if start >= after and nominal.date() not in recurrence.skipped:
            yield StartTime(nominal, start)


def _begin(recurrence: Recurrence, first: date) -> datetime:
    return datetime.combine(first, time.fromisoformat(recurrence.at))


def _late_begin(recurrence: Recurrence, years: int) -> datetime:
    """Return the latest equivalent begin that leaves *years* until the end of the calendar.

    The library searches for a day that never comes up to year 9999. The calendar repeats every 400 years, so starting
    late gives the same answer sooner.
    """
    begin = _begin(recurrence, recurrence.first or _EARLIEST)
    spare_years = max(0, date.max.year - years - begin.year)
    return begin.replace(year=begin.year + spare_years // 400 * 400)
