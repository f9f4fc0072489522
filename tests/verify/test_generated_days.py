"""Verdicts about generated days agree with what the emulator knows that it recorded.

The emulator derives files from pushes by its own reading of the vendor's rules; the verdicts see pushes and files only
through the API's answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from live_recording.account.objects import LiveTemplate
from live_recording.core.streams import StreamKey
from live_recording.emulator import streams
from live_recording.emulator.account import AccountSettings
from live_recording.emulator.clock import Clock
from live_recording.emulator.messages import Call, Fields, Refusal
from live_recording.emulator.service import LiveService
from live_recording.emulator.sites import SITES
from live_recording.emulator.vod import Vod
from live_recording.stackfile.reader import parse
from live_recording.stackfile.validation import validate
from live_recording.verify.intervals import Interval
from live_recording.verify.model import Recording
from live_recording.verify.reading import AccountReader, Services
from live_recording.verify.run import Verification
from tests.support.clock import NOW
from tests.support.thoroughness import examples

DAYS = examples(100, 1000)
PER_TEST = 100
MORNING = NOW.replace(hour=0)
EVENING = MORNING + timedelta(days=1)
VERIFIED_AT = EVENING + timedelta(hours=2)
STACK = """\
templates:
  both: {mp4: {record_interval: 30m, storage_time: 30d}, hls: {storage_time: 7d, flow_continue_duration: 5m}}
  flv: {flv: {record_interval: 1h}}
  plain: {hls: {}}
rules:
  domain: {domain: a.example.com, template: both}
  app: {domain: a.example.com, app: studio, template: flv}
  stream: {domain: a.example.com, stream: final, template: plain}
  all: {domain: a.example.com, app: studio, stream: final, template: both}
  quiet: {domain: a.example.com, stream: rehearsal, record: false}
tasks:
"""
TEMPLATES: Mapping[str, Fields] = {
    "both": {
        "Mp4Param": {"Enable": 1, "RecordInterval": 1800, "StorageTime": 30 * 86400},
        "HlsParam": {"Enable": 1, "StorageTime": 7 * 86400},
        "HlsSpecialParam": {"FlowContinueDuration": 300},
    },
    "flv": {"FlvParam": {"Enable": 1, "RecordInterval": 3600}},
    "plain": {"HlsParam": {"Enable": 1}},
    "none": {},
}
RULES = {
    "both": [("", ""), ("studio", "final")],
    "flv": [("studio", "")],
    "plain": [("", "final")],
    "none": [("", "rehearsal")],
}
NAMES = [(app, stream) for app in ("live", "studio") for stream in ("final", "rehearsal", "one", "two")]


@dataclass(frozen=True)
class Day:
    """An account after a day of pushes, and the stack that declares its recordings."""

    service: LiveService
    stack: str

    @property
    def files(self) -> dict[str, Fields]:
        """Return the emulator's own knowledge."""
        return self.service.account.files

    def verify(self) -> tuple[Recording, ...]:
        """Return the verdicts."""

        def live(action: str, body: dict[str, Any]) -> Mapping[str, Any]:
            return _good(self.service.call(action, body, "ap-singapore"))

        vod = Vod(self.service)
        services = Services(live, lambda action, body: _good(vod.call(Call(action, body))))
        templates = {one.id: one for one in map(LiveTemplate.from_api, self.service.account.templates.values())}
        reader = AccountReader(services, VERIFIED_AT, lambda _: None)
        root = parse(self.stack).root
        assert root is not None
        period = Interval(MORNING, EVENING + timedelta(hours=1))
        found, _ = Verification(reader, templates).judge(validate(root).stack, period)
        assert reader.unknown.notes == []
        return found


def _good(answer: Fields | Refusal) -> Fields:
    assert not isinstance(answer, Refusal), answer
    return answer


def generate(seed: int) -> Day:
    """Return a day with random pushes, some interrupted, some too short, and random tasks."""
    random = Random(seed)  # noqa: S311 - a test
    service = LiveService(AccountSettings(site=SITES["intl"]), Clock(MORNING - timedelta(hours=1)))
    ids = {}
    for name, body in TEMPLATES.items():
        ids[name] = _good(service.call("CreateLiveRecordTemplate", {"TemplateName": name, **body}))["TemplateId"]
        for app, stream in RULES[name]:
            key = {"DomainName": "a.example.com", "AppName": app, "StreamName": stream}
            _good(service.call("CreateLiveRecordRule", {**key, "TemplateId": ids[name]}))
    lines = [_create_task(service, random, number, ids) for number in range(random.randrange(3))]
    for push in _pushes(random):
        service.account.pushes.append(push)
    service.clock.set(VERIFIED_AT)
    streams.settle(service.account)
    return Day(service, STACK + ("".join(lines) or "  {}\n"))


