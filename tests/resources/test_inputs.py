"""The arguments of a resource, as the engine hands them over."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_recording.core.findings import CATALOG
from live_recording.core.kinds import KindName
from live_recording.core.vendor import SITES
from live_recording.resources.inputs import ARGS, normalize_inputs
from tests.support.clock import NOW

NOTHING: frozenset[str] = frozenset()
STREAM = {"domain": "push.example.com", "app": "live", "stream": "final"}
RULE = {"domain": "push.example.com", "app": "", "stream": ""}

NORMAL: dict[str, tuple[KindName, dict[str, Any], dict[str, Any]]] = {
    "template-durations": (
        "template",
        {"template_name": "t", "mp4": {"record_interval": "1h", "storage_time": "forever"}, "aac": {}},
        {"template_name": "t", "mp4": {"record_interval": 3600, "storage_time": 0}, "aac": {}},
    ),
    "template-engine-numbers": (
        "template",
        {"template_name": "t", "mp4": {"record_interval": 3600.0, "class_id": 7.0}, "hls": None},
        {"template_name": "t", "mp4": {"record_interval": 3600, "class_id": 7}},
    ),
    "rule-parts-are-filled": ("rule", {"domain": "push.example.com", "template_id": 17016.0}, {**RULE, "template_id": "17016"}),
    "task-with-end": (
        "task",
        {**STREAM, "start": "2026-11-21T20:00+08:00", "end": "2026-11-21T22:30:00+08:00"},
        {**STREAM, "stream_type": "live", "start": "2026-11-21T12:00:00Z", "end": "2026-11-21T14:30:00Z"},
    ),
    "task-with-duration": (
        "task",
        {**STREAM, "start": "2026-11-21T12:00Z", "duration": "2h", "template_id": "17016", "stream_type": "mixed"},
        {
            **STREAM,
            "stream_type": "mixed",
            "start": "2026-11-21T12:00:00Z",
            "end": "2026-11-21T14:00:00Z",
            "template_id": "17016",
        },
    ),
    "task-without-start": (
        "task",
        {**STREAM, "end": "2026-11-21T02:00Z"},
        {**STREAM, "stream_type": "live", "end": "2026-11-21T02:00:00Z"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "given_", "expected"), NORMAL.values(), ids=NORMAL)
def test_inputs_are_normal_and_stay_so(kind: KindName, given_: dict[str, Any], expected: dict[str, Any]) -> None:
    """Durations are seconds, times are UTC, our defaults are filled; a second time changes nothing."""
    inputs, found = normalize_inputs(kind, given_, NOTHING, SITES["intl"], NOW)
    again, _ = normalize_inputs(kind, inputs, NOTHING, SITES["intl"], NOW)

    assert found == ()
    assert inputs == expected
    assert again == inputs


WRONG: dict[str, tuple[KindName, dict[str, Any], list[tuple[str, str]]]] = {
    "template-name": ("template", {"template_name": "a b"}, [("bad-name", "template_name")]),
    "template-interval": ("template", {"template_name": "t", "mp4": {"record_interval": 1}}, [("out-of-range", "mp4.record_interval")]),
    "template-format": ("template", {"template_name": "t", "mp4": "1h"}, [("wrong-type", "mp4")]),
    "template-key-of-a-file": ("template", {"template_name": "t", "was": "u"}, [("unknown-field", "was")]),
    "template-cos": ("template", {"template_name": "t", "cos_store": True}, [("site-mismatch", "cos_store")]),
    "template-empty-name": ("template", {"template_name": ""}, [("bad-name", "template_name")]),
    "rule-without-template": ("rule", {"domain": "push.example.com"}, [("missing-field", "")]),
    "rule-field-of-a-file": ("rule", {**RULE, "template": "a", "template_id": "1"}, [("unknown-field", "template")]),
    "rule-domain": ("rule", {"domain": "push", "template_id": "1"}, [("bad-name", "domain")]),
    "task-without-domain": ("task", {"app": "live", "stream": "s", "end": "2026-11-21T00:00Z"}, [("missing-field", "")]),
    "task-empty-stream": ("task", {**STREAM, "stream": "", "end": "2026-11-21T00:00Z"}, [("missing-field", "stream")]),
    "task-without-offset": ("task", {**STREAM, "end": "2026-11-21T00:00"}, [("bad-time", "end")]),
    "task-without-end": ("task", {**STREAM, "start": "2026-11-21T00:00Z"}, [("missing-field", "")]),
    "task-too-long": ("task", {**STREAM, "start": "2026-11-21T00:00Z", "duration": "25h"}, [("task-too-long", "")]),
    "task-backwards": (
        "task",
        {**STREAM, "start": "2026-11-21T00:00Z", "end": "2026-11-20T23:00Z"},
        [("task-backwards", "")],
    ),
    "task-two-ends": (
        "task",
        {**STREAM, "start": "2026-11-21T00:00Z", "end": "2026-11-21T01:00Z", "duration": "1h"},
        [("unknown-field", "duration")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "given_", "expected"), WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_found(kind: KindName, given_: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """A resource that is declared in Python is held to the rules of a stack file."""
    _, found = normalize_inputs(kind, given_, NOTHING, SITES["intl"], NOW)

    assert [(f.id, f.path_text) for f in found] == expected


UNKNOWN: dict[str, tuple[KindName, dict[str, Any], str]] = {
    "rule-template": ("rule", RULE, "template_id"),
    "rule-domain": ("rule", {"template_id": "17016"}, "domain"),
    "task-template": ("task", {**STREAM, "end": "2026-11-21T00:00:00Z"}, "template_id"),
    "task-end": ("task", {**STREAM}, "end"),
    "template-format": ("template", {"template_name": "t"}, "mp4"),
    "template-name": ("template", {"mp4": {}}, "template_name"),
    "template-name-without-formats": ("template", {}, "template_name"),
}


@pytest.mark.parametrize(("kind", "given_", "name"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_values_are_not_judged(kind: KindName, given_: dict[str, Any], name: str) -> None:
    """A value that only the deployment will tell is neither missing nor wrong, and is not made up."""
    inputs, found = normalize_inputs(kind, given_, frozenset({name}), SITES["intl"], NOW)

    assert found == ()
    assert name not in inputs
    assert given_.items() <= inputs.items()


CARRIED: dict[str, tuple[dict[str, Any], frozenset[str]]] = {
    "without-end": ({"start": "2026-11-21T20:00Z"}, NOTHING),
    "without-offset": ({"start": "2026-11-21T20:00", "end": "2026-11-21T21:00Z"}, NOTHING),
    "unknown-start": ({"end": "2026-11-21T20:00Z"}, frozenset({"start"})),
}


@pytest.mark.parametrize(("times", "unknown"), CARRIED.values(), ids=CARRIED)
def test_times_stay_text_for_the_engine(times: dict[str, Any], unknown: frozenset[str]) -> None:
    """Wrong or not yet known, a task's times come back in a form that the engine can carry."""
    inputs, _ = normalize_inputs("task", {**STREAM, **times}, unknown, SITES["intl"], NOW)

    assert all(isinstance(value, str) for value in inputs.values())


