"""The recordings that a plan ends or shortens: their sentences, their causes, and who accepted them."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from live_recording.account.diff import TASK_FIELDS
from live_recording.account.objects import ObjectRef
from live_recording.core.findings import KeyPath
from live_recording.core.streams import StreamKey, level, winning_rule
from live_recording.core.text import join_words
from live_recording.core.timefmt import FOREVER, hours
from live_recording.desired.declarations import NO_RECORD
from live_recording.lint.acknowledgements import covers
from live_recording.review.changes import PlannedChange, entry_path
from live_recording.review.format_loss import FormatChange, format_length, format_losses
from live_recording.review.intervals import Gap, RecordingInterval, Span
from live_recording.review.model import EffectiveRule, Format, Loss, LossKind, Pattern, recorded_formats
from live_recording.review.ownership import AccountView
from live_recording.stackfile.model import Acknowledgement

FINDING = "recording-loss"
"""The id of the finding that an acknowledgement names."""
TIMES_SHOWN = 3
"""How many times are written out of a loss that recurs."""
ORDER: tuple[LossKind, ...] = ("stops", "format", "retention")


def pattern_losses(patterns: Mapping[StreamKey, Pattern], cause_of: Callable[[StreamKey], KeyPath]) -> Iterator[Loss]:
    """Yield what the streams of each pattern lose because of rules and templates."""
    for key, pattern in patterns.items():
        before, after = recorded_formats(pattern.before), recorded_formats(pattern.after)
        for kind, changes in format_losses(before, after).items():
            reason = _why_nothing_records(pattern.after) if kind == "stops" else ""
            sentence = f"{pattern.name}{_describe(kind, changes)}{reason}."
            yield Loss(kind, cause_of(key), pattern.name, sentence, None)


def recording_losses(
    gaps: Iterable[Gap], cause_of: Callable[[RecordingInterval], KeyPath], zone: str
) -> Iterator[Loss]:
    """Yield what tasks and live records lose; the same loss at several times is one, its times in *zone*."""
    spans_of: dict[tuple[LossKind, KeyPath, str, str], list[Span]] = {}
    for gap in gaps:
        description = _describe(gap.kind, gap.changes)
        loss = (gap.kind, cause_of(gap.interval), str(gap.interval.stream), description)
        spans_of.setdefault(loss, []).extend(gap.spans)
    for (kind, path, stream, description), spans in spans_of.items():
        recordings = " for recordings" if kind == "retention" else ""
        sentence = f"{stream}{description}{recordings} {_describe_times(sorted(spans), zone)}."
        yield Loss(kind, path, stream, sentence, None)


def acknowledge_losses(losses: Iterable[Loss], in_force: Iterable[Acknowledgement]) -> tuple[Loss, ...]:
    """Return the losses in their order, each with the acknowledgement that accepts it."""
    entries = tuple(in_force)
    return tuple(
        replace(loss, acknowledged=_acknowledgement_of(loss, entries))
        for loss in sorted(losses, key=lambda loss: (ORDER.index(loss.kind), loss.path_text, loss.what, loss.sentence))
    )


def _acknowledgement_of(loss: Loss, entries: Iterable[Acknowledgement]) -> Acknowledgement | None:
    return next((entry for entry in entries if covers(entry, FINDING, loss.path)), None)


def _why_nothing_records(after: EffectiveRule | None) -> str:
    if after is None:
        return ": no rule applies"
    rule = after.rule or f"the rule for {after.key}"
    if after.template == NO_RECORD:
        return f": {rule} suppresses it"
    return f": {rule} points to template {after.template}, which records no format"


def _describe(kind: LossKind, changes: tuple[FormatChange, ...]) -> str:
    """Return what happens, to be written behind the name of the streams."""
    if kind == "stops":
        return " is no longer recorded"
    if kind == "format":
        return f" is no longer recorded as {join_words(change.before.name.upper() for change in changes)}"
    return f": {join_words(_describe_retention(change.before, change.after) for change in changes if change.after)}"


def _describe_retention(before: Format, after: Format) -> str:
    verb = "changes" if before.cos or after.cos else "drops"
    return f"{before.name.upper()} retention {verb} from {_retention(before)} to {_retention(after)}"


def _retention(form: Format) -> str:
    if form.cos:
        return "the lifetime set by the COS bucket"
    return "unlimited" if form.storage_time == FOREVER else format_length(form.storage_time)


def _describe_times(spans: Sequence[Span], zone: str) -> str:
    times = [_describe_span(span, ZoneInfo(zone)) for span in spans[:TIMES_SHOWN]]
    if len(spans) > TIMES_SHOWN:
        times.append(f"{len(spans) - TIMES_SHOWN} more times")
    return f"{join_words(times)} ({zone})"


def _describe_span(span: Span, zone: ZoneInfo) -> str:
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    if start.date() == end.date():
        return f"on {start:%Y-%m-%d} from {hours(start)} to {hours(end)}"
    return f"from {start:%Y-%m-%d} {hours(start)} to {end:%Y-%m-%d} {hours(end)}"


def cause_of_pattern_loss(stream: StreamKey, before: AccountView, after: AccountView) -> KeyPath:
    """Return the entry whose change makes the difference for the streams of a pattern."""
    old = winning_rule(before.account.rules, stream)
    new = winning_rule(after.account.rules, stream)
    if old is None or new is None or old != new:
        return _cause_of_other_winner(old, new, before, after)
    old_id, new_id = before.account.rules[old], after.account.rules[new]
    old_name = before.names.get(ObjectRef("template", old_id))
    new_name = after.names.get(ObjectRef("template", new_id))
    same_entry = old_id == new_id or old_name == new_name  # updated in place, or replaced by another object
    return ("templates", new_name) if new_name and same_entry else after.rule_path(new)


def _cause_of_other_winner(
    old: StreamKey | None, new: StreamKey | None, before: AccountView, after: AccountView
) -> KeyPath:
    if new and (old is None or level(new) < level(old)):
        return after.rule_path(new)  # a more specific rule was added
    return before.rule_path(old) if old else ()


def cause_of_recording_loss(
    interval: RecordingInterval,
    before: AccountView,
    after: AccountView,
    changes: Sequence[PlannedChange],
    tasks: Container[str],
) -> KeyPath:
    """Return the entry that ends a task or live record, or changes its formats; *tasks* as for `entry_path`."""
    if interval.id not in after.account.tasks:
        return _cause_of_end(interval, changes, tasks)
    name = before.names.get(ObjectRef("template", interval.template))
    if name and before.account.templates.get(interval.template) != after.account.templates.get(interval.template):
        return "templates", name
    for change in changes:
        if change.kind == "task" and change.new and StreamKey.from_inputs(change.new) == interval.stream:
            return entry_path(change.kind, change.name, tasks)  # one task too many at the same time
    return ()


def _cause_of_end(interval: RecordingInterval, changes: Sequence[PlannedChange], tasks: Container[str]) -> KeyPath:
    for change in changes:
        if change.id == interval.id and change.kind in ("task", "live_record"):
            return _replaced_template(change) or entry_path(change.kind, change.name, tasks)
    return ()


def _replaced_template(change: PlannedChange) -> KeyPath | None:
    """Return the template whose replacement is the only reason to replace this task, or None."""
    if change.op != "replace" or change.kind != "task" or not change.template:
        return None
    others_equal = all(change.old.get(name) == change.new.get(name) for name in TASK_FIELDS if name != "template_id")
    return ("templates", change.template) if others_equal and change.template == change.old_template else None