def _create_task(service: LiveService, random: Random, number: int, ids: Mapping[str, int]) -> str:
    app, stream = random.choice(NAMES)
    template = random.choice(("both", "flv"))
    start = MORNING + timedelta(minutes=random.randrange(20 * 60))
    end = start + timedelta(minutes=random.randrange(20, 180))
    body = {"DomainName": "b.example.com", "AppName": app, "StreamName": stream, "TemplateId": ids[template]}
    times = {"StartTime": int(start.timestamp()), "EndTime": int(end.timestamp())}
    _good(service.call("CreateRecordTask", body | times, "ap-singapore"))
    return (
        f"  task{number}: {{domain: b.example.com, app: {app}, stream: {stream}, template: {template}, "
        f"start: {start:%Y-%m-%dT%H:%M}, end: {end:%Y-%m-%dT%H:%M}}}\n"
    )


def _pushes(random: Random) -> Iterator[Fields]:
    for domain in ("a.example.com", "b.example.com"):
        for app, stream in random.sample(NAMES, 4):
            at = MORNING + timedelta(seconds=random.randrange(12 * 3600))
            for _ in range(random.randrange(1, 4)):
                length = timedelta(seconds=random.choice((5, 9, 10, 600, 1800, 5400, random.randrange(10, 9000))))
                sent = {"domain": domain, "app": app, "stream": stream}
                push = streams.parse_push(sent | {"start": at.isoformat(), "end": (at + length).isoformat()})
                assert isinstance(push, dict), push
                yield push
                at += length + timedelta(seconds=random.choice((20, 299, 301, 3600)))


def _file_span(file: Fields) -> Interval:
    start, end = (datetime.fromtimestamp(file[name], UTC) for name in ("StartTime", "EndTime"))
    return Interval(start, end)


@pytest.mark.parametrize("block", range(0, DAYS, PER_TEST))
def test_a_generated_day_is_recorded_and_each_lost_file_is_named(block: int) -> None:
    """Nothing is missing; every file proves a recording; deleting one changes exactly the verdicts that need it."""
    for seed in range(block, block + PER_TEST):
        day = generate(seed)
        before = day.verify()
        assert {recording.verdict for recording in before} <= {"recorded", "nothing to record"}, seed
        assert {file_id for recording in before for file_id in recording.files} == set(day.files), seed
        if day.files:
            _lose_one_file(day, before, Random(seed))  # noqa: S311 - a test


def _lose_one_file(day: Day, before: tuple[Recording, ...], random: Random) -> None:
    file_id = random.choice(sorted(day.files))
    lost = day.files.pop(file_id)
    after = {_identity(recording): recording for recording in day.verify()}
    needed = [recording for recording in before if file_id in recording.files]
    for recording in before:
        changed = after[_identity(recording)]
        if recording not in needed:
            assert changed == recording
        elif not _covered(lost, recording, list(day.files.values())):
            assert changed.verdict in ("partly recorded", "not recorded")
            assert all(gap.overlaps(_file_span(lost)) for gap in changed.gaps)


def _covered(lost: Fields, recording: Recording, others: list[Fields]) -> bool:
    """Return whether the lost file leaves less of the recording missing than the tolerance, by the emulator's times."""
    span = _file_span(lost).cut(recording.window)
    left = [span]
    for other in others:
        if all(other[name] == lost[name] for name in ("DomainName", "AppName", "StreamName", "Type")):
            left = [part for piece in left for part in _minus(piece, _file_span(other))]
    return all(part.length <= timedelta(seconds=5) for part in left)


def _minus(piece: Interval, cut: Interval) -> list[Interval]:
    if not piece.overlaps(cut):
        return [piece]
    parts = [Interval(piece.start, cut.start), Interval(cut.end, piece.end)]
    return [part for part in parts if part.length > timedelta(0)]


def _identity(recording: Recording) -> tuple[StreamKey, str, Interval, str]:
    return recording.stream, recording.by, recording.window, recording.format
