"""Other witnesses than VOD: notifications in a receiver's database, and (cn) those that the vendor lists as sent.

A notification proves that a file was created, VOD that it is still there. So where VOD can be asked, it decides; what only a
notification can prove are files in COS and files whose retention is over.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from live_recording.callbacks import AnyEvent, FileEvent, InvalidNotification, PushEvent, parse
from live_recording.core.errors import ConfigError, ToolError
from live_recording.core.streams import StreamKey
from live_recording.core.text import count_of
from live_recording.core.timefmt import FOREVER, rfc3339
from live_recording.verify.intervals import Interval, Intervals
from live_recording.verify.judgement import SETTLE
from live_recording.verify.model import Evidence, Expectation, Push, RecordedFile
from live_recording.verify.queries import Reader

Files = Mapping[StreamKey, tuple[RecordedFile, ...]]
EventReader = Callable[[Interval], Iterable[AnyEvent]]
"""Returns the events of a period. Raises ToolError."""
PAGE = 100
DAY, RECORDS_KEPT = timedelta(days=1), timedelta(days=14)
"""Longest period of a query for sent notifications, and how long they are listed (PY, DescribeCallbackRecordsList)."""
SHOWN = 5
"""How many files a sentence names."""
FILE, END, BEGIN = 100, 0, 1


@dataclass(frozen=True, slots=True)
class Notified:
    """What notifications say: the files that they name, and the pushes that ended."""

    files: Files = field(default_factory=dict)
    pushes: tuple[Push, ...] = ()

    def with_files(self, files: Files) -> "Notified":
        """Return the same with more files."""
        streams = {**self.files, **files}
        merged = {
            stream: {one.id: one for one in (*self.files.get(stream, ()), *files.get(stream, ()))} for stream in streams
        }
        return replace(self, files={stream: tuple(found.values()) for stream, found in merged.items()})


def open_events(url: str) -> EventReader:
    """Return what reads a receiver's database, such as sqlite:///notifications.db.

    Raises ConfigError if there is no driver, no database or no table.
    """
    try:
        from live_recording.callbacks.database import DatabaseError, open_database
    except ImportError:
        raise ConfigError("--events needs SQLAlchemy: pip install 'live-recording[receiver]'.") from None
    try:
        database = open_database(url, read_only=True)
        database.check_table()
    except DatabaseError as error:
        raise ConfigError(f"--events: {error}") from None

    def read(period: Interval) -> Iterable[AnyEvent]:
        try:
            return tuple(database.read((FILE, END, BEGIN), period.start, period.end))
        except DatabaseError as error:
            raise ToolError(str(error)) from None

    return read


def notified(events: Iterable[AnyEvent]) -> Notified:
    """Return what the events say together."""
    files: dict[StreamKey, dict[str, RecordedFile]] = {}
    begins: dict[str, datetime] = {}
    ends: list[PushEvent] = []
    for event in events:
        if isinstance(event, FileEvent):
            file = _file(event)
            files.setdefault(file.stream, {})[file.id] = file
        elif isinstance(event, PushEvent):
            if event.began:
                begins[event.sequence] = event.at
            else:
                ends.append(event)
    pushes = (Push(_stream(end), Interval(begins[end.sequence], end.at)) for end in ends if end.sequence in begins)
    return Notified({stream: tuple(found.values()) for stream, found in files.items()}, tuple(sorted(pushes)))


def _stream(event: AnyEvent) -> StreamKey:
    return StreamKey(event.domain, event.app, event.stream)


def _file(event: FileEvent) -> RecordedFile:
    return RecordedFile(event.file_id, _stream(event), event.format, event.end, event.start, event.end, event.duration)


def unlisted_pushes(listed: Iterable[Push], notifications: Notified) -> Iterator[Push]:
    """Yield the pushes that were notified, and of which the list of pushes shows no part."""
    known = by_stream(listed)
    for push in notifications.pushes:
        if not any(push.time.overlaps(time) for time in known.get(push.stream, ())):
            yield push


def sent_files(read: Reader, streams: Mapping[StreamKey, Interval], now: datetime) -> Files:
    """Return the files that sent notifications name, of these streams and times (cn only). Raises ApiError."""
    found: dict[StreamKey, dict[str, RecordedFile]] = {}
    for stream, window in sorted(streams.items()):
        # A file is notified when its recording has ended; HLS splicing waits for half an hour at most.
        period = Interval(max(window.start, now - RECORDS_KEPT + SETTLE), min(window.end + DAY, now))
        for event in _sent_events(read, stream.stream, period):
            if isinstance(event, FileEvent) and _stream(event) == stream:
                found.setdefault(stream, {})[event.file_id] = _file(event)
    return {stream: tuple(files.values()) for stream, files in found.items()}


def _sent_events(read: Reader, stream: str, period: Interval) -> Iterator[AnyEvent]:
    start = period.start
    while start < period.end:
        end = min(start + DAY, period.end)
        body = {"StreamName": stream, "StartTime": rfc3339(start), "EndTime": rfc3339(end), "EventType": FILE}
        for number in count(1):
            answer = read("DescribeCallbackRecordsList", body | {"PageNum": number, "PageSize": PAGE})
            rows = answer.get("DataInfoList") or []
            for row in rows:
                with suppress(InvalidNotification):
                    yield parse(str(row.get("Request") or "").encode())
            if len(rows) < PAGE:
                break
        start = end


def with_times(files: Files, notifications: Notified) -> dict[StreamKey, tuple[RecordedFile, ...]]:
    """Return the files of VOD; those without times have them from their notifications."""
    known = {file.id: file for files in notifications.files.values() for file in files}
    return {
        stream: tuple(known.get(file.id, file) if file.end is None else file for file in found)
        for stream, found in files.items()
    }


def disagreements(expected: Iterable[Expectation], seen: Evidence, now: datetime) -> Iterator[str]:
    """Yield what VOD and the notifications of a receiver say differently about files of the expected recordings."""
    forms = {(one.stream, form.name): form for one in expected for form in one.formats if not form.in_cos}
    known = {key: form for key, form in forms.items() if form.sub_application not in seen.unknown_files}
    lost = {file_id for key, form in known.items() for file_id in _only_notified(seen, *key, form.storage_time, now)}
    if lost:
        yield f"VOD does not have {count_of(len(lost), 'file')} of which a notification came: {_some(lost)}."
    for domain, ids in sorted(_only_in_vod(seen, known).items()):
        yield f"No notification came for {count_of(len(ids), 'file')} of {domain} in VOD: {_some(ids)}."


def _only_in_vod(seen: Evidence, known: Iterable[tuple[StreamKey, str]]) -> dict[str, set[str]]:
    """Return the files that no notification names, by domain."""
    found: dict[str, set[str]] = {}
    for stream, form in known:
        named = {file.id for file in seen.notified_of(stream, form)}
        for file in seen.files_of(stream, form):
            if file.id not in named:
                found.setdefault(stream.domain, set()).add(file.id)
    return found


def _only_notified(seen: Evidence, stream: StreamKey, form: str, storage_time: int, now: datetime) -> Iterator[str]:
    in_vod = {file.id for file in seen.files_of(stream, form)}
    for file in seen.notified_of(stream, form):
        if file.id not in in_vod and _should_be_there(file, storage_time, now):
            yield file.id


def _should_be_there(file: RecordedFile, storage_time: int, now: datetime) -> bool:
    expired = storage_time != FOREVER and file.created + timedelta(seconds=storage_time) <= now
    return not expired and file.created + SETTLE <= now


def _some(ids: Iterable[str]) -> str:
    shown = sorted(ids)
    rest = [f"{len(shown) - SHOWN} more"] if len(shown) > SHOWN else []
    return ", ".join([*shown[:SHOWN], *rest])


def by_stream(pushes: Iterable[Push]) -> dict[StreamKey, Intervals]:
    """Return the times of the pushes of each stream."""
    times: dict[StreamKey, list[Interval]] = {}
    for push in pushes:
        times.setdefault(push.stream, []).append(push.time)
    return {stream: tuple(sorted(found)) for stream, found in times.items()}
