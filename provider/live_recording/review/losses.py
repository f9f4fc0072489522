"""What will not be recorded any more, in sentences, and who has accepted it.

Rule 1: one loss is about one pattern or one recording, and one kind. Rule 2: which entry does it is said by `blame`.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from live_recording.account.diff import TASK_FIELDS
from live_recording.core.streams import StreamKey, level, winning_rule
from live_recording.core.text import join_words
from live_recording.core.timefmt import FOREVER, format_duration, hours
from live_recording.desired.declarations import NO_RECORD
from live_recording.lint.acknowledgements import covers
from live_recording.review.changes import PlannedChange, path
from live_recording.review.format_loss import Change, shortfall
from live_recording.review.intervals import Gap, RecordingInterval, Span
from live_recording.review.model import EffectiveRule, Format, Loss, LossKind, Pattern
from live_recording.review.ownership import AccountView
from live_recording.stackfile.model import Acknowledgement

FINDING = "recording-loss"
"""The id of the finding that an acknowledgement names."""
TIMES_SHOWN = 3
"""Of a loss that happens again and again, how many times are written out."""
ORDER: tuple[LossKind, ...] = ("stops", "format", "retention")


def of_patterns(patterns: Mapping[StreamKey, Pattern], blamed: Callable[[StreamKey], str]) -> Iterator[Loss]:
    """What the streams of each pattern lose by rules and templates."""
    for at, pattern in patterns.items():
        had, has = (one.formats if one else () for one in (pattern.before, pattern.after))
        for kind, changes in shortfall(had, has).items():
            sentence = f"{pattern.name} {_SENTENCES[kind](changes)}{_why(pattern.after) if kind == 'stops' else ''}."
            yield Loss(kind, blamed(at), pattern.name, sentence, None)


def of_recordings(gaps: Iterable[Gap], blamed: Callable[[RecordingInterval], str], zone: str) -> Iterator[Loss]:
    """What tasks and live records lose; the same loss at several times is one, its times in *zone*."""
    times: dict[tuple[LossKind, str, str, str], list[Span]] = {}
    for gap in gaps:
        stream = str(gap.airing.stream)
        what = (gap.kind, blamed(gap.airing), stream, _SENTENCES[gap.kind](gap.changes))
        times.setdefault(what, []).extend(gap.spans)
    for (kind, entry, stream, lost), spans in times.items():
        yield Loss(kind, entry, stream, f"{stream} {lost} {_when(sorted(spans), zone)}.", None)


def judged(found: Iterable[Loss], in_force: Iterable[Acknowledgement]) -> tuple[Loss, ...]:
    """The losses in their order, each with the acknowledgement that accepts it."""
    accepted = tuple(in_force)
    return tuple(
        loss._replace(
            acknowledged=next(
                (entry for entry in accepted if covers(entry, FINDING, tuple(loss.path.split(".")))), None
            )
        )
        for loss in sorted(found, key=lambda loss: (ORDER.index(loss.kind), loss.path, loss.what, loss.sentence))
    )


def _why(after: EffectiveRule | None) -> str:
    if after is None:
        return ": no rule applies"
    rule = after.rule or f"the rule for {after.key}"
    suppresses = after.template == NO_RECORD
    return f": {rule} {'suppresses it' if suppresses else f'points to {after.template}, which has no formats'}"


def _stops(_: tuple[Change, ...]) -> str:
    return "is no longer recorded"


def _formats(changes: tuple[Change, ...]) -> str:
    return f"is no longer recorded as {join_words(old.name.upper() for old, _ in changes)}"


def _retention(changes: tuple[Change, ...]) -> str:
    kept = (f"{old.name.upper()} {_kept(new, 'for ')} instead of {_kept(old, '')}" for old, new in changes if new)
    return f"keeps {join_words(kept)}"


_SENTENCES = {"stops": _stops, "format": _formats, "retention": _retention}


def _kept(one: Format, before_lengths: str) -> str:
    if one.cos:
        return "in COS for as long as its bucket says"
    return "for ever" if one.storage_time == FOREVER else f"{before_lengths}{format_duration(one.storage_time)}"


def _when(spans: Sequence[Span], zone: str) -> str:
    shown = [_span(span, ZoneInfo(zone)) for span in spans[:TIMES_SHOWN]]
    more = len(spans) - len(shown)
    return f"{join_words([*shown, *([f'{more} more times'] if more else [])])} ({zone})"


def _span(span: Span, zone: ZoneInfo) -> str:
    start, end = (at.astimezone(zone) for at in span)
    if start.date() == end.date():
        return f"on {start:%Y-%m-%d} from {hours(start)} to {hours(end)}"
    return f"from {start:%Y-%m-%d} {hours(start)} to {end:%Y-%m-%d} {hours(end)}"


def cause_of_pattern_loss(at: StreamKey, before: AccountView, after: AccountView) -> str:
    """The entry whose change makes a difference for the streams of the pattern."""
    was, now = winning_rule(before.account.rules, at), winning_rule(after.account.rules, at)
    if was is None or now is None or was != now:
        narrower = now is not None and (was is None or level(now) < level(was))
        return after.rule(now) if now and narrower else before.rule(was) if was else ""
    old, new = before.account.rules[was], after.account.rules[now]
    former, name = before.names.get(("template", old)), after.names.get(("template", new))
    same = old == new or former == name  # changed in place, or replaced by another object of its own
    return f"templates.{name}" if name and same else after.rule(now)


def cause_of_recording_loss(
    one: RecordingInterval,
    before: AccountView,
    after: AccountView,
    steps: Sequence[PlannedChange],
    tasks: Container[str],
) -> str:
    """The entry whose change ends a task or live record, or changes what it records; *tasks* as for `path`."""
    if one.id not in after.account.tasks:
        ended = (step for step in steps if step.id == one.id and step.kind in ("task", "live_record"))
        return next((_template(step) or path(step.kind, step.name, tasks) for step in ended), "")
    name = before.names.get(("template", one.template))
    if name and before.account.templates.get(one.template) != after.account.templates.get(one.template):
        return f"templates.{name}"
    crowding = (
        step for step in steps if step.kind == "task" and step.new and StreamKey.from_inputs(step.new) == one.stream
    )
    return next((path(step.kind, step.name, tasks) for step in crowding), "")


def _template(step: PlannedChange) -> str | None:
    """The template whose replacement is all that replaces a task."""
    alone = all(step.old.get(name) == step.new.get(name) for name in TASK_FIELDS if name != "template_id")
    follows = step.op == "replace" and step.kind == "task" and step.template and step.template == step.old_template
    return f"templates.{step.template}" if alone and follows else None
