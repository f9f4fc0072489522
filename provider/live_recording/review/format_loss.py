"""What is lost when some formats are recorded instead of others.

Rule 1: for ever is the longest. Rule 2: how long a bucket of COS keeps files is not known here, so between COS and VOD
only for ever is surely enough. Source: RecordParam.StorageTime, CN:32614.
"""

from collections.abc import Iterable

from live_recording.core.timefmt import FOREVER
from live_recording.review.model import Format, LossKind

Change = tuple[Format, Format | None]  # a format before, and the best that is left of it
Shortfall = dict[LossKind, tuple[Change, ...]]


def as_long(after: Format, before: Format) -> bool:
    """Whether files are surely kept as long as before."""
    if not after.cos and after.storage_time == FOREVER:
        return True
    if after.cos or before.cos:
        return after.cos and before.cos
    return before.storage_time != FOREVER and after.storage_time >= before.storage_time


def shortfall(before: tuple[Format, ...], after: Iterable[Format]) -> Shortfall:
    """What of the files *before* is not made, or not surely kept as long, where those *after* are made."""
    left: dict[str, list[Format]] = {}
    for one in after:
        left.setdefault(one.name, []).append(one)
    if before and not left:
        return {"stops": tuple((one, None) for one in before)}
    found: Shortfall = {
        "format": tuple((one, None) for one in before if one.name not in left),
        "retention": tuple(
            (one, max(left[one.name], key=_length))
            for one in before
            if one.name in left and not any(as_long(other, one) for other in left[one.name])
        ),
    }
    return {kind: changes for kind, changes in found.items() if changes}


def _length(one: Format) -> float:
    return float("inf") if one.storage_time == FOREVER else one.storage_time
