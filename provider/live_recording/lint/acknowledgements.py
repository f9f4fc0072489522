"""Warnings that somebody has accepted, with a reason and, if they like, a last day.

Rule 1: an error cannot be accepted. Rule 2: what has expired is said, and no longer hides anything.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches

from live_recording.core.findings import CATALOG, Finding, KeyPath, format_path
from live_recording.core.text import escaped, quoted
from live_recording.stackfile.model import Acknowledgement


def acknowledged(found: Iterable[Finding], accepted: tuple[Acknowledgement, ...], now: datetime) -> Iterator[Finding]:
    """The findings that are left, and what is wrong with the acknowledgements themselves."""
    valid = []
    for number, entry in enumerate(accepted):
        wrong = _wrong(("acknowledge", number), entry, now)
        if wrong:
            yield wrong
        else:
            valid.append(entry)
    yield from (f for f in found if not any(covers(entry, f.id, f.path) for entry in valid))


def in_force(accepted: tuple[Acknowledgement, ...], now: datetime) -> tuple[Acknowledgement, ...]:
    """The acknowledgements that accept something today."""
    return tuple(entry for entry in accepted if _wrong((), entry, now) is None)


def covers(entry: Acknowledgement, finding_id: str, path: KeyPath) -> bool:
    """Return whether *entry* accepts this finding at *path*: its path names *path* or something that contains it."""
    return entry.finding == finding_id and any(
        format_path(path[:length]) == entry.path for length in range(1, len(path) + 1)
    )


def _wrong(path: KeyPath, entry: Acknowledgement, now: datetime) -> Finding | None:
    kind = CATALOG.get(entry.finding)
    if kind is None:
        near = get_close_matches(entry.finding, CATALOG, n=1)
        hint = f"Did you mean {near[0]}?" if near else "docs/findings.md lists them."
        return Finding.new("out-of-range", (*path, "finding"), f"There is no finding {quoted(entry.finding)}. {hint}")
    if kind.severity == "error":
        sentence = f"{entry.finding} is an error, and only warnings can be acknowledged. Mend it instead."
        return Finding.new("out-of-range", (*path, "finding"), sentence)
    if entry.until and now.date() > entry.until:
        sentence = escaped(
            f"{entry.finding} on {entry.path} was accepted until {entry.until} ({entry.reason}). Decide again."
        )
        return Finding.new("acknowledgement-expired", path, sentence)
    return None
