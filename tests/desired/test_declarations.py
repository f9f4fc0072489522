"""The desired resources of a stack, and its outputs."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES, SiteName
from live_recording.desired.declarations import DesiredState, desired_resources
from live_recording.resources.inputs import normalize_inputs
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW
from tests.support.entries import read_entry

OWNER = StackRef("live-recording", "dev")
PUSH = "push.example.com"
STREAM = {"domain": PUSH, "app": "live", "stream": "final"}


def desired(site: SiteName = "intl", **sections: Any) -> DesiredState:
    """Return the desired state of a stack with these sections."""
    return desired_resources(read_entry(Stack, sections), OWNER, SITES[site], NOW)


def test_templates_have_default_names() -> None:
    """The default name is `<project>--<stack>--<key>`; durations are seconds."""
    state = desired(
        templates={"a": {"mp4": {"record_interval": "1h"}, "was": "z"}, "b": {"template_name": "own", "hls": {}}}
    )

    assert [(d.kind, d.name, d.inputs, d.previous_name) for d in state.resources] == [
        ("template", "a", {"template_name": OWNER.template_name("a"), "mp4": {"record_interval": 3600}}, "z"),
        ("template", "b", {"template_name": "own", "hls": {}}, None),
    ]


def test_rules_refer_to_a_template_or_have_an_id() -> None:
    """A rule refers to its template resource, or has the id of a template that this stack does not manage."""
    state = desired(
        templates={"t": {}},
        rules={
            "managed": {"domain": PUSH, "template": "t"},
            "legacy": {"domain": PUSH, "app": "old", "template_id": "17016"},
        },
    )

    assert [(d.name, d.inputs, d.template) for d in state.resources if d.kind == "rule"] == [
        ("legacy", {"domain": PUSH, "app": "old", "stream": "", "template_id": "17016"}, None),
        ("managed", {"domain": PUSH, "app": "", "stream": ""}, "t"),
    ]


def test_protected_entries() -> None:
    """The engine protects entries, and an input the recordings of a schedule.

    A task that is over is still declared, unprotected: the engine could not delete it otherwise.
    """
    times = {"over": ("2026-11-20T08:00Z", "2026-11-20T10:00Z"), "next": ("2026-11-20T14:00Z", "2026-11-20T16:00Z")}
    task = {"domain": PUSH, "app": "live", "template": "t"}
    tasks = {
        name: {**task, "stream": name, "start": start, "end": end, "protect": True}
        for name, (start, end) in times.items()
    }
    daily = {**task, "stream": "daily", "rrule": "FREQ=DAILY", "at": "20:00", "duration": "1h"}
    state = desired(
        templates={"t": {"protect": True}, "free": {}},
        rules={"all": {"domain": PUSH, "template": "t", "protect": True}},
        tasks=tasks | {"free": {**tasks["next"], "stream": "x", "protect": False}},
        schedules={"daily": {**daily, "protect": True, "until": "2026-11-20"}},
    )

    assert [d.name for d in state.resources if d.protect] == ["t", "all", "next"]
    assert [(d.name, d.protect) for d in state.finished] == [("over", False)]
    assert {d.name: d.inputs.get("protect") for d in state.resources if d.kind == "task"} == {
        "daily-20261120T2000": True,
        "free": None,
        "next": None,
    }


def test_callbacks() -> None:
    """Callback templates have default names, rules refer to one or have an id; a key is never an input of the file."""
    urls = {"record_notify_url": "https://hooks.example.com/live", "record_exception_levels": ["error"]}
    rule = {"domain": PUSH, "protect": True}
    state = desired(
        callback_templates={"a": {**urls, "callback_key": True, "was": "z"}, "b": {**urls, "template_name": "own"}},
        callback_rules={"all": {**rule, "callback_template": "a"}, "old": {**rule, "app": "old", "template_id": "17"}},
    )

    assert [(d.kind, d.name, d.inputs, d.template, d.previous_name, d.protect) for d in state.resources] == [
        ("callback_template", "a", {**urls, "template_name": OWNER.template_name("a")}, None, "z", False),
        ("callback_template", "b", {**urls, "template_name": "own"}, None, None, False),
        ("callback_rule", "all", {"domain": PUSH, "app": ""}, "a", None, True),
        ("callback_rule", "old", {"domain": PUSH, "app": "old", "template_id": "17"}, None, None, True),
    ]
    assert [getattr(d.spec, "has_key", None) for d in state.resources] == [True, False, None, None]
    assert state.resources[2].template_kind == "callback_template"
    assert state.usage == {"rules": "0/50", "templates": "0/50", "callback_templates": "2/50"}


def test_suppressing_rules_share_one_template_without_formats() -> None:
    """`record: false` uses one built-in template that records nothing and is created only if needed."""
    rules = {name: {"domain": PUSH, "stream": name, "record": False} for name in ("a", "b")}
    state = desired(rules=rules)
    builtin = [d for d in state.resources if d.kind == "template"]

    assert [d.name for d in builtin] == ["no-record"]
    assert set(builtin[0].inputs) == {"template_name", "description"}
    assert {d.template for d in state.resources if d.kind == "rule"} == {"no-record"}
    assert not [d for d in desired(templates={"t": {}}).resources if d.name == "no-record"]


def task(start: str | None, end: str, **more: str) -> dict[str, Any]:
    """Return a task entry."""
    return {**STREAM, **({"start": start} if start else {}), "end": end, **more}


PHASES: dict[str, tuple[SiteName, dict[str, Any], bool, str | None]] = {
    "running": ("intl", task("2026-11-20T11:00", "2026-11-20T13:00"), True, None),
    "planned": ("intl", task("2026-11-26T12:00", "2026-11-26T13:00"), True, None),
    "finished": ("intl", task("2026-11-20T10:00", "2026-11-20T12:00"), False, None),
    "later-intl": ("intl", task("2026-12-05T20:00", "2026-12-05T22:00"), False, "2026-11-30"),
    "later-from-midnight": ("intl", task("2026-12-05T00:00", "2026-12-05T02:00"), False, "2026-11-29"),
    "later-cn": ("cn", task("2026-12-05T20:00", "2026-12-05T22:00"), False, "2026-11-29"),
    "without-start": ("intl", task(None, "2026-11-20T13:00"), True, None),
    "in-its-zone": ("intl", task("2026-11-26T20:00+08:00", "2026-11-26T21:00+08:00"), True, None),
}


@pytest.mark.parametrize(("site", "entry", "declared", "day"), PHASES.values(), ids=PHASES)
def test_planned_and_running_tasks_are_declared(
    site: SiteName, entry: dict[str, Any], declared: bool, day: str | None
) -> None:
    """A later task is listed with the first day on which it can be created at any hour; a finished one is not desired."""
    state = desired(site, tasks={"t": entry})

    assert bool(state.resources) == declared
    assert state.later == ({"t": day} if day else {})


def test_later_task_is_desired_on_its_day() -> None:
    """A later task is desired from midnight of the day that is given for it."""
    stack = read_entry(Stack, {"tasks": {"t": task("2026-12-05T20:00", "2026-12-05T22:00")}})
    for site in SITES.values():
        day = datetime.fromisoformat(desired_resources(stack, OWNER, site, NOW).later["t"]).replace(tzinfo=UTC)

        assert [d.name for d in desired_resources(stack, OWNER, site, day).resources] == ["t"]


def test_occurrences_are_tasks() -> None:
    """Each near occurrence of a schedule is a task with its own name; later ones are listed with their day."""
    derby = {
        **STREAM,
        "rrule": "FREQ=WEEKLY;BYDAY=SA",
        "at": "20:00",
        "duration": "2h",
        "template": "t",
        "time_zone": "Asia/Shanghai",
        "was": "match",
    }
    state = desired(templates={"t": {}}, schedules={"derby": derby})

    assert [(d.name, d.inputs, d.template, d.previous_name) for d in state.resources if d.kind == "task"] == [
        (
            "derby-20261121T2000",
            {**STREAM, "stream_type": "live", "start": "2026-11-21T12:00:00Z", "end": "2026-11-21T14:00:00Z"},
            "t",
            "match-20261121T2000",
        )
    ]
    assert state.later == {"derby-20261128T2000": "2026-11-23", "derby-20261205T2000": "2026-11-30"}


def test_task_inputs_are_utc() -> None:
    """Wall-clock times are in the zone of the file, and a duration becomes an end."""
    state = desired(
        time_zone="Asia/Shanghai",
        tasks={
            "t": {**STREAM, "start": "2026-11-21T20:00", "duration": "2h", "template_id": 7, "stream_type": "mixed"}
        },
    )

    assert [d.inputs for d in state.resources] == [
        {
            **STREAM,
            "stream_type": "mixed",
            "start": "2026-11-21T12:00:00Z",
            "end": "2026-11-21T14:00:00Z",
            "template_id": "7",
        }
    ]


def test_outputs_show_recorders_and_usage() -> None:
    """Rule keys use `*` for every app or stream; the built-in template is counted."""
    state = desired(
        templates={"t": {}},
        rules={
            "a": {"domain": PUSH, "template": "t"},
            "b": {"domain": PUSH, "stream": "s", "record": False},
            "c": {"domain": PUSH, "app": "x", "template_id": 17016},
        },
        limits={"rules": 60},
    )

    assert state.effective == {
        f"{PUSH}/*/*": "t",
        f"{PUSH}/*/s": "not recorded",
        f"{PUSH}/x/*": "template_id 17016",
    }
    assert state.usage == {"rules": "3/60", "templates": "2/50"}


ENTRIES: dict[str, Any] = {
    "templates": {"a": {"mp4": {"storage_time": "7d"}}, "b": {}, "c": {"hls": {"flow_continue_duration": "5m"}}},
    "rules": {
        "everything": {"domain": PUSH, "template": "a"},
        "studio": {"domain": PUSH, "app": "studio", "template": "b"},
        "quiet": {"domain": PUSH, "stream": "quiet", "record": False},
    },
    "tasks": {
        "one": {**STREAM, "start": "2026-11-21T20:00", "duration": "2h", "template": "c"},
        "two": {**STREAM, "end": "2026-11-20T20:00", "template_id": 5},
        "far": {**STREAM, "start": "2027-11-21T20:00", "duration": "2h", "template": "c"},
    },
}


@given(st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_order_of_entries_does_not_matter(order: Random) -> None:
    """The same entries in another order give the same desired state."""
    shuffled: dict[str, Any] = {}
    for section, entries in ENTRIES.items():
        items = list(entries.items())
        order.shuffle(items)
        shuffled[section] = dict(items)

    assert desired(**shuffled) == desired(**ENTRIES)
    assert list(desired(**shuffled).effective) == list(desired(**ENTRIES).effective)


def test_specs_are_normalized_like_provider_inputs() -> None:
    """The provider normalizes the inputs of a spec to the same inputs."""
    for resource in desired(**ENTRIES).resources:
        unknown = frozenset({"template_id"} if resource.template else ())
        normalized = normalize_inputs(resource.kind, resource.inputs, unknown, SITES["intl"], NOW)

        assert normalized == (resource.inputs, ()), resource.name


def test_templates_come_before_what_uses_them() -> None:
    """A template comes before the rules and tasks that refer to it."""
    seen: set[str] = set()
    for resource in desired(**ENTRIES).resources:
        assert resource.template is None or resource.template in seen
        if resource.kind == "template":
            seen.add(resource.name)
