"""Between our names and the API's."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.account.api_mapping import (
    CREATE_ONLY,
    FORMAT_FIELDS,
    SPECIAL_FIELDS,
    TEMPLATE_FIELDS,
    create_template,
    modify_template,
    template_inputs,
)
from live_recording.account.diff import changes
from live_recording.account.objects import LiveTemplate
from live_recording.core.kinds import FORMATS
from live_recording.core.timefmt import task_time, timestamp

WORDS = st.sampled_from(["", "a", "b"])
FORM = st.fixed_dictionaries(
    {},
    optional={
        "record_interval": st.sampled_from([60, 1800, 3600]),
        "storage_time": st.sampled_from([0, 86400]),
        "vod_sub_app_id": st.sampled_from([1, 2]),
        "vod_file_name": WORDS,
        "procedure": WORDS,
        "storage_mode": st.sampled_from(["normal", "cold"]),
        "class_id": st.sampled_from([0, 7]),
        "cos_bucket_name": WORDS,
        "cos_bucket_region": WORDS,
        "cos_bucket_path": WORDS,
    },
)
FLAGS = st.booleans()
SPECIAL = {"hls": ("flow_continue_duration", st.sampled_from([0, 300])), "flv": ("upload_in_recording", FLAGS)}


def _form(name: str) -> st.SearchStrategy[dict[str, Any]]:
    if name not in SPECIAL:
        return FORM
    field, values = SPECIAL[name]
    return st.builds(lambda form, more: form | more, FORM, st.fixed_dictionaries({}, optional={field: values}))


TEMPLATES = st.fixed_dictionaries(
    {"template_name": st.sampled_from(["t", "u"])},
    optional={
        "description": WORDS,
        "delay_live": FLAGS,
        "remove_watermark": FLAGS,
        "cos_store": FLAGS,
        **{name: _form(name) for name in FORMATS},
    },
)


def simulated(body: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what the API lists after a create or a modify: every format whole, null where nothing was ever set."""
    untouched = {"Enable": 0, "VodSubAppId": 9} | {
        field.api: None if name in ("procedure", "class_id") else field.default
        for name, field in FORMAT_FIELDS.items()
        if name != "vod_sub_app_id"
    }
    live = {
        "TemplateId": 17016,
        "Description": "",
        "IsDelayLive": 0,
        "RemoveWatermark": None,
        "CosStore": None,
        "HlsSpecialParam": {"FlowContinueDuration": 0},
        "FlvSpecialParam": None,
        **dict.fromkeys(FORMATS.values(), untouched),
        **(before or {}),
    }
    for name, value in body.items():
        live[name] = {**(live.get(name) or {}), **value} if isinstance(value, dict) else value
    return live


def test_create_sends_what_was_asked_for() -> None:
    """The body of a create has the API's names and numbers."""
    asked = {
        "template_name": "t",
        "delay_live": False,
        "cos_store": True,
        "remove_watermark": True,
        "flv": {"upload_in_recording": True},
        "hls": {"storage_time": 0, "flow_continue_duration": 300},
        "mp4": {},
    }

    assert create_template(asked) == {
        "TemplateName": "t",
        "IsDelayLive": 0,
        "CosStore": 1,
        "RemoveWatermark": True,
        "FlvParam": {"Enable": 1},
        "FlvSpecialParam": {"UploadInRecording": True},
        "HlsParam": {"Enable": 1, "StorageTime": 0},
        "HlsSpecialParam": {"FlowContinueDuration": 300},
        "Mp4Param": {"Enable": 1},
    }


def live_template(raw: dict[str, Any]) -> LiveTemplate:
    """Return the template, with an id, as the account lists it."""
    return LiveTemplate.from_api({**raw, "TemplateId": 17016})


def _leaves(body: Any) -> int:
    return sum(map(_leaves, body.values())) if isinstance(body, dict) else 1


@given(TEMPLATES)
def test_create_sends_nothing_else(asked: dict[str, Any]) -> None:
    """A create has one value per value that was asked for, and `Enable: 1` per format."""
    body = create_template(asked)
    formats = [name for name in FORMATS if name in asked]

    assert _leaves(body) == _leaves(asked) + len(formats)
    assert {name for name, api in FORMATS.items() if api in body} == set(formats)


@given(TEMPLATES)
def test_created_template_reads_back(asked: dict[str, Any]) -> None:
    """From our names to the API's and back again, a template is itself."""
    assert template_inputs(live_template(simulated(create_template(asked))), asked) == asked


