"""Recurrence rules: which of RFC 5545 can stand in a schedule, and why others cannot.

Rule 1: python-dateutil decides what can be read; the tables say what may be written here.
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
"""Parts that are numbers, and the largest; those from the end of a month or year may be negative (RFC 5545, 3.3.10)."""
ORDINALS = {"MONTHLY": 5, "YEARLY": 53}
"""The largest number before a weekday, such as 1TU; other frequencies take none (RFC 5545, 3.3.10)."""
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_EXAMPLE = "FREQ=WEEKLY;BYDAY=SA"
POSITIVE = ("INTERVAL", "COUNT", "BYMONTH")
PARTS = ("FREQ", "BYDAY", "WKST", *NUMBERS)
ELSEWHERE = {
    "BYHOUR": "at", "BYMINUTE": "at", "BYSECOND": "at", "UNTIL": "until", "DTSTART": "from", "EXDATE": "except",
}  # fmt: skip
"""Parts that a key of the schedule says instead."""


def rule(value: object) -> str:
    """A recurrence rule that can be used here."""
    source = text(value).upper().removeprefix("RRULE:")
    parts = parts_of(source)
    if len(parts) != source.count(";") + 1 or not source:
        raise InvalidValue("bad-rrule", f"{quoted(source)} has an empty part, or one twice. Write it like {_EXAMPLE}.")
    for name in parts:
        if name in ELSEWHERE:
            raise InvalidValue(
                "bad-rrule", f"{name} does not belong into rrule here. Write {ELSEWHERE[name]}: beside rrule instead."
            )
        if name not in PARTS:
            raise InvalidValue("bad-rrule", f"{quoted(name)} is no part of a recurrence. Known are {', '.join(PARTS)}.")
    frequency = parts.get("FREQ", "")
    if frequency not in FREQUENCIES:
        seen = f"FREQ is {quoted(frequency)}" if frequency else "FREQ is missing"
        raise InvalidValue("bad-rrule", f"{seen}, but it is one of {', '.join(FREQUENCIES)}. Begin like {_EXAMPLE}.")
    _judge_numbers(parts)
    _judge_weekdays(parts, ORDINALS.get(frequency))
    try:
        rrulestr(source, dtstart=datetime(2000, 1, 1))  # noqa: DTZ001 - wall clock
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise InvalidValue(
            "bad-rrule", f"{quoted(source)} is not a recurrence that can be read. Write it like {_EXAMPLE}."
        ) from None
    return source


def _judge_numbers(parts: Mapping[str, str]) -> None:
    for name in sorted(NUMBERS.keys() & parts.keys()):
        for number in parts[name].split(","):
            if not re.fullmatch(r"[+-]?[1-9][0-9]{0,3}", number) or not _within(name, int(number)):
                allowed = (
                    f"1 to {NUMBERS[name]}" if name in POSITIVE else f"{-NUMBERS[name]} to {NUMBERS[name]}, not 0,"
                )
                raise InvalidValue("bad-rrule", f"{name} is {quoted(number)}, but {allowed} is allowed.")


def _judge_weekdays(parts: Mapping[str, str], most: int | None) -> None:
    for day in filter(None, parts.get("BYDAY", "").split(",")):
        found = _WEEKDAY.fullmatch(day)
        if not found or (found[1] and not 0 < abs(int(found[1])) <= (most or 0)):
            numbered = f", or with a number up to {most} before it" if most else ", without a number for this FREQ"
            raise InvalidValue(
                "bad-rrule", f"BYDAY has {quoted(day)}, but a day is MO, TU, WE, TH, FR, SA or SU{numbered}."
            )


def parts_of(source: str) -> dict[str, str]:
    """The parts of a rule, by name."""
    return dict(part.partition("=")[::2] for part in source.split(";") if part)


def _within(name: str, number: int) -> bool:
    return abs(number) <= NUMBERS[name] and (number > 0 or name not in POSITIVE)


def impossible(parts: Mapping[str, str]) -> bool:
    """Days that no month has, found without a search."""
    days = [abs(int(day)) for day in parts.get("BYMONTHDAY", "").split(",") if day]
    months = [int(month) for month in parts.get("BYMONTH", "").split(",") if month]
    longest = max((monthrange(2024, month)[1] for month in months), default=31)  # a leap year
    positions = [abs(int(position)) for position in parts.get("BYSETPOS", "1").split(",")]
    return (bool(days) and min(days) > longest) or (parts["FREQ"] == "DAILY" and min(positions) > 1)


def needs_first(source: str) -> bool:
    """Whether the rule means nothing, or something else every day, without its first day."""
    parts = parts_of(source)
    if {"COUNT", "BYSETPOS"} & parts.keys() or parts.get("INTERVAL", "1") != "1":
        return True
    return not (parts["FREQ"] == "DAILY" or (parts["FREQ"] == "WEEKLY" and "BYDAY" in parts))
