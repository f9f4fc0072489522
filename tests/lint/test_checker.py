"""All checks of a stack together."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_recording.core.findings import CATALOG, Finding, errors, format_path
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES, SiteName
from live_recording.lint.checker import check_stack
from live_recording.lint.context import CheckContext
from live_recording.stackfile.scalars import PlainScalar
from live_recording.stackfile.validation import validate
from tests.support.clock import NOW

PUSH = "push.example.com"
STREAM = {"domain": PUSH, "app": "live", "stream": "final"}
WIDE = {"domain": PUSH, "template": "t"}
QUIET = {"domain": PUSH, "app": "live", "record": False}
RECORDS: dict[str, Any] = {"t": {"mp4": {"storage_time": "30d"}}}


def check_tree(tree: dict[str, Any], site: SiteName = "intl", owner: str = "live-recording--dev") -> list[Finding]:
    """Return all findings of validation and checks, sorted."""
    shaped = validate(tree)
    context = CheckContext(shaped.stack, shaped.unreadable_entries, SITES[site], NOW, StackRef.parse(owner))
    return sorted({*shaped.findings, *check_stack(context)})


def ids(tree: dict[str, Any], site: SiteName = "intl") -> list[tuple[str, str]]:
    """Return id and path of each finding."""
    return [(f.id, f.path_text) for f in check_tree(tree, site)]


def tasks(*spans: tuple[str, str], day: str = "2026-11-21", **more: str) -> dict[str, Any]:
    """Return tasks t0, t1 and so on of one stream, with start and end on one day."""
    return {
        f"t{n}": {**STREAM, "start": f"{day}T{a}", "end": f"{day}T{b}", "template": "t", **more}
        for n, (a, b) in enumerate(spans)
    }


TREES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "nothing": ({}, []),
    "same-key-twice": (
        {"templates": RECORDS, "rules": {n: {"domain": PUSH, "app": "live", "template": "t"} for n in "ab"}},
        [("duplicate-key", "rules.b")],
    ),
    "another-case-is-another-key": (
        {"templates": RECORDS, "rules": {n: {"domain": PUSH, "app": n, "template": "t"} for n in "aA"}},
        [],
    ),
    "same-template-name": (
        {"templates": {"a": {"template_name": "n"}, "b": {"template_name": "n"}}},
        [("duplicate-key", "templates.b")],
    ),
    "own-name-is-the-default-of-another": (
        {"templates": {"a": {}, "b": {"template_name": "live-recording--dev--a"}}},
        [("duplicate-key", "templates.b")],
    ),
    "name-of-the-builtin": (
        {"templates": {**RECORDS, "no-record": {}}, "rules": {"a": QUIET, "w": WIDE}},
        [("duplicate-key", "templates.no-record")],
    ),
    "account-name-of-the-builtin": (
        {
            "templates": {**RECORDS, "a": {"template_name": "live-recording--dev--no-record"}},
            "rules": {"a": QUIET, "w": WIDE},
        },
        [("duplicate-key", "templates.a")],
    ),
    "name-of-the-unused-builtin": ({"templates": {"no-record": {}}}, []),
    "same-task-twice": (
        {"templates": RECORDS, "tasks": tasks(("20:00", "21:00"), ("20:00", "21:00"))},
        [("duplicate-key", "tasks.t1")],
    ),
    "rule-without-template": ({"rules": {"a": {"domain": PUSH}}}, [("missing-field", "rules.a")]),
    "rule-with-two": (
        {"templates": {**RECORDS, "u": {}}, "rules": {"a": {**QUIET, "template": "u"}, "w": WIDE}},
        [("unknown-field", "rules.a.record")],
    ),
    "task-without-template": (
        {"tasks": {"a": {**STREAM, "end": "2026-11-21T00:00"}}},
        [("records-hls-forever", "tasks.a")],
    ),
    "task-with-two": (
        {"templates": RECORDS, "tasks": tasks(("20:00", "21:00"), template_id="7")},
        [("unknown-field", "tasks.t0.template_id")],
    ),
    "unknown-template": (
        {"templates": RECORDS, "rules": {"a": {"domain": PUSH, "template": "x"}}},
        [("unknown-template", "rules.a.template")],
    ),
    "unreadable-template-is-known": (
        {"templates": {"t": {"mp4": "x"}}, "rules": {"a": {"domain": PUSH, "template": "t"}}},
        [("wrong-type", "templates.t.mp4")],
    ),
    "three-overlaps": (
        {"templates": RECORDS, "tasks": tasks(("10:00", "14:00"), ("11:00", "14:00"), ("12:00", "14:00"))},
        [],
    ),
    "four-overlaps": (
        {
            "templates": RECORDS,
            "tasks": tasks(("13:00", "14:00"), ("10:00", "14:00"), ("11:00", "14:00"), ("12:00", "14:00")),
        },
        [("too-many-overlaps", "tasks.t0")],
    ),
    "four-finished-overlaps": (
        {"templates": RECORDS, "tasks": tasks(("10:00", "14:00"), ("11:00", "14:00"), ("12:00", "14:00"), ("13:00", "14:00"), day="2026-11-19")},
        [],
    ),
    "listed-templates": (
        {"templates": [], "rules": {"a": WIDE}, "tasks": tasks(("20:00", "21:00"), domain="other.example.com")},
        [("wrong-type", "templates")],
    ),
    "misspelt-section": (
        {"template": RECORDS, "rules": {"a": WIDE}},
        [("unknown-field", "template")],
    ),
    "unquoted-number": (
        {"templates": {"2026": {}}, "rules": {"a": {"domain": PUSH, "template": PlainScalar("2026")}}},
        [("wrong-type", "rules.a.template")],
    ),
    "two-mistakes-of-one-format": (
        {"templates": {"t": {"mp4": {"record_interval": "5h", "storage_mode": "Cold"}}}},
        [
            ("out-of-range", "templates.t.mp4.record_interval"),
            ("out-of-range", "templates.t.mp4.storage_mode"),
        ],
    ),
    "wrong-stream-type": (
        {"templates": RECORDS, "tasks": tasks(("20:00", "19:00"), stream_type="mix")},
        [("task-backwards", "tasks.t0"), ("out-of-range", "tasks.t0.stream_type")],
    ),
    "wrong-former-name": (
        {"templates": RECORDS, "tasks": tasks(("20:00", "19:00"), was="a--b")},
        [("task-backwards", "tasks.t0"), ("bad-name", "tasks.t0.was")],
    ),
    "wrong-time-skips-checks-that-need-it": (
        {"templates": RECORDS, "tasks": tasks(("20:00", "25:00"))},
        [("bad-time", "tasks.t0.end")],
    ),
    "renamed-from-a-declared-key": (
        {"templates": {"a": {"was": "b"}, "b": {}}},
        [("duplicate-key", "templates.a.was")],
    ),
    "renamed-twice": (
        {"templates": {"a": {"was": "z"}, "b": {"was": "z"}}},
        [("duplicate-key", "templates.a.was"), ("duplicate-key", "templates.b.was")],
    ),
    "renamed": ({"templates": {"a": {"was": "z"}}}, []),
    "empty-section": ({"templates": PlainScalar(""), "rules": PlainScalar("")}, []),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "expected"), TREES.values(), ids=TREES)
def test_findings_of_a_stack(tree: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Each problem is found once, at the entry to change."""
    assert ids(tree) == expected


