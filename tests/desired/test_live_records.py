"""Live records: when they run, when they are desired, and that checks agree with the API."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_recording.account.diff import LIVE_RECORD_FIELDS, changes, replaces
from live_recording.core.findings import errors
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import SITES
from live_recording.desired.declarations import desired_resources, later_tasks
from live_recording.desired.explain import explain
from live_recording.emulator import service, sites
from live_recording.emulator.account import AccountSettings
from live_recording.emulator.clock import Clock
from live_recording.emulator.messages import Refusal
from live_recording.project import check_text
from live_recording.resources.inputs import normalize_inputs
from live_recording.resources.live_record import _body, _end
from live_recording.stackfile.model import LiveRecordArgs
from live_recording.stackfile.validation import validate
from tests.support.clock import NOW

OWNER = StackRef("live-recording", "dev")
SITE = SITES["intl"]
FINAL = {"domain": "push.example.com", "stream": "final", "start": "2026-11-21T20:00:00Z", "duration": "2h"}
CLIP = {"domain": "push.example.com", "stream": "final", "highlight": True, "end": "2026-11-20T12:10:00Z"}
FULL = {
    "domain": "push.example.com",
    "app": "live",
    "stream": "final",
    "start": "2026-11-21T20:00:00Z",
    "end": "2026-11-21T22:00:00Z",
    "highlight": False,
    "record_type": "video",
    "file_format": "flv",
    "mix_stream": False,
}


def desired(entries: dict[str, Any], now: datetime = NOW) -> list[tuple[str, str, dict[str, Any], str | None]]:
    """Return kind, name, inputs and former name of each desired resource."""
    stack = validate({"live_records": entries}).stack
    assert stack
    return [
        (d.kind, d.name, dict(d.inputs), d.previous_name) for d in desired_resources(stack, OWNER, SITE, now).resources
    ]


def test_planned_and_running_ones_are_desired() -> None:
    """A live record is desired until its end, however far ahead it starts; its inputs are normalized."""
    entries = {
        "next-year": {**FINAL, "start": "2027-11-21T20:00:00Z"},
        "final": {**FINAL, "was": "match"},
        "clip": CLIP,
    }
    clip = {**FULL, "highlight": True, "end": CLIP["end"]}
    del clip["start"]
    far = {**FULL, "start": "2027-11-21T20:00:00Z", "end": "2027-11-21T22:00:00Z"}

    assert desired(entries) == [
        ("live_record", "clip", clip, None),
        ("live_record", "final", FULL, "match"),
        ("live_record", "next-year", far, None),
    ]


@pytest.mark.parametrize(
    ("entry", "end"),
    [(FINAL, NOW + timedelta(days=1, hours=10)), (CLIP, NOW + timedelta(minutes=10))],
    ids=["scheduled", "real-time"],
)
def test_finished_ones_are_not_desired(entry: dict[str, Any], end: datetime) -> None:
    """From its end on an entry is not desired, so `pulumi up` does not create it again."""
    assert [name for _, name, _, _ in desired({"x": entry}, end - timedelta(seconds=1))] == ["x"]
    assert desired({"x": entry}, end) == []


def test_no_live_record_is_later() -> None:
    """This API has no documented horizon, so every live record can be created at once."""
    stack = validate({"live_records": {"x": {**FINAL, "start": "2027-11-21T20:00:00Z"}}}).stack

    assert stack
    assert later_tasks(stack, SITE, NOW) == {}


@pytest.mark.parametrize("field", LIVE_RECORD_FIELDS)
def test_every_change_replaces(field: str) -> None:
    """Each field is compared, and no API call can change one in place."""
    changed = changes("live_record", FULL, {**FULL, field: "another"})

    assert changed == (field,)
    assert replaces("live_record", changed) == (field,)


def test_outputs_are_not_compared() -> None:
    """Outputs and keys of the engine are not compared."""
    assert changes("live_record", {**FULL, "task_id": "1", "ends_at": "x", "__provider": "y"}, FULL) == ()
    assert {*LIVE_RECORD_FIELDS, "protect"} == {*LiveRecordArgs.fields}


@pytest.mark.parametrize(
    "entry", [FINAL, CLIP, {"stream": "final", "highlight": True}], ids=["scheduled", "clip", "open"]
)
def test_normalized_inputs_stay_the_same(entry: dict[str, Any]) -> None:
    """Normalizing normalized inputs changes nothing."""
    first, found = normalize_inputs("live_record", entry, frozenset(), SITE, NOW)

    assert found == ()
    assert normalize_inputs("live_record", first, frozenset(), SITE, NOW) == (first, ())


@pytest.mark.parametrize(
    ("stream", "at", "paths"),
    [
        (
            StreamKey("push.example.com", "live", "final"),
            "2026-11-21T20:00Z",
            ["live_records.any", "live_records.final"],
        ),
        (StreamKey("other.example.com", "live", "final"), "2026-11-21T20:00Z", ["live_records.any"]),
        (StreamKey("push.example.com", "live", "final"), "2026-11-21T22:00Z", []),
        (StreamKey("push.example.com", "live", "final"), "2026-11-20T12:09Z", ["live_records.clip"]),
        (StreamKey("push.example.com", "studio", "final"), "2026-11-21T20:00Z", []),
    ],
    ids=["both", "any-domain", "over", "real-time", "other-app"],
)
def test_explain_names_active_ones(stream: StreamKey, at: str, paths: list[str]) -> None:
    """A running live record is listed like a task; without a domain it matches every domain."""
    anywhere = {name: value for name, value in FINAL.items() if name != "domain"}
    stack = validate({"live_records": {"final": FINAL, "any": anywhere, "clip": CLIP}}).stack
    assert stack
    explanation = explain(stack, stream, datetime.fromisoformat(at))

    assert [active.path for active in explanation.tasks] == paths
    assert {active.template for active in explanation.tasks} <= {"file_format flv"}


def mostly(valid: list[Any], invalid: list[Any]) -> st.SearchStrategy[Any]:
    """Return mostly valid values, with a few invalid ones."""
    return st.sampled_from([*(valid * (12 * len(invalid) // len(valid) + 1)), *invalid])


def at(*seconds: int) -> list[str]:
    """Return the times so many seconds from now, as a file has them."""
    return [(NOW + timedelta(seconds=s)).strftime("%Y-%m-%dT%H:%M:%SZ") for s in seconds]


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "domain": mostly(["a.example.com"], ["localhost"]),
    "app": st.sampled_from(["live", "a=b", "a.b"]),
    "record_type": mostly(["video", "audio"], ["film"]),
    "file_format": mostly(["flv", "hls", "mp4", "aac", "mp3"], ["webm"]),
    "mix_stream": st.booleans(),
    "record_interval": mostly([1800, "1h", "2h"], [1799, 7201]),
    "storage_time": mostly([0, "30d", "1500d", "forever"], [1500 * 86_400 + 1]),
}
STREAM = {"stream": mostly(["s", "a%2Fb", "final;1"], [""])}
SCHEDULED = st.fixed_dictionaries(
    STREAM | {"start": st.sampled_from(at(-60, 3600, 40 * 86_400)), "end": mostly(at(41 * 86_400), at(3600))},
    optional=FIELDS,
)
REAL_TIME = st.fixed_dictionaries(
    STREAM | {"highlight": st.just(True), "end": mostly(at(1, 600, 1800), at(1801, 86_400))}, optional=FIELDS
)


def rejection(entry: dict[str, Any]) -> str:
    """Return why the API does not record what the entry says: an error code, or that it records something else; else ""."""
    account = service.LiveService(AccountSettings(site=sites.SITES["intl"]), Clock(NOW))
    full = {**FULL, **entry} if "start" in entry else {**FULL, "start": None, **entry}
    inputs = {name: value for name, value in full.items() if value is not None and (name != "domain" or name in entry)}
    inputs |= {
        name: SECONDS.get(inputs[name], inputs[name]) for name in ("record_interval", "storage_time") if name in inputs
    }
    end = _end(inputs, NOW)
    answer = account.call("CreateLiveRecord", _body(inputs, end))
    if isinstance(answer, Refusal):
        return answer.code
    (made,) = account.state()["live_records"]
    return "" if made["EndTime"] == int(end.timestamp()) else "another end"


SECONDS = {"1h": 3600, "2h": 7200, "30d": 2_592_000, "1500d": 129_600_000, "forever": 0}


def test_findings_and_api_errors_agree() -> None:
    """An entry has an error if and only if the API rejects it, or ends the recording at another time."""
    seen: Counter[bool] = Counter()

    @settings(derandomize=True, max_examples=300, suppress_health_check=list(HealthCheck))
    @given(st.one_of(SCHEDULED, REAL_TIME))
    def agree(entry: dict[str, Any]) -> None:
        text = yaml.safe_dump({"live_records": {"x": entry}}, allow_unicode=True)
        found = errors(check_text(text, "dev.yaml", SITE, NOW, OWNER).findings)
        assert bool(found) == bool(rejection(entry)), (rejection(entry), [str(error) for error in found])
        seen[bool(found)] += 1

    agree()
    assert min(seen[True], seen[False]) > 40, "too many entries are valid, or too many invalid"
