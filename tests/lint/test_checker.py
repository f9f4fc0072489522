"""Rules about a whole stack, and how it is read."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_recording.core.findings import CATALOG, Finding, errors, format_path
from live_recording.core.stack_ref import StackRef
from live_recording.core.text import Plain
from live_recording.core.vendor import SITES, SiteName
from live_recording.lint.checker import check_stack
from live_recording.lint.context import CheckContext
from live_recording.stackfile.validation import validate
from tests.support.clock import NOW

PUSH = "push.example.com"
STREAM = {"domain": PUSH, "app": "live", "stream": "final"}
WIDE = {"domain": PUSH, "template": "t"}
QUIET = {"domain": PUSH, "app": "live", "record": False}
RECORDS: dict[str, Any] = {"t": {"mp4": {"storage_time": "30d"}}}


def found(tree: dict[str, Any], site: SiteName = "intl", owner: str = "live-recording--dev") -> list[Finding]:
    """Every finding about a tree, sorted."""
    shaped = validate(tree)
    related = (
        ()
        if shaped.stack is None
        else check_stack(CheckContext(shaped.stack, shaped.broken, SITES[site], NOW, StackRef.parse(owner)))
    )
    return sorted({*shaped.findings, *related})


def ids(tree: dict[str, Any], site: SiteName = "intl") -> list[tuple[str, str]]:
    """Id and path of every finding about a tree."""
    return [(f.id, f.path_text) for f in found(tree, site)]


def tasks(*spans: tuple[str, str], day: str = "2026-11-21", **more: str) -> dict[str, Any]:
    """Tasks t0, t1 and so on of one stream, with hours of one day."""
    return {
        f"t{n}": {**STREAM, "start": f"{day}T{a}", "end": f"{day}T{b}", "template": "t", **more}
        for n, (a, b) in enumerate(spans)
    }


RULES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
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
    "own-name-is-anothers-default": (
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
    "broken-template-is-known": (
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
    "four-overlaps-that-are-over": (
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
        {"templates": {"2026": {}}, "rules": {"a": {"domain": PUSH, "template": Plain("2026")}}},
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
    "wrong-time-hides-what-needs-it": (
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
    "empty-section": ({"templates": Plain(""), "rules": Plain("")}, []),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "expected"), RULES.values(), ids=RULES)
def test_relations_between_entries(tree: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Each mistake is found once, at the entry that is to be changed."""
    assert ids(tree) == expected


@pytest.mark.parametrize("section", ["rules", "templates"])
def test_limit_is_what_the_account_holds(section: str) -> None:
    """Fifty are taken, fifty-one are not, and a raised limit is believed."""
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
    """The template behind `record: false` takes one of the fifty places."""
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
    """What the vendor takes depends on the site."""
    assert [kind for kind, _ in ids({"templates": {"t": template}}, "intl")] == intl
    assert [kind for kind, _ in ids({"templates": {"t": template}}, "cn")] == cn


def test_stack_name_can_be_read_back() -> None:
    """The owner in a template's name ends at two hyphens, so the stack's own name has none; this is said once."""
    assert [f.id for f in found({"templates": {"a": {}, "b": {}}}, owner="project---dev")] == ["bad-name"]
    assert [f.id for f in found({}, owner="live-recording--dev--x")] == ["bad-name"]
    assert [f.id for f in found({}, owner="live-recording--dev-")] == ["bad-name"]


def test_one_entry_does_not_hide_another() -> None:
    """Mistakes of shape and of relation are found in one reading."""
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


def test_kinds_say_what_they_mean() -> None:
    """Every kind of finding has a sentence and a source, and no other kind can be found."""
    assert all(kind.meaning.endswith(".") and kind.source for kind in CATALOG.values())
    with pytest.raises(KeyError):
        Finding.new("no-such-kind", (), "")


def test_only_errors_stop() -> None:
    """Warnings are told and do not stop."""
    both = [Finding.new("bad-yaml", (), ""), Finding.new("ignored-field", (), "")]

    assert errors(both) == (both[0],)


def test_paths_are_shown_as_users_write_them() -> None:
    """Keys are joined by dots, positions stand in brackets."""
    assert format_path(("acknowledge", 0, "until")) == "acknowledge[0].until"
    assert format_path(()) == ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_findings_do_not_depend_on_the_order_of_sections(order: Random) -> None:
    """The same mistakes are found wherever their sections stand."""
    tree = {**RULES["four-overlaps"][0], "rules": {"a": {"domain": "x"}}, "limits": {"rules": 0}}
    items = list(tree.items())
    order.shuffle(items)

    assert found(dict(items)) == found(tree)
