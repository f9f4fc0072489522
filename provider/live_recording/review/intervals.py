"""What recordings with a start and an end lose, second by second.

There is no loss while another recording of the stream continues: a task, or the rule that wins. Of the tasks that
overlap on a stream only OVERLAPS_MAX record (IN:37309); that these are the earliest ones is *assumed*.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from live_recording.account.api_mapping import FORMAT_FIELDS
from live_recording.account.objects import NO_TEMPLATE, LiveTask
from live_recording.account.snapshot import Snapshot
from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import FOREVER
from live_recording.core.vendor import OVERLAPS_MAX
from live_recording.review.changes import Inputs
from live_recording.review.coverage import HLS_UNLIMITED, template_formats
from live_recording.review.format_loss import FormatChange, format_losses
from live_recording.review.model import Format, LossKind


@dataclass(frozen=True, slots=True)
class RecordingInterval:
    """One recording of one stream: a task, or a live record."""

    id: str
    stream: StreamKey
    start: datetime
    end: datetime
    formats: tuple[Format, ...]
    template: str = ""  # id; empty: none
    is_task: bool = True

    def overlaps(self, other: "RecordingInterval") -> bool:
        """Return whether both run at the same time at some point."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A time from *start* to *end*."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """What one recording loses, and when."""

    interval: RecordingInterval
    kind: LossKind
    changes: tuple[FormatChange, ...]
    spans: tuple[Span, ...]


def recording_intervals(account: Snapshot, now: datetime) -> dict[str, RecordingInterval]:
    """Return the tasks of the account that are neither finished nor stopped, by id."""
    formats_of = {template_id: template_formats(template) for template_id, template in account.templates.items()}
    intervals = (_task_interval(task, formats_of) for task in account.tasks.values() if not task.stopped_at)
    return {interval.id: interval for interval in intervals if interval.end > now}


def _task_interval(task: LiveTask, formats_of: Mapping[str, tuple[Format, ...]]) -> RecordingInterval:
    template_id = "" if task.template_id == NO_TEMPLATE else task.template_id
    start, end = (datetime.fromtimestamp(seconds, UTC) for seconds in (task.start, task.end))
    formats = formats_of.get(template_id, HLS_UNLIMITED)
    return RecordingInterval(task.id, task.stream, start, end, formats, template_id)


def live_record_interval(record_id: str, inputs: Inputs, now: datetime) -> RecordingInterval:
    """Return the interval of a live record from its inputs or its state; a real-time record starts now."""
    start = datetime.fromisoformat(inputs["start"]) if "start" in inputs else now
    end = inputs.get("ends_at") or inputs.get("end")
    form = inputs["file_format"]
    interval = None if form == "hls" else inputs.get("record_interval", FORMAT_FIELDS["record_interval"].default)
    return RecordingInterval(
        record_id,
        StreamKey(inputs.get("domain", "*"), inputs["app"], inputs["stream"]),
        start,
        datetime.fromisoformat(end) if end else start + timedelta(seconds=inputs.get("duration", 0)),
        (Format(form, inputs.get("storage_time", FOREVER), interval, cos=False),),
        is_task=False,
    )


def recording_gaps(
    before: Iterable[RecordingInterval],
    after: Iterable[RecordingInterval],
    formats_by_rule: Callable[[StreamKey], tuple[Format, ...]],
    now: datetime,
) -> Iterator[Gap]:
    """Yield what each recording before loses from *now* on; *formats_by_rule*: what a rule records after the plan."""
    before_by_stream, after_by_stream = _by_stream(before), _by_stream(after)
    for stream, intervals in before_by_stream.items():
        for interval in intervals:
            substitutes = [other for other in after_by_stream.get(stream, ()) if other.overlaps(interval)]
            if interval in substitutes and len(substitutes) <= OVERLAPS_MAX:
                continue  # it continues unchanged
            yield from _gaps_of(interval, intervals, substitutes, formats_by_rule(stream), now)


def _gaps_of(
    interval: RecordingInterval,
    before: Sequence[RecordingInterval],
    substitutes: Sequence[RecordingInterval],
    by_rule: tuple[Format, ...],
    now: datetime,
) -> Iterator[Gap]:
    spans_of: dict[tuple[LossKind, tuple[FormatChange, ...]], list[Span]] = {}
    for part in _parts(interval, [*before, *substitutes], now):
        if interval not in _recording_at(before, part.start):
            continue  # too many tasks at the same time: it did not record before either
        left = [form for other in _recording_at(substitutes, part.start) for form in other.formats]
        for loss in format_losses(interval.formats, (*left, *by_rule)).items():
            _append(spans_of.setdefault(loss, []), part)
    for (kind, changes), spans in spans_of.items():
        yield Gap(interval, kind, changes, tuple(spans))


def _by_stream(intervals: Iterable[RecordingInterval]) -> dict[StreamKey, list[RecordingInterval]]:
    groups: dict[StreamKey, list[RecordingInterval]] = {}
    for interval in sorted(intervals, key=lambda interval: (interval.stream, interval.start, interval.id)):
        groups.setdefault(interval.stream, []).append(interval)
    return groups


def _parts(interval: RecordingInterval, others: Iterable[RecordingInterval], now: datetime) -> Iterator[Span]:
    """Yield the remaining time of *interval*, cut wherever another one starts or ends."""
    first = max(interval.start, now)
    cuts = {at for other in others for at in (other.start, other.end) if first < at < interval.end}
    for start, end in pairwise(sorted({first, interval.end, *cuts})):
        yield Span(start, end)


def _recording_at(intervals: Sequence[RecordingInterval], at: datetime) -> list[RecordingInterval]:
    """Return those of *intervals*, which are sorted by start, that record at a time."""
    running = [interval for interval in intervals if interval.start <= at < interval.end]
    live_records = [interval for interval in running if not interval.is_task]
    tasks = [interval for interval in running if interval.is_task]
    return live_records + tasks[:OVERLAPS_MAX]


def _append(spans: list[Span], part: Span) -> None:
    """Append a span, merged with the last one if they touch."""
    if spans and spans[-1].end == part.start:
        part = Span(spans.pop().start, part.end)
    spans.append(part)
