"""Warnings about when an entry records: not at all, not on the days that are meant, or in an unexpected zone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from live_recording.core.findings import Finding
from live_recording.core.text import join_words
from live_recording.desired.recordings import TimedEntry, recurrence_of
from live_recording.desired.recurrence import Recurrence, start_times
from live_recording.lint.context import CheckContext
from live_recording.stackfile.model import Schedule, formats

_TIME = "%Y-%m-%d %H:%M"
_FAR_BACK = timedelta(days=5 * 366)
"""How far before its last day a schedule without a first day is searched for an occurrence."""


def assumed_time_zone(context: CheckContext) -> Iterator[Finding]:
    """Warn about wall-clock times in a file that does not say their zone, on a site whose users write local times."""
    home_zone = context.site.home_zone
    if home_zone is None or "time_zone" in context.stack.given:
        return
    home = ZoneInfo(home_zone)
    for recording in context.unfinished:
        if _needs_zone(recording.entry):
            moment = recording.window.start or recording.window.end
            sentence = (
                f"{moment:{_TIME}} has no time zone and is read as UTC: that is {moment.astimezone(home):{_TIME}} in "
                f"{home}. Add `time_zone: {home}` to the file, or `time_zone: UTC` if UTC is meant."
            )
            yield Finding.new("assumed-time-zone", recording.path, sentence)


def _needs_zone(entry: TimedEntry) -> bool:
    """Return whether a time of the entry gets its zone from the file."""
    if isinstance(entry, Schedule):
        return entry.time_zone is None
    return any(at is not None and at.tzinfo is None for at in (entry.start, entry.end))


def never_records(context: CheckContext) -> Iterator[Finding]:
    """Warn about entries whose template has no formats, and about schedules without a single day."""
    yield from _template_without_formats(context)
    for key, schedule in context.stack.schedules.items():
        recurrence = recurrence_of(schedule, context.stack.time_zone)
        if ("schedules", key) not in context.unresolved and has_no_day(recurrence):
            sentence = f"No day {_period(recurrence)} is a day of this schedule, so it never records. Change the days."
            yield Finding.new("never-records", ("schedules", key), sentence)


def skipped_day(context: CheckContext) -> Iterator[Finding]:
    """Warn about days in `except` that are not days of the schedule."""
    for key, schedule in context.stack.schedules.items():
        if ("schedules", key) in context.unresolved:
            continue
        recurrence = recurrence_of(schedule, context.stack.time_zone)
        others = [f"{day}" for day in schedule.skipped if not _occurs_on(recurrence, day)]
        if others:
            is_no_day = "is not a day" if len(others) == 1 else "are not days"
            sentence = f"{join_words(others)} {is_no_day} of this schedule, so `except` has no effect there. Remove it."
            yield Finding.new("ignored-field", ("schedules", key, "except"), sentence)


def _template_without_formats(context: CheckContext) -> Iterator[Finding]:
    unreadable = context.unreadable_keys("templates")
    empty = {
        key for key, template in context.stack.templates.items() if not formats(template) and key not in unreadable
    }
    for section, entries in (("tasks", context.stack.tasks), ("schedules", context.stack.schedules)):
        for key, entry in entries.items():
            if entry.template in empty:
                sentence = f"Template {entry.template} has no format, so nothing is recorded. Add a format to it."
                yield Finding.new("never-records", (section, key, "template"), sentence)


def has_no_day(recurrence: Recurrence) -> bool:
    """Return whether a schedule that ends never has a day."""
    if recurrence.last is None and "COUNT" not in recurrence.rule:
        return False
    first = recurrence.first or (recurrence.last or date.max) - _FAR_BACK
    begin = datetime.combine(first, time(), UTC) - timedelta(days=1)
    return next(start_times(recurrence, begin), None) is None


def _period(recurrence: Recurrence) -> str:
    if recurrence.first and recurrence.last:
        return f"from {recurrence.first} to {recurrence.last}"
    return f"from {recurrence.first} on" if recurrence.first else f"until {recurrence.last}"


def _occurs_on(recurrence: Recurrence, day: date) -> bool:
    """Return whether *day* would be a day of the schedule without `except`."""
    if recurrence.last and recurrence.last < day:
        return False
    until_day = replace(recurrence, last=day, skipped=frozenset())
    begin = datetime.combine(day, time(), UTC) - timedelta(days=1)
    return any(start.nominal.date() == day for start in start_times(until_day, begin))
