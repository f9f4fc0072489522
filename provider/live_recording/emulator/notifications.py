"""The notifications of callbacks: which events the vendor reports of pushes, recordings and files, and with which fields.

Sources: CN:47026, IN:38082 (event 100), CN:102192 (332), CN:117052 (341), IN:38081 (1 and 0). Assumed: recording begins 10 s
after the start of a push; a file is reported when it is created; with HLS splicing only the final file is, and a session
ends when no push has continued it in time.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from live_recording.emulator import callback_rules, streams
from live_recording.emulator.account import Account
from live_recording.emulator.messages import STREAM, Fields, is_same_stream
from live_recording.emulator.schemas import FORMATS

APP_ID = 1_250_000_001
END, BEGIN, FILE, STATUS, EXCEPTION = 0, 1, 100, 332, 341
URLS = {
    END: "StreamEndNotifyUrl",
    BEGIN: "StreamBeginNotifyUrl",
    FILE: "RecordNotifyUrl",
    STATUS: "RecordStatusNotifyUrl",
    EXCEPTION: "RecordExceptionNotifyUrl",
}
"""Event -> the field of a callback template with its URL."""
FORMAT_NUMBERS = {"FlvParam": 1, "HlsParam": 2, "Mp4Param": 3, "AacParam": 4, "Mp3Param": 5}
BY_RULE, BY_TASK = 1, 5
STREAM_PARAM = "txSecret=0123456789abcdef0123456789abcdef&txTime=7FFFFFFF"
FIRST_SEQUENCE = 6_000_000_000_000_000_000
NEVER = 2**40
"""Unix seconds after everything: the end of a push that continues."""
EXCEPTION_EXAMPLE = '{"domain": "push.example.com", "app": "live", "stream": "final", "type": -104, "level": "error"}'


def collect(account: Account) -> None:
    """Add the notifications of all events since the last time for which a callback rule applied."""
    if not account.callback_rules:
        return
    now = account.clock.seconds()
    for number, push in enumerate(account.pushes):
        if number not in account.reported_pushes:
            _collect_push(account, number, push, now)
    for file_id, file in account.files.items():
        if file_id not in account.reported_files and _is_final(account, file, now):
            account.reported_files.add(file_id)
            _add(account, f"file/{file_id}", FILE, file["Created"] + file["Delay"], file, _file(file_id, file))


def restored(state: Fields) -> dict[str, Fields]:
    """Return the notifications of a state, by what they report; older states have none."""
    return {one["Key"]: one for one in state.get("notifications", [])}


def parse_exception(account: Account, sent: object) -> str | None:
    """Add the notification of a recording exception that an order describes, or return an error message."""
    names = ("domain", "app", "stream")
    if not account.settings.site.callback_extras:
        return "Recording exceptions are notified on cn only."
    if not isinstance(sent, dict) or not all(isinstance(sent.get(name), str) for name in names):
        return f"Send {EXCEPTION_EXAMPLE}."
    stream = dict(zip(STREAM, (sent[name] for name in names), strict=True))
    now, kind = account.clock.seconds(), sent.get("type", -104)
    session = _session("exception", stream, now)
    body = {
        "event_type": EXCEPTION,
        "appid": APP_ID,
        "stream_id": stream["StreamName"],
        "session_id": session,
        "file_format": "mp4",
        "timestamp": now,
        "exception_level": sent.get("level", "error"),
        "exception": {"type": kind, "occurs": 1, "desc": "ordered"},
    }
    _add(account, f"exception/{session}/{kind}", EXCEPTION, now, stream, body)
    return None


def _collect_push(account: Account, number: int, push: Fields, now: int) -> None:
    begin, end = push["StartTime"], NEVER if push["EndTime"] is None else push["EndTime"]
    for event, at in ((BEGIN, begin), (END, end)):
        if at <= now:
            _add(account, f"push/{number}/{event}", event, at, push, _push(number, push, event, at))
    last = end
    for recorder in streams.recorders(account, {**push, "EndTime": end}):
        for body in _statuses(account, push, recorder):
            last = max(last, body["event_time"])
            if body["event_time"] <= now:
                key = f"status/{body['session_id']}/{body['seq']}"
                _add(account, key, STATUS, body["event_time"], push, body)
    if last <= now:
        account.reported_pushes.add(number)


def _add(account: Account, key: str, event: int, at: int, stream: Mapping[str, str], body: Fields) -> None:
    """Queue a notification, once, if a callback rule applied at that time and its template has a URL for the event."""
    if key in account.notifications:
        return
    rule = callback_rules.in_effect(account, stream["DomainName"], stream["AppName"], at)
    template = account.callback_templates.get(rule["TemplateId"], {}) if rule else {}
    if url := template.get(URLS[event]):
        account.notifications[key] = {
            "Key": key,
            "EventType": event,
            "StreamName": stream["StreamName"],
            "EventTime": at,
            "TemplateId": template["TemplateId"],
            "Url": url,
            "Body": json.dumps(body),
            "Due": at,
            "State": "pending",
            "Attempts": [],
        }


def _is_final(account: Account, file: Fields, now: int) -> bool:
    """Return whether a file is there, and no push continues it that has not ended yet."""
    splice = file["Created"] - file["EndTime"] - streams.CREATED_AFTER
    return file["Created"] + file["Delay"] <= now and not any(
        not push["Recorded"] and 0 <= push["StartTime"] - file["EndTime"] <= splice
        for push in (account.pushes if splice else ())
        if is_same_stream(push, file)
    )


def _push(number: int, push: Fields, event: int, at: int) -> Fields:
    body = {
        "event_type": event,
        "appid": APP_ID,
        "app": push["DomainName"],
        "appname": push["AppName"],
        "stream_id": push["StreamName"],
        "channel_id": push["StreamName"],
        "event_time": at,
        "sequence": str(FIRST_SEQUENCE + number),
        "node": "127.0.0.1",
        "user_ip": "127.0.0.1",
        "stream_param": STREAM_PARAM,
        "errcode": 0,
        "errmsg": "ok",
        "set_id": 2,
        "width": 1920,
        "height": 1080,
    }
    if event == BEGIN:
        return body
    length = str((at - push["StartTime"]) * 1000)
    return body | {"errcode": 1, "errmsg": "The push client closed the connection", "push_duration": length}


@dataclass(frozen=True)
class _Session:
    """A recording session, as one push sees it."""

    began: int
    resumed_before: int = 0  # how often it had been resumed when the push began, this time included
    resumed_after: bool = False


def _statuses(account: Account, push: Fields, recorder: streams.Recorder) -> Iterator[Fields]:
    """Yield that each format of a recording began and ended; spliced HLS pauses, and ends or is resumed."""
    template = recorder.template
    if template is None or recorder.end - recorder.start < streams.SHORTEST:
        return
    enabled = [name for name in FORMATS if (template.get(name) or {}).get("Enable")]
    for number, name in enumerate(enabled):
        wait = streams.resume_time(template) if name == "HlsParam" else 0
        session = _spliced(account, push, recorder, wait) if wait else _Session(recorder.start)
        for count, (event, at) in enumerate(_events(recorder, session, wait), 2 * session.resumed_before):
            yield _status(push, recorder, name, at) | {
                "session_id": _session(recorder.name, push, session.began),
                "seq": count * len(FORMATS) + number,
                "record_event": event,
            }


def _events(recorder: streams.Recorder, session: _Session, wait: int) -> Iterator[tuple[str, int]]:
    """Yield the events of one push in a session, with their times."""
    begin = "record_resumed" if session.resumed_before else "record_start_succeeded"
    yield begin, recorder.start + streams.SHORTEST
    if wait:
        yield "record_paused", recorder.end
    if not session.resumed_after:
        yield "record_ended", recorder.end + wait


def _spliced(account: Account, push: Fields, recorder: streams.Recorder, wait: int) -> _Session:
    """Return the session of spliced HLS: pushes that begin within *wait* seconds after the one before continue it."""
    parts = sorted(_parts(account, push, recorder.name))
    continues = [0 <= start - end <= wait for (_, end), (start, _) in pairwise(parts)]  # of each part but the first
    here = first = parts.index((recorder.start, recorder.end))
    while first and continues[first - 1]:
        first -= 1
    return _Session(parts[first][0], here - first, continues[here : here + 1] == [True])


def _parts(account: Account, push: Fields, recorder: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of what a recorder records of all pushes of the stream."""
    for other in account.pushes:
        if is_same_stream(other, push):
            for part in streams.recorders(account, {**other, "EndTime": other["EndTime"] or NEVER}):
                if part.name == recorder and part.end - part.start >= streams.SHORTEST:
                    yield part.start, part.end