@pytest.mark.parametrize("section", ["rules", "templates"])
def test_limits(section: str) -> None:
    """Fifty entries are valid, fifty-one are not, and the file can raise the limit."""
    entries = {
        f"e{n}": {"domain": PUSH, "app": f"a{n}", "template": "t"} if section == "rules" else {} for n in range(51)
    }
    fifty = dict(list(entries.items())[:50])
    rest = {"templates": RECORDS} if section == "rules" else {}

    assert ids({**rest, section: fifty}) == [("nearly-full", section)]
    assert ids({**rest, section: entries}) == [(f"too-many-{section}", section)]
    assert ids({**rest, section: entries, "limits": {section: 51}}) == [("nearly-full", section)]
    assert ids({**rest, section: entries, "limits": {section: 57}}) == []


def test_builtin_template_counts() -> None:
    """The built-in template for `record: false` counts as one of the fifty templates."""
    templates: dict[str, Any] = {**RECORDS, **{f"t{n}": {} for n in range(49)}}

    assert ids({"templates": templates, "rules": {"a": QUIET, "w": WIDE}}) == [("too-many-templates", "templates")]


SITE: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "cos": ({"cos_store": True}, ["site-mismatch"], []),
    "interval-of-thirty-seconds": ({"mp4": {"record_interval": "30s", "storage_time": "7d"}}, [], ["out-of-range"]),
    "interval-of-twelve-hours": ({"mp4": {"record_interval": "12h", "storage_time": "7d"}}, ["out-of-range"], []),
    "audio-of-three-hours": (
        {"aac": {"record_interval": "3h", "storage_time": "7d"}},
        ["out-of-range"],
        ["out-of-range"],
    ),
    "chinese-name": ({"template_name": "模板"}, ["bad-name"], []),
    "fifteen-hundred-days": ({"mp4": {"storage_time": "1500d"}}, [], []),
    "more-days": ({"mp4": {"storage_time": "1501d"}}, ["out-of-range"], ["out-of-range"]),
    "half-an-hour-of-splicing": ({"hls": {"flow_continue_duration": "30m", "storage_time": "7d"}}, [], []),
    "more-splicing": (
        {"hls": {"flow_continue_duration": "31m", "storage_time": "7d"}},
        ["out-of-range"],
        ["out-of-range"],
    ),
}


