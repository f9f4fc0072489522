"""How a tree is read into models, and what is left of it where it cannot be."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_recording.core.findings import CATALOG, Finding
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES, SiteName
from live_recording.lint.checker import check_stack
from live_recording.lint.context import CheckContext
from live_recording.stackfile.scalars import PlainScalar
from live_recording.stackfile.validation import validate
from tests.support.clock import NOW

PUSH = "push.example.com"
STREAM = {"domain": PUSH, "app": "live", "stream": "final"}
TIMES = {"start": "2026-11-21T20:00", "end": "2026-11-21T22:00"}


def left(tree: dict[str, Any]) -> dict[str, Any]:
    """Return the entries that can be checked further."""
    stack = validate(tree).stack
    return {
        section: entries
        for section, entries in stack.to_file().items()
        if isinstance(entries, dict) and section != "limits"
    }


LEFT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "unknown-field-alone": (
        {"rules": {"a": {"domain": PUSH, "template": "t", "x": "1"}}},
        {"rules": {"a": {"domain": PUSH, "template": "t"}}},
    ),
    "field-of-a-template-alone": (
        {"templates": {"t": {"delay_live": "maybe", "mp4": {"storage_time": "7d", "class_id": "x"}}}},
        {"templates": {"t": {"mp4": {"storage_time": 604800}}}},
    ),
    "format-alone": ({"templates": {"t": {"mp4": "x", "aac": {}}}}, {"templates": {"t": {"aac": {}}}}),
    "cos-field-spoils-the-template": (
        {"templates": {"t": {"cos_store": "true", "mp4": {"cos_bucket_path": "x"}}, "u": {}}},
        {"templates": {"u": {}}},
    ),
    "stream-type-and-was-alone": (
        {"tasks": {"a": {**STREAM, **TIMES, "stream_type": "mix", "was": "a--b"}}},
        {"tasks": {"a": {**STREAM, "start": datetime(2026, 11, 21, 20), "end": datetime(2026, 11, 21, 22)}}},  # noqa: DTZ001 - wall clocks
    ),
    "time-spoils-the-task": ({"tasks": {"a": {**STREAM, "start": "x"}, "b": STREAM}}, {"tasks": {"b": STREAM}}),
    "key-part-spoils-the-rule": ({"rules": {"a": {"domain": "x"}, "b": {"domain": PUSH}}}, {"rules": {"b": {"domain": PUSH}}}),
    "missing-field-spoils-the-entry": ({"tasks": {"a": {"domain": PUSH}, "b": STREAM}}, {"tasks": {"b": STREAM}}),
    "key-spoils-the-entry": ({"templates": {"a--b": {}, "c": {}}}, {"templates": {"c": {}}}),
    "list-spoils-the-section": ({"templates": [], "rules": {"b": {"domain": PUSH}}}, {"rules": {"b": {"domain": PUSH}}}),
    "limits-alone": ({"limits": {"rules": "x"}, "templates": {"t": {}}}, {"templates": {"t": {}}}),
    "emptied-section": ({"templates": PlainScalar(""), "acknowledge": PlainScalar(""), "limits": PlainScalar("")}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "expected"), LEFT.values(), ids=LEFT)
def test_a_mistake_spoils_no_more_than_it_must(tree: dict[str, Any], expected: dict[str, Any]) -> None:
    """What still means the same without the mistake is judged further; half an entry is not."""
    assert left(tree) == expected


BROKEN: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "entry": ({"templates": {"t": {"mp4": "x"}}}, {("templates", "t")}),
    "section": ({"templates": []}, {("templates", "")}),
    "misspelt-section": ({"template": {}}, {("templates", "")}),
    "another-field": ({"colour": "red"}, set()),
    "limits": ({"limits": {"rules": "x"}}, set()),
    "key": ({"rules": {"a--b": {"domain": PUSH}}}, {("rules", "a--b")}),
}


@pytest.mark.parametrize(("tree", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_could_not_be_read_is_known_by_name(tree: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    """Entries with mistakes are still names to which others may refer, and count."""
    assert validate(tree).unreadable_entries == expected


def findings_of(tree: dict[str, Any], site: SiteName) -> list[Finding]:
    """Every finding about a tree, sorted."""
    shaped = validate(tree)
    context = CheckContext(shaped.stack, shaped.unreadable_entries, SITES[site], NOW, StackRef("p", "dev"))
    return sorted({*shaped.findings, *check_stack(context)})


SECTIONS = ["templates", "rules", "tasks", "schedules", "acknowledge", "limits", "time_zone", "x"]
NAMES = [
    "a",
    "b--c",
    "hls",
    "mp4",
    "domain",
    "app",
    "stream",
    "template",
    "record",
    "start",
    "end",
    "was",
    "rules",
    "",
    ".",
]
LEAVES = (
    st.sampled_from(["", "a", PUSH, "hls", "1h", "forever", "2026-11-21T20:00", "2026-11-21T20:00Z", "false", "012", "UTC"])
    | st.text(max_size=4)
)  # fmt: skip
SCALARS = LEAVES | LEAVES.map(PlainScalar)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip
FILES = st.dictionaries(
    st.sampled_from(SECTIONS) | st.text(max_size=3),
    SCALARS
    | st.dictionaries(
        st.sampled_from(NAMES), SCALARS | st.dictionaries(st.sampled_from(NAMES), TREES, max_size=6), max_size=3
    ),
    max_size=5,
).filter(lambda tree: not isinstance(tree.get("time_zone"), str) or tree["time_zone"] in ("UTC", ""))


@given(FILES, st.sampled_from(list(SITES)))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_any_tree_is_read_or_found(tree: dict[str, Any], site: SiteName) -> None:
    """Whatever a file holds, it yields a stack or findings, each a sentence in one printable line; nothing is raised."""
    findings = findings_of(tree, site)

    assert all(f.id in CATALOG for f in findings)
    assert all(f.sentence.isprintable() and f.sentence.endswith((".", "?")) for f in findings)