def _status(push: Fields, recorder: streams.Recorder, form: str, at: int) -> Fields:
    model = BY_TASK if recorder.task_id else BY_RULE
    content = {"file_format": FORMAT_NUMBERS[form], "record_bps": 0, "start_model": model}
    return {
        "event_type": STATUS,
        "appid": APP_ID,
        "appname": push["AppName"],
        "domain": push["DomainName"],
        "stream_id": push["StreamName"],
        "event_time": at,
        "record_detail": json.dumps(content | {"record_content": 1, "source_type": 1, "codec_temp_id": 0}),
    } | ({"task_id": recorder.task_id} if recorder.task_id else {})


def _file(file_id: str, file: Fields) -> Fields:
    recorder, _, name = file["Recorder"].partition(" ")
    session = _session(file["Recorder"], file, file.get("Began") or file["StartTime"])
    in_cos = f"{APP_ID}_{hashlib.sha256(file_id.encode()).hexdigest()[:32]}"
    shown = in_cos if file["InCos"] else file_id
    template = {"record_temp_id": str(file["TemplateId"])} if file.get("TemplateId") else {}
    # A rule has a number as task_id too (traces).
    by_task = {"task_id": name} if recorder == "task" else {"task_id": session, "stream_param": STREAM_PARAM}
    return {
        "event_type": FILE,
        "appid": APP_ID,
        "app": file["DomainName"],
        "appname": file["AppName"],
        "stream_id": file["StreamName"],
        "channel_id": file["StreamName"],
        "file_id": shown,
        "record_file_id": shown,
        "file_format": {"m3u8": "hls"}.get(file["Type"], file["Type"]),
        "start_time": file["StartTime"],
        "end_time": file["EndTime"],
        "start_time_usec": 0,
        "end_time_usec": 0,
        "duration": file["Duration"],
        "file_size": file["Duration"] * 500_000,
        "video_url": f"http://{APP_ID}.vod.example.com/{shown}/f0.{file['Type']}",
        "media_start_time": 0,
        "record_bps": 0,
        "callback_ext": json.dumps({"video_codec": "h264", "resolution": "1920x1080", "session_id": session}),
        **template,
        **by_task,
    }


def _session(recorder: str, stream: Mapping[str, object], start: int) -> str:
    """Return the id of a recording session: 19 digits, as in traces."""
    names = "/".join(str(stream[name]) for name in STREAM)
    digest = hashlib.sha256(f"{recorder} {names} {start}".encode()).hexdigest()
    return str(10**18 + int(digest[:15], 16) % (9 * 10**18))
