"""Streams that are pushed, and the files that rules and tasks make of them: an independent reading of the vendor's rules.

Sources: feature guide (priority, 5 to 10 minutes until a rule applies), IN:37309 (tasks, three at once), CN:32614 (formats,
RecordInterval, FlowContinueDuration, StorageTime), CN:47026 (files, nothing of pushes under 10 s). Assumed: a rule applies
to a push that begins 10 minutes or more after the rule was created, a wider one until then; a task that starts while three
others record its stream records nothing; a file is created 2 s after its end, with HLS splicing after that wait.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from live_recording.emulator.account import Account, task_order
from live_recording.emulator.clock import CHINA, parse_china_time, parse_time
from live_recording.emulator.effective_recording import MOST_TASKS, PRIORITY
from live_recording.emulator.messages import Answer, Fields, Refusal, is_same_stream, page_of
from live_recording.emulator.schemas import DOMAIN, FORMATS
from live_recording.emulator.sites import DAY
from live_recording.emulator.templates import MAIN_VOD_APP, RECORD_PARAM

RULE_DELAY = 600
SHORTEST = 10
CREATED_AFTER = 2
TYPES = {"FlvParam": "flv", "Mp4Param": "mp4", "AacParam": "aac", "Mp3Param": "mp3"}
"""Format of a template -> type of its files in VOD; that of HLS is assumed."""
WIDEST_QUERY, HISTORY = 30 * DAY, 60 * DAY
"""DescribeLiveStreamEventList: the span of a query, and how long ago (IN:30800; cn: 1 and 2 months, CN:33186)."""
MOST_EVENTS = 10_000
REQUIRED = {"domain", "app", "stream", "start"}
PUSH_FIELDS = REQUIRED | {"end", "delay", "nameless"}
EXAMPLE = '{"domain": "push.example.com", "app": "live", "stream": "final", "start": TIME, "end": TIME}'


@dataclass(frozen=True)
class Recorder:
    """What records a part of a push: a rule or a task with its template; times in Unix seconds."""

    name: str
    template: Fields | None
    start: int
    end: int
    task_id: str = ""


def parse_push(sent: object) -> Fields | str:
    """Return the push that an order describes, or an error message.

    Without `end` it does not end. `delay` holds its files back for so many seconds; of a `nameless` one VOD does not tell the
    stream of its files, as in the vendor's own samples.
    """
    if not isinstance(sent, dict) or not REQUIRED <= sent.keys() <= PUSH_FIELDS:
        return f"Send {EXAMPLE}; optional are end, delay and nameless."
    start, end = parse_time(sent["start"]), parse_time(sent.get("end"))
    if start is None or (end is None and sent.get("end") is not None):
        return "start and end are RFC 3339 times with their offset, such as 2026-12-04T12:00:00Z."
    if end is not None and end <= start:
        return "end must be later than start."
    return _wrong_name(sent) or _push(sent, start, end)


def _wrong_name(sent: Fields) -> str | None:
    names = [sent[name] for name in ("domain", "app", "stream")]
    if all(isinstance(name, str) and name for name in names) and DOMAIN.holds(names[0]):
        return None
    return f"domain is {DOMAIN.words}; app and stream are texts that are not empty: {EXAMPLE}."


def _push(sent: Fields, start: datetime, end: datetime | None) -> Fields:
    return {
        "DomainName": sent["domain"],
        "AppName": sent["app"],
        "StreamName": sent["stream"],
        "StartTime": int(start.timestamp()),
        "EndTime": int(end.timestamp()) if end else None,
        "Delay": int(sent.get("delay") or 0),
        "Nameless": bool(sent.get("nameless")),
        "Recorded": False,
    }


def settle(account: Account) -> None:
    """Create the files of all pushes that have ended since the last time."""
    now = account.clock.seconds()
    due = [p for p in account.pushes if not p["Recorded"] and p["EndTime"] is not None and p["EndTime"] <= now]
    for push in sorted(due, key=lambda push: (push["EndTime"], push["StartTime"])):
        account.pushes[account.pushes.index(push)] = {**push, "Recorded": True}
        for recorder in recorders(account, push):
            _record(account, push, recorder)


def recorders(account: Account, push: Fields) -> Iterator[Recorder]:
    """Yield what records a push, which has an end."""
    start, end = push["StartTime"], push["EndTime"]
    if rule := _rule_in_effect(account, push):
        name = f"rule {'/'.join((rule['DomainName'], rule['AppName'], rule['StreamName']))}"
        yield Recorder(name, account.templates.get(rule["TemplateId"]), start, end)
    for task in _recording_tasks(account, push):
        stopped = task["Stopped"] or task["EndTime"]
        template = account.templates.get(task["TemplateId"]) or _hls_forever()
        first, last = max(start, task["StartTime"]), min(end, task["EndTime"], stopped)
        yield Recorder(f"task {task['TaskId']}", template, first, last, task["TaskId"])


def _rule_in_effect(account: Account, push: Fields) -> Fields | None:
    domain, app, stream = push["DomainName"], push["AppName"], push["StreamName"]
    for app_set, stream_set in PRIORITY:
        rule = account.rules.get((domain, app if app_set else "", stream if stream_set else ""))
        if rule and (parse_china_time(rule["CreateTime"]) or 0) + RULE_DELAY <= push["StartTime"]:
            return rule
    return None


def _recording_tasks(account: Account, push: Fields) -> Iterator[Fields]:
    tasks = [task for task in account.tasks.values() if is_same_stream(task, push)]
    recording: list[Fields] = []
    for task in sorted(tasks, key=task_order):
        open_then = [other for other in recording if other["EndTime"] > task["StartTime"]]
        if len(open_then) < MOST_TASKS:
            recording.append(task)
            yield task


def _hls_forever() -> Fields:
    """Return what a task without a template records (IN:37309)."""
    return {"HlsParam": {**RECORD_PARAM, "Enable": 1}}


def _record(account: Account, push: Fields, recorder: Recorder) -> None:
    template = recorder.template
    if template is None or recorder.end - recorder.start < SHORTEST:
        return
    for name in FORMATS:
        param = template.get(name) or {}
        if param.get("Enable"):
            in_cos = template.get("CosStore") == 1
            file = _file(push, recorder, TYPES.get(name, account.assumed.hls_type), param, in_cos=in_cos)
            if name == "HlsParam":
                _splice(account, file, resume_time(template))
            else:
                _cut(account, file, param.get("RecordInterval") or 0)


def resume_time(template: Fields) -> int:
    """Return for how many seconds HLS waits for a push that continues the one before; 0: it does not wait."""
    return int((template.get("HlsSpecialParam") or {}).get("FlowContinueDuration") or 0)


def _file(push: Fields, recorder: Recorder, kind: str, param: Fields, *, in_cos: bool) -> Fields:
    return {
        "Recorder": recorder.name,
        "DomainName": push["DomainName"],
        "AppName": push["AppName"],
        "StreamName": push["StreamName"],
        "Type": kind,
        "StartTime": recorder.start,
        "EndTime": recorder.end,
        "Duration": recorder.end - recorder.start,
        "Created": recorder.end + CREATED_AFTER,
        "Delay": push["Delay"],
        "Nameless": push["Nameless"],
        "StorageTime": param.get("StorageTime") or 0,
        "SubAppId": param.get("VodSubAppId") or MAIN_VOD_APP,
        "InCos": in_cos,
        "TemplateId": (recorder.template or {}).get("TemplateId") or 0,
        "Began": recorder.start,
    }


def _splice(account: Account, file: Fields, resume: int) -> None:
    """Store an HLS file: one per push, and one for all pushes that continue within *resume* seconds."""
    file = {**file, "Created": file["Created"] + resume}
    for file_id, earlier in account.files.items() if resume else ():
        same = all(earlier[name] == file[name] for name in ("Recorder", "Type", "AppName", "StreamName"))
        if same and 0 <= file["StartTime"] - earlier["EndTime"] <= resume:
            length = earlier["Duration"] + file["Duration"]
            begun: Fields = {name: earlier[name] for name in ("StartTime", "Began") if name in earlier}
            account.files[file_id] = {**file, **begun, "Duration": length}
            return
    _store(account, file)


def _cut(account: Account, file: Fields, interval: int) -> None:
    """Store the files of a push: a new one begins after each interval."""
    start, end = file["StartTime"], file["EndTime"]
    for begin in range(start, end, interval or end - start):
        finish = min(begin + (interval or end - start), end)
        piece = {"StartTime": begin, "EndTime": finish, "Duration": finish - begin, "Created": finish + CREATED_AFTER}
        _store(account, {**file, **piece})


def _store(account: Account, file: Fields) -> None:
    account.last_file_id += 1
    account.files[str(account.last_file_id)] = file


def describe_events(account: Account, body: Fields) -> Answer:
    """List the pushes that ended inside the window, by their end (DescribeLiveStreamEventList, CN:33186, IN:30800).

    A push that has not ended is not listed (derived). Without AppName every app is listed (assumed; the text names "live").
    """
    start, end = _seconds(body["StartTime"]), _seconds(body["EndTime"])
    if refusal := _event_query(account, start, end):
        return refusal
    ended = [push for push in account.pushes if push["EndTime"] is not None and start <= push["EndTime"] <= end]
    body = {**body, "AppName": body.get("AppName") or account.assumed.default_event_app}
    found = sorted((push for push in ended if _matches_event(push, body)), key=lambda push: push["EndTime"])
    rows, numbers = page_of(found, body, most=MOST_EVENTS)
    return {"EventList": [_event(push) for push in rows], **numbers}


def _seconds(text: str) -> int:
    at = parse_time(text)
    return int(at.timestamp()) if at else 0


def _event_query(account: Account, start: int, end: int) -> Refusal | None:
    now = account.clock.seconds()
    if not 0 < start < end <= now:
        return Refusal(
            account.assumed.event_window_code,
            "StartTime must be before EndTime, and EndTime not after now: UTC, such as 2026-12-04T12:00:00Z.",
        )
    if end - start > WIDEST_QUERY or start < now - HISTORY:
        return Refusal(
            account.assumed.event_window_code, "A query spans 30 days at most, and pushes are known for 60 days."
        )
    return None


def _matches_event(push: Fields, body: Fields) -> bool:
    wanted, strict = body.get("StreamName") or "", body.get("IsStrict") == 1
    if push["StreamName"] != wanted if strict and wanted else wanted not in push["StreamName"]:
        return False
    exact = {name: body[name] for name in ("DomainName", "AppName") if body.get(name)}
    return exact.items() <= push.items()


def _event(push: Fields) -> Fields:
    start, end = push["StartTime"], push["EndTime"]
    return {
        "AppName": push["AppName"],
        "DomainName": push["DomainName"],
        "StreamName": push["StreamName"],
        "StreamStartTime": format_utc(start),
        "StreamEndTime": format_utc(end),
        "StopReason": "",
        "Duration": end - start,
        "ClientIp": "127.0.0.1",
        "Resolution": "1920x1080",
    }


def describe_state(account: Account, body: Fields) -> Answer:
    """Return whether a stream is being pushed now (DescribeLiveStreamState, CN:20470)."""
    now = account.clock.seconds()
    active = any(
        push["StartTime"] <= now and (push["EndTime"] is None or now < push["EndTime"])
        for push in account.pushes
        if is_same_stream(push, body)
    )
    return {"StreamState": "active" if active else "inactive"}


def format_china(seconds: int) -> str:
    """Return Unix seconds as the vendor prints them without a zone: in UTC+8."""
    return datetime.fromtimestamp(seconds, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def format_utc(seconds: int) -> str:
    """Return Unix seconds as the vendor prints times of events and files."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
