"""What a change means for a live object."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.account.api_mapping import TEMPLATE_FIELDS
from live_recording.account.diff import REPLACES, changes, effective, replaces
from live_recording.core.kinds import KindName

RULE = {"domain": "push.example.com", "app": "", "stream": "", "template_id": "17016"}
TASK = {
    "domain": "push.example.com",
    "app": "live",
    "stream": "final",
    "stream_type": "live",
    "start": "2026-11-21T12:00:00Z",
    "end": "2026-11-21T14:30:00Z",
    "template_id": "17016",
}
TEMPLATE = {"template_name": "t", "mp4": {"record_interval": 3600}}

CALLBACK = {"template_name": "c", "record_notify_url": "a", "record_exception_levels": ["error", "info"]}

Row = tuple[KindName, dict[str, Any], dict[str, Any], tuple[str, ...], tuple[str, ...]]
CHANGES: dict[str, Row] = {
    "rule-template": ("rule", RULE, {"template_id": "1"}, ("template_id",), ()),
    "rule-app": ("rule", RULE, {"app": "studio"}, ("app",), ("app",)),
    "rule-key": (
        "rule",
        RULE,
        {"domain": "d.example.com", "app": "a", "stream": "s"},
        ("app", "domain", "stream"),
        ("app", "domain", "stream"),
    ),
    "task-end": ("task", TASK, {"end": "2026-11-21T15:00:00Z"}, ("end",), ("end",)),
    "task-type": ("task", TASK, {"stream_type": "mixed"}, ("stream_type",), ("stream_type",)),
    "task-protected": ("task", TASK, {"protect": True}, ("protect",), ()),
    "task-unprotected-as-before": ("task", TASK, {"protect": False}, (), ()),
    "template-name": ("template", TEMPLATE, {"template_name": "u"}, ("template_name",), ()),
    "template-format": ("template", TEMPLATE, {"mp4": {"record_interval": 60}}, ("mp4",), ()),
    "template-new-format": ("template", TEMPLATE, {"aac": {}}, ("aac",), ()),
    "template-delay": ("template", TEMPLATE, {"delay_live": True}, ("delay_live",), ("delay_live",)),
    "template-cos": ("template", TEMPLATE, {"cos_store": True, "description": "d"}, ("cos_store", "description"), ("cos_store",)),
    "callback-url": ("callback_template", CALLBACK, {"record_notify_url": "b"}, ("record_notify_url",), ()),
    "callback-key": ("callback_template", CALLBACK, {"callback_key": "new"}, ("callback_key",), ()),
    "callback-levels": (
        "callback_template", CALLBACK, {"record_exception_levels": ["info"]}, ("record_exception_levels",), ()
    ),
    "callback-order-of-levels": ("callback_template", CALLBACK, {"record_exception_levels": ["info", "error"]}, (), ()),
    "callback-rule-template": ("callback_rule", RULE, {"template_id": "1"}, ("template_id",), ()),
    "callback-rule-app": ("callback_rule", RULE, {"app": "studio"}, ("app",), ("app",)),
    "template-default-is-no-change": (
        "template",
        TEMPLATE,
        {"description": "", "delay_live": False, "mp4": {"record_interval": 3600, "storage_time": 0}},
        (),
        (),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "news", "changed", "replaced"), CHANGES.values(), ids=CHANGES)
def test_changes_and_what_replaces(
    kind: KindName, old: dict[str, Any], news: dict[str, Any], changed: tuple[str, ...], replaced: tuple[str, ...]
) -> None:
    """Each changed field is named once, sorted, and the table says which ones need a new object."""
    assert changes(kind, old, {**old, **news}) == changed
    assert replaces(kind, changed) == replaced


@pytest.mark.parametrize("name", ["start", "template_id"])
def test_task_field_that_goes_is_a_change(name: str) -> None:
    """A task without a start or a template is another task."""
    rest = {field: value for field, value in TASK.items() if field != name}

    assert changes("task", TASK, rest) == (name,)


def test_removed_format_is_a_change() -> None:
    """A template that stops recording a format has changed."""
    assert changes("template", TEMPLATE, {"template_name": "t"}) == ("mp4",)


def test_outputs_are_no_change() -> None:
    """What only the state has - ids, marks of the engine - is no difference."""
    assert changes("task", {**TASK, "task_id": "abc", "stopped_at": "x", "__provider": "y"}, TASK) == ()
    assert changes("template", {**TEMPLATE, "template_id": "1", "__provider": "y"}, TEMPLATE) == ()


VALUES = st.sampled_from(["", "a", "b", "c"])
FORMS = st.fixed_dictionaries({}, optional={"record_interval": st.sampled_from([60, 1800]), "procedure": VALUES})
INPUTS: dict[KindName, st.SearchStrategy[dict[str, Any]]] = {
    "callback_rule": st.fixed_dictionaries({}, optional=dict.fromkeys(("domain", "app", "template_id"), VALUES)),
    "callback_template": st.fixed_dictionaries(
        {"template_name": VALUES},
        optional={
            "record_notify_url": VALUES,
            "callback_key": VALUES,
            "record_exception_levels": st.lists(st.sampled_from(["error", "info"]), unique=True),
        },
    ),
    "rule": st.fixed_dictionaries({}, optional=dict.fromkeys(RULE, VALUES)),
    "task": st.fixed_dictionaries({}, optional=dict.fromkeys(TASK, VALUES)),
    "template": st.fixed_dictionaries(
        {"template_name": VALUES},
        optional={"description": VALUES, "delay_live": st.booleans(), "mp4": FORMS, "hls": FORMS},
    ),
}
CASES = st.sampled_from(sorted(INPUTS)).flatmap(lambda kind: st.tuples(st.just(kind), INPUTS[kind], INPUTS[kind]))


@given(CASES)
def test_a_thing_is_no_change_of_itself(case: tuple[KindName, dict[str, Any], dict[str, Any]]) -> None:
    """Two equal descriptions do not differ, and writing defaults out makes no difference."""
    kind, one, _ = case

    assert changes(kind, one, one) == ()
    assert changes(kind, one, effective(kind, one)) == ()


@given(CASES)
def test_changes_are_symmetric_and_complete(case: tuple[KindName, dict[str, Any], dict[str, Any]]) -> None:
    """The same fields differ both ways, and taking them over from the other leaves no change."""
    kind, one, other = case
    changed = changes(kind, one, other)
    target = effective(kind, other)
    applied = {name: value for name, value in effective(kind, one).items() if name not in changed} | {
        name: target[name] for name in changed if name in target
    }

    assert changed == changes(kind, other, one)
    assert changes(kind, applied, other) == ()


def test_what_replaces_is_known() -> None:
    """Every field of the table is one that exists."""
    assert set(REPLACES["template"]) <= set(TEMPLATE_FIELDS)
    assert set(REPLACES["rule"]) < set(RULE)
    assert set(REPLACES["task"]) == set(TASK)
