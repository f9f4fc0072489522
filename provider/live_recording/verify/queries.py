"""What the vendor knows about pushes and files: queries within the limits of each action, and their answers, parsed.

Three time forms meet here: events and files have UTC in ISO 8601, rules have China time without a zone, tasks Unix seconds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from live_recording.account.objects import LiveRule
from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import CHINA, rfc3339
from live_recording.verify.intervals import Interval
from live_recording.verify.model import Push, RecordedFile

PAGE = 100
"""Rows of a page: the most that the list of pushes has (CN:33186); SearchMedia has 10 unless asked (CN:31813)."""
MOST_PUSHES, MOST_FILES = 10_000, 5_000
"""Rows that a query can reach at most (CN:33186; CN:31813, where TotalCount is cut as well)."""
SPAN = timedelta(days=29)
"""Longest period of a query for pushes: 1 month (CN:33186), 30 days (IN:30800)."""
BEFORE = timedelta(days=1)
"""A push of the period may have begun before it; which of its times the query compares is not documented."""
FORMAT_OF_TYPE = {"m3u8": "hls", "hls": "hls", "flv": "flv", "mp4": "mp4", "aac": "aac", "mp3": "mp3"}
"""Type of a file in VOD -> format of a recording."""

Raw = Mapping[str, Any]


Reader = Callable[[str, dict[str, Any]], Raw]
"""Sends a call that changes nothing, with its action and body, and returns its answer."""


@dataclass(frozen=True, slots=True, order=True)
class AppQuery:
    """The pushes of a domain to query, of one app; without an app, those that the API returns then."""

    domain: str
    app: str = ""


def read_pushes(read: Reader, query: AppQuery, period: Interval) -> Iterator[Push]:
    """Yield the pushes that ended in the *period*, or a little before it. Raises ApiError."""
    start = period.start - BEFORE
    while start < period.end:
        end = min(start + SPAN, period.end)
        yield from _pushes_between(read, query, Interval(start, end))
        start = end


def _pushes_between(read: Reader, query: AppQuery, span: Interval) -> Iterator[Push]:
    body = {"DomainName": query.domain, "IsFilter": 1, "PageSize": PAGE}
    body |= {"AppName": query.app} if query.app else {}
    body |= {"StartTime": rfc3339(span.start), "EndTime": rfc3339(span.end)}
    for number in count(1):
        answer = read("DescribeLiveStreamEventList", body | {"PageNum": number})
        if int(answer.get("TotalNum") or 0) > MOST_PUSHES and (halves := _halves(span)):
            for half in halves:
                yield from _pushes_between(read, query, half)
            return
        rows = answer.get("EventList") or []
        yield from filter(None, map(parse_push, rows))
        if len(rows) < PAGE:
            return


def parse_push(raw: Raw) -> Push | None:
    """Return a push as the API lists it, or None if it has no end yet."""
    start, end = (parse_utc(raw.get(name)) for name in ("StreamStartTime", "StreamEndTime"))
    if start is None or end is None:
        return None
    return Push(StreamKey(raw["DomainName"], raw.get("AppName") or "", raw["StreamName"]), Interval(start, end))


@dataclass(frozen=True, slots=True)
class FileQuery:
    """The files of recordings to query in one sub-application of VOD (None: the main one)."""

    sub_application: int | None
    domains: tuple[str, ...]
    stream: StreamKey | None = None  # only its files


def read_files(read: Reader, query: FileQuery, created: Interval) -> Iterator[Raw]:
    """Yield the files that were created in a period, as the API lists them. Raises ApiError."""
    body: dict[str, Any] = {"SourceTypes": ["Record"], "Filters": ["basicInfo", "metaData"], "Limit": PAGE}
    body |= {} if query.sub_application is None else {"SubAppId": query.sub_application}
    body |= {"StreamDomains": list(query.domains), "Sort": {"Field": "CreateTime", "Order": "Asc"}}
    if query.stream:
        body |= {"StreamPaths": [query.stream.app], "StreamIds": [query.stream.stream]}
    # Whether a file created at Before is included is documented both ways: ask for a second more.
    body["CreateTime"] = {"After": rfc3339(created.start), "Before": rfc3339(created.end + timedelta(seconds=1))}
    for offset in count(0, PAGE):
        answer = read("SearchMedia", body | {"Offset": offset})
        if int(answer.get("TotalCount") or 0) >= MOST_FILES and (halves := _halves(created)):
            for half in halves:
                yield from read_files(read, query, half)
            return
        rows = answer.get("MediaInfoSet") or []
        yield from rows
        if len(rows) < PAGE:
            return


def parse_file(raw: Raw, asked: StreamKey | None = None) -> RecordedFile | None:
    """Return a file of a recording, or None if it is not one, or does not name its stream and no stream was *asked* for."""
    basic = raw.get("BasicInfo") or {}
    form, created = FORMAT_OF_TYPE.get(str(basic.get("Type")).lower()), parse_utc(basic.get("CreateTime"))
    info = _recording_info(basic)
    stream = _stream(info) or asked
    if form is None or created is None or stream is None:
        return None
    length = (raw.get("MetaData") or {}).get("Duration")
    start, end = parse_utc(info.get("RecordStartTime")), parse_utc(info.get("RecordEndTime"))
    return RecordedFile(str(raw["FileId"]), stream, form, created, start, end, length)


def _recording_info(basic: Raw) -> Raw:
    """Return what VOD knows about the recording of a file; nothing in some answers, also in the vendor's samples."""
    return (basic.get("SourceInfo") or {}).get("LiveRecordInfo") or {}