@given(TEMPLATES, TEMPLATES)
def test_modified_template_is_what_was_asked_for(before: dict[str, Any], asked: dict[str, Any]) -> None:
    """After a change in place the live template means exactly what was asked for, except what only a create sets."""
    live = simulated(create_template(before))
    body = modify_template(asked, live_template(live), cos=True)
    after = template_inputs(live_template(simulated(body, live)), asked)

    assert set(changes("template", after, asked)) <= {*CREATE_ONLY, *_where_sub_app_was_dropped(before, asked)}
    assert not {TEMPLATE_FIELDS[name].api for name in CREATE_ONLY} & set(body)


def _where_sub_app_was_dropped(before: dict[str, Any], asked: dict[str, Any]) -> set[str]:
    """Return the formats whose VOD sub-application the API cannot reset to its default."""
    return {f for f in FORMATS if "vod_sub_app_id" in before.get(f, {}) and f in asked}


LIVE = simulated(
    {
        "TemplateName": "t",
        "Description": "old",
        "Mp4Param": {"Enable": 1, "RecordInterval": 3600, "StorageTime": 86400},
        "HlsParam": {"Enable": 1},
        "HlsSpecialParam": {"FlowContinueDuration": 300},
    }
)
MODIFIED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "removed-formats-are-disabled": (
        {"description": "old"},
        {"Description": "old", "Mp4Param": {"Enable": 0}, "HlsParam": {"Enable": 0}},
    ),
    "unset-fields-are-reset": (
        {"mp4": {"record_interval": 3600}, "hls": {}},
        {
            "Description": "",
            "Mp4Param": {"Enable": 1, "RecordInterval": 3600, "StorageTime": 0},
            "HlsParam": {"Enable": 1},
            "HlsSpecialParam": {"FlowContinueDuration": 0},
        },
    ),
    "whole-formats-are-sent": (
        {"description": "old", "mp4": {"record_interval": 3600, "storage_time": 86400}, "hls": {}, "aac": {}},
        {
            "Description": "old",
            "Mp4Param": {"Enable": 1, "RecordInterval": 3600, "StorageTime": 86400},
            "HlsParam": {"Enable": 1},
            "HlsSpecialParam": {"FlowContinueDuration": 0},
            "AacParam": {"Enable": 1},
        },
    ),
}


@pytest.mark.parametrize(("asked", "expected"), MODIFIED.values(), ids=MODIFIED)
def test_modify_makes_it_so(asked: dict[str, Any], expected: dict[str, Any]) -> None:
    """A change sends whole formats, disables removed ones, and resets a field that is live with another value."""
    body = modify_template({"template_name": "t", **asked}, live_template(LIVE), cos=True)

    assert body == {"TemplateId": 17016, "TemplateName": "t", **expected}


def test_live_defaults_are_not_inputs() -> None:
    """Of a live template only what differs from the vendor's defaults, or was asked for, is read."""
    assert template_inputs(live_template(LIVE), {"template_name": "t", "mp4": {"class_id": 0}}) == {
        "template_name": "t",
        "description": "old",
        "mp4": {"record_interval": 3600, "storage_time": 86400, "class_id": 0},
        "hls": {"flow_continue_duration": 300},
    }


def test_storage_mode_is_read_in_lower_case() -> None:
    """Other tools write `Cold`, and it means cold."""
    live = simulated({"TemplateName": "t", "Mp4Param": {"Enable": 1, "StorageMode": "Cold"}})

    assert template_inputs(live_template(live), {})["mp4"] == {"storage_mode": "cold"}


def test_api_names_are_distinct() -> None:
    """No two fields of ours are one field of the API."""
    for fields in (TEMPLATE_FIELDS, FORMAT_FIELDS):
        assert len({field.api for field in fields.values()}) == len(fields)
    assert len(set(FORMATS.values())) == len(FORMATS)
    assert {name for name, _ in SPECIAL_FIELDS} <= set(FORMATS)


@given(TEMPLATES)
def test_bodies_are_json(asked: dict[str, Any]) -> None:
    """A body survives JSON unchanged, so what is signed is what was meant."""
    body = create_template(asked)

    assert json.loads(json.dumps(body)) == body


@given(st.integers(0, 4_000_000_000))
def test_task_times_read_back(seconds: int) -> None:
    """The API's seconds and our RFC 3339 are two writings of one time."""
    assert timestamp(task_time(seconds)) == seconds
