"""What is lost if some formats are recorded instead of others.

Unlimited is the longest retention. The lifetime that a COS bucket defines is unknown here, so between COS and VOD only
unlimited retention is certainly enough. Source: RecordParam.StorageTime, CN:32614.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from live_recording.core.timefmt import FOREVER, length
from live_recording.review.model import Format, LossKind

_UNIT_NAMES = {"s": "s", "m": "min", "h": "h", "d": "days"}


@dataclass(frozen=True, slots=True)
class FormatChange:
    """A format before, and the best recording of it that is left."""

    before: Format
    after: Format | None


FormatLosses = dict[LossKind, tuple[FormatChange, ...]]


def format_losses(before: tuple[Format, ...], after: Iterable[Format]) -> FormatLosses:
    """Return what of *before* is not recorded by *after*, or not certainly kept as long."""
    left: dict[str, list[Format]] = {}
    for form in after:
        left.setdefault(form.name, []).append(form)
    if before and not left:
        return {"stops": tuple(FormatChange(form, None) for form in before)}
    missing = tuple(FormatChange(form, None) for form in before if form.name not in left)
    shorter = tuple(_shorter_retentions(before, left))
    losses: FormatLosses = {}
    if missing:
        losses["format"] = missing
    if shorter:
        losses["retention"] = shorter
    return losses


def _shorter_retentions(before: tuple[Format, ...], left: Mapping[str, list[Format]]) -> Iterator[FormatChange]:
    for form in before:
        recorded = left.get(form.name)
        if recorded and not any(kept_as_long(other, form) for other in recorded):
            yield FormatChange(form, max(recorded, key=_retention))


def kept_as_long(after: Format, before: Format) -> bool:
    """Return whether files are certainly kept as long as before."""
    if not after.cos and after.storage_time == FOREVER:
        return True
    if after.cos or before.cos:
        return after.cos and before.cos
    return before.storage_time != FOREVER and after.storage_time >= before.storage_time


def _retention(form: Format) -> float:
    return float("inf") if form.storage_time == FOREVER else form.storage_time


def format_length(seconds: int) -> str:
    """Return a length of time in the largest whole unit: `30 days`, `36 h`, `90 s`."""
    shown = length(seconds)
    number, unit = shown[:-1], _UNIT_NAMES[shown[-1]]
    return "1 day" if shown == "1d" else f"{number} {unit}"
