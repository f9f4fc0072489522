"""Compare what an emulated account really does with what a review predicted.

This uses none of the code that builds reviews: the account shows who records, and when.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any
from urllib.parse import quote

from live_recording.core.kinds import KindName
from live_recording.core.streams import StreamKey
from live_recording.emulator import Emulator
from live_recording.emulator.clock import Clock
from live_recording.emulator.service import LiveService
from live_recording.review.model import Review
from tests.support.clock import NOW
from tests.support.engine_double import ResourceState
from tests.support.generated_changes import APPS, DOMAINS, STREAMS

FOREVER = 10**9
STREAMS_OF_ALL_SORTS = [StreamKey(*names) for names in product(DOMAINS, (*APPS[1:], "other"), (*STREAMS[1:], "other"))]
FORMATS = {"FlvParam": "flv", "HlsParam": "hls", "Mp4Param": "mp4", "AacParam": "aac", "Mp3Param": "mp3"}
Kept = dict[str, int]  # format -> seconds
State = Mapping[tuple[KindName, str], ResourceState]
SECTIONS = ("templates", "rules", "tasks")

TIMED = re.compile(r" (on|from) 20\d\d-")
"""How a sentence about a recording names its time; one about a pattern names none."""


def template_formats(template: Mapping[str, Any] | None) -> Kept:
    """Return what a template of the emulator records, and how long it is kept."""
    on = {name: template[api] for api, name in FORMATS.items() if template[api]["Enable"]} if template else {}
    return {name: form["StorageTime"] or FOREVER for name, form in on.items()}


def by_rule(service: LiveService, stream: StreamKey) -> Kept:
    """Return what the account records of a stream by rule."""
    return template_formats(service.effective_recording(*stream.parts, NOW).template)


def missing(before: Kept, after: Kept) -> set[str]:
    """Kinds of loss between the two."""
    if before and not after:
        return {"stops"}
    kinds = {"format" for name in before if name not in after}
    return kinds | {"retention" for name in before if name in after and after[name] < before[name]}


def recording_of(review: Review, stream: StreamKey) -> str:
    """Return the pattern of a review that speaks about a stream: the narrowest of those in the order of priority."""
    names = {pattern.name for pattern in review.patterns}
    keys = (
        stream,
        StreamKey(stream.domain, "", stream.stream),
        StreamKey(stream.domain, stream.app),
        StreamKey(stream.domain),
    )
    return next((str(key) for key in keys if str(key) in names), "")


def said(review: Review, when: str, name: str) -> Kept:
    """Return the formats that a review names for a pattern."""
    pattern = next((one for one in review.patterns if one.name == name), None)
    recorder = getattr(pattern, when) if pattern else None
    return {form.name: form.storage_time or FOREVER for form in recorder.formats} if recorder else {}


def by_tasks(service: LiveService, stream: StreamKey, at: datetime) -> list[Kept]:
    """Return what each task records of a stream at a time; a task without template records HLS, kept indefinitely."""
    templates = service.account.templates
    found = service.effective_recording(*stream.parts, at).tasks
    return [
        template_formats(templates[t["TemplateId"]]) if t["TemplateId"] in templates else {"hls": FOREVER}
        for t in found
    ]


def task_losses(before: LiveService, after: LiveService, now: datetime) -> set[tuple[str, str]]:
    """(stream, kind) of what tasks recorded from now on and nothing records any more, looked at moment by moment."""
    tasks = [*before.account.tasks.values(), *after.account.tasks.values()]
    times = sorted({now, *(datetime.fromtimestamp(t[end], UTC) for t in tasks for end in ("StartTime", "EndTime"))})
    lost = set()
    for stream, (start, end) in product(STREAMS_OF_ALL_SORTS, pairwise(time for time in times if time >= now)):
        at = start + (end - start) / 2
        left = [by_rule(after, stream), *by_tasks(after, stream, at)]
        best = {name: max(kept.get(name, 0) for kept in left) for kept in left for name in kept}
        lost |= {(str(stream), kind) for kept in by_tasks(before, stream, at) for kind in missing(kept, best)}
    return lost


Held = list[tuple[str, str, datetime, datetime]]


def reviewed_tasks(review: Review, now: datetime) -> Held:
    """Return the tasks that a review says the account will have: name of ours, stream, beginning (or now), end."""
    left = (task for task in review.tasks if task.change != "removed")
    return sorted((t.name * t.managed, t.stream, max(t.start, now), t.end) for t in left)


def tasks_held(service: LiveService, now: datetime, state: State) -> Held:
    """Return the tasks that the account has, as far as they are not over; what has just begun, began now."""
    names = {resource.id: f"tasks.{name}" for (kind, name), resource in state.items() if kind == "task"}
    found = []
    for task in service.account.tasks.values():
        start, end = (datetime.fromtimestamp(task[name], UTC) for name in ("StartTime", "EndTime"))
        stream = StreamKey(task["DomainName"], task["AppName"], task["StreamName"])
        if end > now and not task["Stopped"]:
            begin = now if start < now + timedelta(minutes=1) else start
            found.append((names.get(task["TaskId"], ""), str(stream), begin, end))
    return sorted(found)


def copied(service: LiveService) -> LiveService:
    """Return a copy of the account."""
    made = LiveService(service.settings, Clock(NOW))
    made.restore(json.loads(json.dumps(service.state())))
    return made


def peaks(log: Iterable[Mapping[str, Any]], before: LiveService) -> dict[str, int]:
    """Return the most rules and templates that the account held, by the calls that it accepted."""
    held = {"rules": len(before.account.rules), "templates": len(before.account.templates)}
    most = dict(held)
    names = {"LiveRecordRule": "rules", "LiveRecordTemplate": "templates"}
    for call in log:
        verb, section = next(
            ((v, s) for v in ("Create", "Delete") for a, s in names.items() if call["action"] == v + a), ("", "")
        )
        if section and call["code"] is None:
            held[section] += 1 if verb == "Create" else -1
            most[section] = max(most[section], held[section])
    return most


def came_true(
    review: Review, before: LiveService, emulator: Emulator, now: datetime, states: tuple[State, State]
) -> Counter[str]:
    """Check that the account is as the review predicted; *states*: what the stack remembers before and after. Return counts of the comparisons."""
    after = emulator.service
    by_patterns = {(loss.what, loss.kind) for loss in review.losses if not TIMED.search(loss.sentence)}
    by_recordings = {(loss.what, loss.kind) for loss in review.losses if TIMED.search(loss.sentence)}
    for stream in STREAMS_OF_ALL_SORTS:
        name = recording_of(review, stream)
        for when, service, state in (("before", before, states[0]), ("after", after, states[1])):
            assert said(review, when, name) == by_rule(service, stream), (stream, when)
            assert crosses(review, stream) or who(review, when, name) in decided(service, stream, state), (stream, when)
        kinds = {kind for what, kind in by_patterns if what == name}
        assert kinds == missing(by_rule(before, stream), by_rule(after, stream)), stream
    assert by_recordings == task_losses(before, after, now)
    assert reviewed_tasks(review, now) == tasks_held(after, now, states[1])
    most = peaks(emulator.log, before)
    for limit in review.limits:
        held, left = (getattr(service.account, limit.section) for service in (before, after))
        assert (limit.before, limit.peak, limit.after) == (len(held), most[limit.section], len(left)), limit.section
        ours = {
            resource.id
            for state in states
            for (kind, _), resource in state.items()
            if kind == limit.section.removesuffix("s")
        }
        assert limit.unmanaged == sum(identity(ref) not in ours for ref in held), limit.section
    assert all(loss.path[0] in SECTIONS for loss in review.losses)
    return Counter({"agreed": 1, "losses": bool(by_patterns), "task losses": bool(by_recordings)})


def identity(ref: object) -> str:
    """Return the id that the state has for a rule's key or a template's id."""
    return "/".join(quote(part, safe="") for part in ref) if isinstance(ref, tuple) else str(ref)


def crosses(review: Review, stream: StreamKey) -> bool:
    """Whether a rule for the stream and one for the app both apply, and no pattern tells which: the files are the same."""
    names = {pattern.name for pattern in review.patterns}
    both = {str(StreamKey(stream.domain, "", stream.stream)), str(StreamKey(stream.domain, stream.app))}
    return both <= names and str(stream) not in names


def who(review: Review, when: str, name: str) -> tuple[str, str]:
    """Return the rule and the template that a review names for a pattern."""
    pattern = next((one for one in review.patterns if one.name == name), None)
    recorder = getattr(pattern, when) if pattern else None
    return (recorder.rule, recorder.template) if recorder else ("", "")


def decided(service: LiveService, stream: StreamKey, state: State) -> set[tuple[str, str]]:
    """Return the rule and the template that decide; after an interrupted rename two resources have one object."""
    found = service.effective_recording(*stream.parts, NOW)
    if not found.rule or not found.template:
        return {("", "")}
    key = (found.rule["DomainName"], found.rule["AppName"], found.rule["StreamName"])
    rules = {
        f"rules.{name}" for (kind, name), resource in state.items() if kind == "rule" and resource.id == identity(key)
    }
    template_id = identity(found.template["TemplateId"])
    templates = {name for (kind, name), resource in state.items() if kind == "template" and resource.id == template_id}
    return set(product(rules or {""}, templates or {found.template["TemplateName"]}))