def test_known_values_beside_unknown_ones_are_judged() -> None:
    """An unknown value hides no mistake of another one."""
    _, found = normalize_inputs("rule", {"domain": "push"}, frozenset({"template_id"}), SITES["intl"], NOW)

    assert [f.id for f in found] == ["bad-name"]


SCALARS = st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(["1h", "forever", "t", "*"])
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)
FIELDS = sorted({name for model in ARGS.values() for name in model.fields})
FORM_FIELDS = ["record_interval", "storage_time", "vod_file_name", "class_id", "storage_mode", "cos_bucket_path", "x"]
VALUES = TREES | st.dictionaries(st.sampled_from(FORM_FIELDS), SCALARS, max_size=3)
GIVEN = st.dictionaries(st.sampled_from([*FIELDS, "template", "x"]), VALUES, max_size=8)


@given(st.sampled_from(sorted(ARGS)), GIVEN, st.frozensets(st.sampled_from(FIELDS), max_size=2))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_anything_is_normalised_or_found(kind: KindName, given_: dict[str, Any], unknown: frozenset[str]) -> None:
    """Whatever a program hands over, there are inputs or findings of known kinds; nothing is raised."""
    known = {name: value for name, value in given_.items() if name not in unknown}
    inputs, found = normalize_inputs(kind, known, unknown, SITES["cn"], NOW)

    assert all(f.id in CATALOG and f.sentence.endswith((".", "?")) for f in found)
    if not found and not unknown:
        assert normalize_inputs(kind, inputs, unknown, SITES["cn"], NOW) == (inputs, ())