def _stream(info: Raw) -> StreamKey | None:
    parts = [str(info.get(name) or "") for name in ("Domain", "Path", "StreamId")]
    return StreamKey(*parts) if all(parts) else None


def lacks_stream(raw: Raw) -> bool:
    """Return whether a file does not name its stream: the API then only finds it by that name."""
    return _stream(_recording_info(raw.get("BasicInfo") or {})) is None


def stream_state(read: Reader, stream: StreamKey) -> str:
    """Return `active` for a stream that is being pushed now, `inactive` or `forbid` (CN:20470). Raises ApiError."""
    body = {"DomainName": stream.domain, "AppName": stream.app, "StreamName": stream.stream}
    return str(read("DescribeLiveStreamState", body).get("StreamState") or "")


def rule_changes(read: Reader) -> dict[StreamKey, datetime | None]:
    """Return when each rule of the account was created or changed last. Raises ApiError."""
    rows = read("DescribeLiveRecordRules", {}).get("Rules") or []
    return {LiveRule.from_api(raw).key: _last_change(raw) for raw in rows}


def _last_change(raw: Raw) -> datetime | None:
    times = (parse_china_time(raw.get(name)) for name in ("CreateTime", "UpdateTime"))
    return max((time for time in times if time), default=None)


def task_starts(read: Reader, spans: Iterable[Interval]) -> dict[tuple[StreamKey, datetime], datetime]:
    """Return stream and end -> start of the account's tasks inside each span. Raises ApiError."""
    starts = {}
    for span in spans:
        body: dict[str, Any] = {"StartTime": int(span.start.timestamp()), "EndTime": int(span.end.timestamp()) + 1}
        token: str | None = ""
        while token is not None:
            answer = read("DescribeRecordTask", body | ({"ScrollToken": token} if token else {}))
            rows: Sequence[Raw] = answer.get("TaskList") or []
            for raw in rows:
                key = StreamKey(raw["DomainName"], raw["AppName"], raw["StreamName"])
                starts[key, datetime.fromtimestamp(raw["EndTime"], UTC)] = datetime.fromtimestamp(raw["StartTime"], UTC)
            token = answer.get("ScrollToken") if rows else None
            token = token or None
    return starts


def parse_utc(text: object) -> datetime | None:
    """Return the time of an ISO 8601 text with zone, such as 2019-01-07T12:00:00Z, or None."""
    with suppress(ValueError, TypeError):
        time = datetime.fromisoformat(text)  # type: ignore[arg-type]
        return time.astimezone(UTC) if time.tzinfo else None
    return None


def parse_china_time(text: object) -> datetime | None:
    """Return the time of a text without zone that the API writes in China time, or None."""
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)  # type: ignore[arg-type]
    return None


def _halves(span: Interval) -> tuple[Interval, Interval] | None:
    """Return both halves of a period, in whole seconds, or None if it cannot be divided."""
    seconds = int(span.length.total_seconds())
    if seconds <= 1:
        return None
    middle = span.start + timedelta(seconds=seconds // 2)
    return Interval(span.start, middle), Interval(middle, span.end)