@pytest.mark.parametrize(("template", "intl", "cn"), SITE.values(), ids=SITE)
def test_sites_differ(template: dict[str, Any], intl: list[str], cn: list[str]) -> None:
    """What the API accepts depends on the site."""
    assert [kind for kind, _ in ids({"templates": {"t": template}}, "intl")] == intl
    assert [kind for kind, _ in ids({"templates": {"t": template}}, "cn")] == cn


def test_stack_name_without_two_hyphens() -> None:
    """Two hyphens in the stack name are one finding, because the owner is parsed from template names."""
    assert [f.id for f in check_tree({"templates": {"a": {}, "b": {}}}, owner="project---dev")] == ["bad-name"]
    assert [f.id for f in check_tree({}, owner="live-recording--dev--x")] == ["bad-name"]
    assert [f.id for f in check_tree({}, owner="live-recording--dev-")] == ["bad-name"]


def test_validation_and_checks_report_together() -> None:
    """Findings of validation and of checks are reported in one run."""
    tree = {
        "templates": {"t": {"mp4": {"record_interval": "2y", "storage_time": "7d"}}, "u": {"cos_store": True}},
        "rules": {"a": {"domain": "push", "template": "t"}, "b": {"domain": PUSH, "template": "gone"}},
        "limits": {"rules": 0},
        "colour": "red",
    }

    assert ids(tree) == [
        ("unknown-field", "colour"),
        ("out-of-range", "limits.rules"),
        ("bad-name", "rules.a.domain"),
        ("unknown-template", "rules.b.template"),
        ("bad-time", "templates.t.mp4.record_interval"),
        ("site-mismatch", "templates.u.cos_store"),
    ]


def test_catalog_entries_have_meaning_and_source() -> None:
    """Each finding id has a meaning and a source, and no other id can be used."""
    assert all(kind.meaning.endswith(".") and kind.source for kind in CATALOG.values())
    with pytest.raises(KeyError):
        Finding.new("no-such-kind", (), "")


def test_only_errors_stop() -> None:
    """`errors` returns the findings with severity error."""
    both = [Finding.new("bad-yaml", (), ""), Finding.new("ignored-field", (), "")]

    assert errors(both) == (both[0],)


def test_paths_as_users_write_them() -> None:
    """Keys are joined by dots; list positions are in brackets."""
    assert format_path(("acknowledge", 0, "until")) == "acknowledge[0].until"
    assert format_path(()) == ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_findings_do_not_depend_on_the_order_of_sections(order: Random) -> None:
    """The findings are the same whatever the order of the sections."""
    tree = {**TREES["four-overlaps"][0], "rules": {"a": {"domain": "x"}}, "limits": {"rules": 0}}
    items = list(tree.items())
    order.shuffle(items)

    assert check_tree(dict(items)) == check_tree(tree)
