"""What will not be recorded any more, in sentences, and who has accepted it.

Rule 1: one loss is about one pattern or one recording, and one kind. Rule 2: which entry does it is said by `blame`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from provider.core.acknowledge import covers
from provider.core.airtime import Airing, Gap, Span
from provider.core.grammar import series
from provider.core.plan import NO_RECORD
from provider.core.priority import Key
from provider.core.review import Format, Loss, LossKind, Pattern, Recorder
from provider.core.shortfall import Change, shortfall
from provider.core.stack import Acknowledgement
from provider.core.times import FOREVER, hours, spoken

FINDING = "recording-loss"
"""The id of the finding that an acknowledgement names."""
TIMES_SHOWN = 3
"""Of a loss that happens again and again, how many times are written out."""
ORDER: tuple[LossKind, ...] = ("stops", "format", "retention")


def of_patterns(patterns: Mapping[Key, Pattern], blamed: Callable[[Key], str]) -> Iterator[Loss]:
    """What the streams of each pattern lose by rules and templates."""
    for at, pattern in patterns.items():
        had, has = (one.formats if one else () for one in (pattern.before, pattern.after))
        for kind, changes in shortfall(had, has).items():
            sentence = f"{pattern.name} {_SENTENCES[kind](changes)}{_why(pattern.after) if kind == 'stops' else ''}."
            yield Loss(kind, blamed(at), pattern.name, sentence, None)


def of_recordings(gaps: Iterable[Gap], blamed: Callable[[Airing], str], zone: str) -> Iterator[Loss]:
    """What tasks and live records lose; the same loss at several times is one, its times in *zone*."""
    times: dict[tuple[LossKind, str, str, str], list[Span]] = {}
    for gap in gaps:
        stream = str(gap.airing.stream)
        what = (gap.kind, blamed(gap.airing), stream, _SENTENCES[gap.kind](gap.changes))
        times.setdefault(what, []).extend(gap.spans)
    for (kind, path, stream, lost), spans in times.items():
        yield Loss(kind, path, stream, f"{stream} {lost} {_when(sorted(spans), zone)}.", None)


def judged(found: Iterable[Loss], in_force: Iterable[Acknowledgement]) -> tuple[Loss, ...]:
    """The losses in their order, each with the acknowledgement that accepts it."""
    accepted = tuple(in_force)
    return tuple(
        loss._replace(acknowledged=next((entry for entry in accepted if covers(entry, FINDING, loss.path)), None))
        for loss in sorted(found, key=lambda loss: (ORDER.index(loss.kind), loss.path, loss.what, loss.sentence))
    )


def _why(after: Recorder | None) -> str:
    if after is None:
        return ": no rule applies"
    rule = after.rule or f"the rule for {after.key}"
    suppresses = after.template == NO_RECORD
    return f": {rule} {'suppresses it' if suppresses else f'points to {after.template}, which has no formats'}"


def _stops(_: tuple[Change, ...]) -> str:
    return "is no longer recorded"


def _formats(changes: tuple[Change, ...]) -> str:
    return f"is no longer recorded as {series(old.name.upper() for old, _ in changes)}"


def _retention(changes: tuple[Change, ...]) -> str:
    kept = (f"{old.name.upper()} {_kept(new, 'for ')} instead of {_kept(old, '')}" for old, new in changes if new)
    return f"keeps {series(kept)}"


_SENTENCES = {"stops": _stops, "format": _formats, "retention": _retention}


def _kept(one: Format, before_lengths: str) -> str:
    if one.cos:
        return "in COS for as long as its bucket says"
    return "for ever" if one.storage_time == FOREVER else f"{before_lengths}{spoken(one.storage_time)}"


def _when(spans: Sequence[Span], zone: str) -> str:
    shown = [_span(span, ZoneInfo(zone)) for span in spans[:TIMES_SHOWN]]
    more = len(spans) - len(shown)
    return f"{series([*shown, *([f'{more} more times'] if more else [])])} ({zone})"


def _span(span: Span, zone: ZoneInfo) -> str:
    start, end = (at.astimezone(zone) for at in span)
    if start.date() == end.date():
        return f"on {start:%Y-%m-%d} from {hours(start)} to {hours(end)}"
    return f"from {start:%Y-%m-%d} {hours(start)} to {end:%Y-%m-%d} {hours(end)}"
