"""Warnings that the stack file acknowledges, with a reason and an optional last day.

An error can be acknowledged only for a value that the account holds already, in one entry: nothing is hidden here that is
not compared with the account before a deployment. An expired acknowledgement is a finding itself and hides nothing. What
stops a deployment is acknowledged for one entry and one change: its acknowledgement names the entry and ends soon.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from live_recording.core.findings import CATALOG, REVIEW_ONLY, Finding, KeyPath, format_path
from live_recording.core.kinds import SECTION_OF
from live_recording.core.text import escaped, nearest, quoted
from live_recording.stackfile.model import Acknowledgement

_ONLY_AS_FOUND = (
    "{path} is not a template of this file. {id} is an error, which can be acknowledged only for a template that the "
    "account holds already: name it, such as templates.archive."
)
_AS_FOUND_SECTIONS = (SECTION_OF["template"], SECTION_OF["callback_template"])
LONGEST = timedelta(days=30)
"""How far ahead an acknowledgement of a finding in REVIEW_ONLY may end."""


def unacknowledged(
    findings: Iterable[Finding], acknowledgements: tuple[Acknowledgement, ...], now: datetime
) -> Iterator[Finding]:
    """Yield what is wrong with the acknowledgements themselves, then the findings that none of them covers."""
    for position, entry in enumerate(acknowledgements):
        finding = _check(("acknowledge", position), entry, now)
        if finding:
            yield finding
    valid = in_force(acknowledgements, now)
    yield from (finding for finding in findings if not any(_accepts(entry, finding) for entry in valid))


def in_force(acknowledgements: tuple[Acknowledgement, ...], now: datetime) -> tuple[Acknowledgement, ...]:
    """Return the acknowledgements that are valid today."""
    return tuple(entry for entry in acknowledgements if _check((), entry, now) is None)


def _accepts(entry: Acknowledgement, finding: Finding) -> bool:
    can_be_accepted = finding.severity == "warning" or bool(finding.live_values)
    return can_be_accepted and covers(entry, finding.id, finding.path)


def covers(entry: Acknowledgement, finding_id: str, path: KeyPath) -> bool:
    """Return whether the entry acknowledges this finding at its own path or inside it."""
    return entry.finding == finding_id and f"{format_path(path)}.".startswith(f"{entry.path}.")


def _check(path: KeyPath, entry: Acknowledgement, now: datetime) -> Finding | None:
    kind = CATALOG.get(entry.finding)
    if kind is None:
        suggestion = nearest(entry.finding, tuple(CATALOG))
        advice = f"Did you mean {quoted(suggestion)}?" if suggestion else "See docs/findings.md for all ids."
        return Finding.new("out-of-range", (*path, "finding"), f"Unknown finding id {quoted(entry.finding)}. {advice}")
    if kind.severity == "error":
        return _check_error(path, entry) or _check_expiry(path, entry, now)
    if entry.finding in REVIEW_ONLY and (problem := _check_stopping(path, entry, now)):
        return problem
    return _check_expiry(path, entry, now)


def _check_expiry(path: KeyPath, entry: Acknowledgement, now: datetime) -> Finding | None:
    if entry.until and now.date() > entry.until:
        sentence = (
            f"The acknowledgement of {entry.finding} at {entry.path} expired after {entry.until} "
            f"(reason: {entry.reason}). Fix it, or set a later day."
        )
        return Finding.new("acknowledgement-expired", path, escaped(sentence))
    return None


def _check_error(path: KeyPath, entry: Acknowledgement) -> Finding | None:
    """Return why the acknowledgement cannot accept an error, or None if it names a template with live values."""
    if not CATALOG[entry.finding].as_found:
        sentence = f"{entry.finding} is an error, and only warnings can be acknowledged. Fix it instead."
        return Finding.new("out-of-range", (*path, "finding"), sentence)
    section, _, key = entry.path.partition(".")
    if section not in _AS_FOUND_SECTIONS or not key:
        sentence = _ONLY_AS_FOUND.format(path=quoted(entry.path), id=entry.finding)
        return Finding.new("out-of-range", (*path, "path"), sentence)
    return None


def _check_stopping(path: KeyPath, entry: Acknowledgement, now: datetime) -> Finding | None:
    """Return what is wrong with the acknowledgement of a finding that stops deployments."""
    last = (now + LONGEST).date()
    if "." not in entry.path.strip("."):
        sentence = (
            f"{quoted(entry.path)} is not a single entry. An acknowledgement of {entry.finding} names one, such as "
            "rules.studio."
        )
        return Finding.new("out-of-range", (*path, "path"), sentence)
    if entry.until is None:
        sentence = (
            f"Required field `until` is missing. An acknowledgement of {entry.finding} is for one change: set its last "
            f"day, {last} at the latest."
        )
        return Finding.new("missing-field", (*path, "until"), sentence)
    if entry.until > last:
        sentence = (
            f"{entry.until} is too far ahead. An acknowledgement of {entry.finding} ends within {LONGEST.days} days: set "
            f"{last} or an earlier day."
        )
        return Finding.new("out-of-range", (*path, "until"), sentence)
    return None
