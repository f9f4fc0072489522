"""Recurrence rules: the parts of RFC 5545 that a schedule accepts.

The tables say what is accepted; python-dateutil parses the rule.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime

from dateutil.rrule import rrulestr

from live_recording.core.errors import InvalidValue
from live_recording.core.text import quoted
from live_recording.stackfile.scalars import text

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
NUMBERS = {
    "INTERVAL": 9999, "COUNT": 9999, "BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366,
}  # fmt: skip
"""Numeric parts and their maximum; those that count from the end of a month or year may be negative (RFC 5545, 3.3.10)."""
ORDINALS = {"MONTHLY": 5, "YEARLY": 53}
"""The largest number before a weekday, such as 1TU, by frequency; others accept none (RFC 5545, 3.3.10)."""
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_EXAMPLE = "FREQ=WEEKLY;BYDAY=SA"
POSITIVE = ("INTERVAL", "COUNT", "BYMONTH")
PARTS = ("FREQ", "BYDAY", "WKST", *NUMBERS)
ELSEWHERE = {
    "BYHOUR": "at", "BYMINUTE": "at", "BYSECOND": "at", "UNTIL": "until", "DTSTART": "from", "EXDATE": "except",
}  # fmt: skip
"""Parts that have a field of the schedule instead."""


def rule(value: object) -> str:
    """Read a recurrence rule that a schedule accepts."""
    source = text(value).upper().removeprefix("RRULE:")
    parts = parts_of(source)
    if len(parts) != source.count(";") + 1 or not source:
        raise InvalidValue("bad-rrule", f"{quoted(source)} has an empty or duplicate part. Example: {_EXAMPLE}.")
    _check_names(parts)
    frequency = parts.get("FREQ", "")
    if frequency not in FREQUENCIES:
        seen = f"FREQ is {quoted(frequency)}" if frequency else "FREQ is missing"
        raise InvalidValue("bad-rrule", f"{seen}. Allowed: {', '.join(FREQUENCIES)}. Example: {_EXAMPLE}.")
    _check_numbers(parts)
    _check_weekdays(parts, ORDINALS.get(frequency))
    try:
        rrulestr(source, dtstart=datetime(2000, 1, 1))  # noqa: DTZ001 - wall clock
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise InvalidValue("bad-rrule", f"{quoted(source)} is not a valid recurrence. Example: {_EXAMPLE}.") from None
    return source


def _check_names(parts: Mapping[str, str]) -> None:
    for name in parts:
        if name in ELSEWHERE:
            raise InvalidValue("bad-rrule", f"{name} is not allowed in rrule. Use the field {ELSEWHERE[name]} instead.")
        if name not in PARTS:
            raise InvalidValue("bad-rrule", f"Unknown part {quoted(name)}. Known parts: {', '.join(PARTS)}.")


def _check_numbers(parts: Mapping[str, str]) -> None:
    for name in sorted(NUMBERS.keys() & parts.keys()):
        for number in parts[name].split(","):
            if not re.fullmatch(r"[+-]?[1-9][0-9]{0,3}", number) or not _is_in_range(name, int(number)):
                allowed = (
                    f"1 to {NUMBERS[name]}" if name in POSITIVE else f"{-NUMBERS[name]} to {NUMBERS[name]}, except 0"
                )
                raise InvalidValue("bad-rrule", f"{name} is {quoted(number)}. Allowed: {allowed}.")


def _check_weekdays(parts: Mapping[str, str], most: int | None) -> None:
    for day in filter(None, parts.get("BYDAY", "").split(",")):
        match = _WEEKDAY.fullmatch(day)
        if not match or (match[1] and not 0 < abs(int(match[1])) <= (most or 0)):
            number = f"optionally with a number up to {most} before it" if most else "without a number for this FREQ"
            raise InvalidValue(
                "bad-rrule", f"BYDAY has {quoted(day)}. Allowed: MO, TU, WE, TH, FR, SA or SU, {number}."
            )


def parts_of(source: str) -> dict[str, str]:
    """Return the parts of a rule, by name."""
    return dict(part.partition("=")[::2] for part in source.split(";") if part)


def _is_in_range(name: str, number: int) -> bool:
    return abs(number) <= NUMBERS[name] and (number > 0 or name not in POSITIVE)


def is_impossible(parts: Mapping[str, str]) -> bool:
    """Return whether the rule names days that no month has."""
    days = [abs(int(day)) for day in parts.get("BYMONTHDAY", "").split(",") if day]
    months = [int(month) for month in parts.get("BYMONTH", "").split(",") if month]
    longest = max((monthrange(2024, month)[1] for month in months), default=31)  # a leap year
    positions = [abs(int(position)) for position in parts.get("BYSETPOS", "1").split(",")]
    return (bool(days) and min(days) > longest) or (parts["FREQ"] == "DAILY" and min(positions) > 1)


def needs_first(source: str) -> bool:
    """Return whether the days of the rule depend on its first day."""
    parts = parts_of(source)
    if {"COUNT", "BYSETPOS"} & parts.keys() or parts.get("INTERVAL", "1") != "1":
        return True
    return not (parts["FREQ"] == "DAILY" or (parts["FREQ"] == "WEEKLY" and "BYDAY" in parts))
