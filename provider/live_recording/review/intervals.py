"""What recordings with a beginning and an end lose, second by second.

Rule 1: it is no loss while another recording of the stream goes on: a task, or the rule that wins. Rule 2: of the tasks
that overlap on a stream only so many record (IN:37309), and that it is the earliest is assumed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from live_recording.account.api_mapping import FORMAT_FIELDS
from live_recording.account.objects import Live, key_of
from live_recording.account.snapshot import Snapshot
from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import FOREVER
from live_recording.core.vendor import OVERLAPS_MAX
from live_recording.review.changes import Inputs
from live_recording.review.coverage import HLS_FOREVER, formats
from live_recording.review.format_loss import Change, shortfall
from live_recording.review.model import Format, LossKind


class RecordingInterval(NamedTuple):
    """One recording of one stream: a task, or a live record."""

    id: str
    stream: StreamKey
    start: datetime
    end: datetime
    formats: tuple[Format, ...]
    template: str = ""  # id; empty: none
    task: bool = True

    def beside(self, other: "RecordingInterval") -> bool:
        """Whether both run at some time."""
        return self.start < other.end and other.start < self.end


class Span(NamedTuple):
    """A time from *start* to *end*."""

    start: datetime
    end: datetime


class Gap(NamedTuple):
    """What one recording loses, and when."""

    airing: RecordingInterval
    kind: LossKind
    changes: tuple[Change, ...]
    spans: tuple[Span, ...]


def recording_intervals(account: Snapshot, now: datetime) -> dict[str, RecordingInterval]:
    """The tasks of the account that are neither over nor stopped, by id."""
    recorded = {template_id: formats(template) for template_id, template in account.templates.items()}
    found = (_interval(task, recorded) for task in account.tasks.values() if not task.get("Stopped"))
    return {one.id: one for one in found if one.end > now}


def _interval(task: Live, recorded: Mapping[str, tuple[Format, ...]]) -> RecordingInterval:
    template_id = str(task.get("TemplateId") or "")
    start, end = (datetime.fromtimestamp(task[name], UTC) for name in ("StartTime", "EndTime"))
    return RecordingInterval(
        str(task["TaskId"]), key_of(task), start, end, recorded.get(template_id, HLS_FOREVER), template_id
    )


def live_record_interval(record_id: str, inputs: Inputs, now: datetime) -> RecordingInterval:
    """A live record by the arguments or the state of its resource; in real time it has begun by now."""
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
        task=False,
    )


def gaps(
    before: Iterable[RecordingInterval],
    after: Iterable[RecordingInterval],
    by_rule: Callable[[StreamKey], tuple[Format, ...]],
    now: datetime,
) -> Iterator[Gap]:
    """What each recording before loses from *now* on; *by_rule*: what a rule records of a stream after the plan."""
    had, has = _by_stream(before), _by_stream(after)
    for stream, ones in had.items():
        for one in ones:
            instead = [other for other in has.get(stream, ()) if other.beside(one)]
            if one in instead and len(instead) <= OVERLAPS_MAX:
                continue  # it goes on as it is
            found: dict[tuple[LossKind, tuple[Change, ...]], list[Span]] = {}
            for part in _parts(one, [*ones, *instead], now):
                if one in _recording(ones, part.start):
                    left = [form for other in _recording(instead, part.start) for form in other.formats]
                    for what in shortfall(one.formats, (*left, *by_rule(stream))).items():
                        _extend(found.setdefault(what, []), part)
            yield from (Gap(one, *what, tuple(spans)) for what, spans in found.items())


def _by_stream(ones: Iterable[RecordingInterval]) -> dict[StreamKey, list[RecordingInterval]]:
    found: dict[StreamKey, list[RecordingInterval]] = {}
    for one in sorted(ones, key=lambda one: (one.stream, one.start, one.id)):
        found.setdefault(one.stream, []).append(one)
    return found


def _parts(one: RecordingInterval, others: Iterable[RecordingInterval], now: datetime) -> Iterator[Span]:
    """The time that is left of *one*, cut wherever another one begins or ends."""
    first = max(one.start, now)
    cuts = {at for other in others for at in (other.start, other.end) if first < at < one.end}
    yield from (Span(*ends) for ends in pairwise(sorted({first, one.end, *cuts})))


def _recording(ones: Sequence[RecordingInterval], at: datetime) -> list[RecordingInterval]:
    """Those that record at a time, of *ones* sorted by their beginning."""
    running = [one for one in ones if one.start <= at < one.end]
    return [one for one in running if not one.task] + [one for one in running if one.task][:OVERLAPS_MAX]


def _extend(spans: list[Span], part: Span) -> None:
    if spans and spans[-1].end == part.start:
        part = Span(spans.pop().start, part.end)
    spans.append(part)
