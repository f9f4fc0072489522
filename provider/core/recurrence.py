"""Recurrences: which days and times a schedule means.

Rule 1: RFC 5545 by python-dateutil, on wall-clock times; the zone comes last, so that a match stays at 20:00 all year.
Rule 2: an occurrence that a change of clocks skips moves forward; one that happens twice is the first (RFC 5545, 3.3.10).
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from provider.core.values import quoted, refuse, text

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
NUMBERS = {
    "INTERVAL": 9999, "COUNT": 9999, "BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366,
}  # fmt: skip
"""Parts that are numbers, and the largest; those from the end of a month or year may be negative (RFC 5545, 3.3.10)."""
POSITIVE = ("INTERVAL", "COUNT", "BYMONTH")
PARTS = ("FREQ", "BYDAY", "WKST", *NUMBERS)
ELSEWHERE = {
    "BYHOUR": "at", "BYMINUTE": "at", "BYSECOND": "at", "UNTIL": "until", "DTSTART": "from", "EXDATE": "except",
}  # fmt: skip
"""Parts that a key of the schedule says instead."""


_LEAP_CYCLE = timedelta(days=9 * 366)  # a rule that means nothing in so many years means nothing at all


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


def rule(value: object) -> str:
    """A recurrence rule that can be used here."""
    source = text(value).upper().removeprefix("RRULE:")
    parts = dict(part.partition("=")[::2] for part in source.split(";")) if source else {}
    for name in parts:
        if name in ELSEWHERE:
            raise refuse(
                "bad-rrule", f"{name} does not belong into rrule here. Write it as {ELSEWHERE[name]} beside rrule."
            )
        if name not in PARTS:
            raise refuse("bad-rrule", f"{quoted(name)} is no part of a recurrence. Known are {', '.join(PARTS)}.")
    if parts.get("FREQ") not in FREQUENCIES:
        raise refuse(
            "bad-rrule", f"FREQ is {quoted(parts.get('FREQ', ''))}, but it is one of {', '.join(FREQUENCIES)}."
        )
    for name in sorted(NUMBERS.keys() & parts.keys()):
        for number in parts[name].split(","):
            if not re.fullmatch(r"[+-]?[1-9]\d{0,3}", number) or not _within(name, int(number)):
                least = 1 if name in POSITIVE else -NUMBERS[name]
                raise refuse(
                    "bad-rrule", f"{name} is {quoted(number)}, but {least} to {NUMBERS[name]} (not 0) is allowed."
                )
    try:
        rrulestr(source, dtstart=datetime(2000, 1, 1))  # noqa: DTZ001 - wall clock
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        example = "FREQ=WEEKLY;BYDAY=SA"
        raise refuse(
            "bad-rrule", f"{quoted(source)} is not a recurrence that can be read. Write it like {example}."
        ) from None
    return source


def _within(name: str, number: int) -> bool:
    return abs(number) <= NUMBERS[name] and (number > 0 or name not in POSITIVE)


def never(days: Days) -> bool:
    """Whether the schedule means no time at all, such as the 31st of February."""
    begin = _begin(days, days.first or date(2000, 1, 1))
    made: Any = rrulestr(days.rule, dtstart=begin)
    return next(iter(made.replace(count=None, until=begin + _LEAP_CYCLE)), None) is None


def needs_first(source: str) -> bool:
    """Whether the rule means nothing without its first day."""
    parts = dict(part.partition("=")[::2] for part in source.split(";"))
    endless = "COUNT" not in parts and parts.get("INTERVAL", "1") == "1"
    return not (endless and (parts["FREQ"] == "DAILY" or (parts["FREQ"] == "WEEKLY" and "BYDAY" in parts)))


def occurrences(days: Days, after: datetime) -> Iterator[Occurrence]:
    """The occurrences that start at *after* or later, in their order; possibly endless."""
    zone = ZoneInfo(days.zone)
    local = after.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    made = rrulestr(days.rule, dtstart=_begin(days, days.first or local.date()))
    for nominal in made.xafter(local, inc=True):
        if days.last and nominal.date() > days.last:
            return
        start = nominal.replace(tzinfo=zone).astimezone(UTC)
        if start >= after and nominal.date() not in days.skipped:
            yield Occurrence(nominal, start)


def _begin(days: Days, first: date) -> datetime:
    return datetime.combine(first, time.fromisoformat(days.at))
