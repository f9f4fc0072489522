"""The differences between an account and stack files: what is missing, what is not declared, and who owns it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.audit.compare import IS_PROBLEM
from live_recording.audit.declared import DeclaringFile, Location
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import SITES
from live_recording.desired.declarations import desired_resources
from tests.support.audit_samples import (
    AT,
    FINAL,
    HOUR,
    PUSH,
    RULE,
    SHOWN,
    TASK,
    WINDOW,
    applied,
    brief,
    declaring,
    differences,
    plus,
    task,
)
from tests.support.clock import NOW
from tests.support.live_objects import snapshot

FORMATS = st.dictionaries(
    st.sampled_from(["flv", "hls", "mp4", "aac", "mp3"]),
    st.fixed_dictionaries({}, optional={"storage_time": st.integers(1, 90).map(lambda days: f"{days}d")}),
)
NAMES = st.sampled_from(["", "live", "studio", "a-b", "Live", "1"])


@st.composite
def stacks(draw: st.DrawFn) -> tuple[DeclaringFile, ...]:
    """Generate one to three stack files of one project that declare nothing twice."""
    made = []
    for name in draw(st.lists(st.sampled_from(["dev", "prod", "staging"]), min_size=1, unique=True)):
        templates = draw(st.dictionaries(st.sampled_from(["a", "b", "c"]), FORMATS, min_size=1))
        source = st.sampled_from([{"template": key} for key in templates] + [{"record": False}])
        keys = draw(st.lists(st.tuples(NAMES, NAMES), unique=True, max_size=4))
        rules = {
            f"r{n}": {"domain": f"{name}.example.com", "app": a, "stream": s, **draw(source)}
            for n, (a, s) in enumerate(keys)
        }
        starts = draw(st.lists(st.integers(-2, 200), unique=True, max_size=4))
        tasks = {
            f"t{n}": {
                **FINAL,
                "domain": f"{name}.example.com",
                "start": f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M}",
                "end": f"{NOW + timedelta(hours=hours + 3):%Y-%m-%dT%H:%M}",
                "template": draw(st.sampled_from(sorted(templates))),
            }
            for n, hours in enumerate(starts)
        }
        made.append(declaring(name, templates=templates, rules=rules, tasks=tasks))
    return tuple(made)


@given(stacks())
def test_account_as_declared_differs_in_nothing(files: tuple[DeclaringFile, ...]) -> None:
    """Right after an `up` of all stacks there is no difference, whatever they declare."""
    assert differences(applied(*files), *files) == []


@given(stacks(), st.data())
def test_each_missing_rule_and_task_is_reported_once(files: tuple[DeclaringFile, ...], data: st.DataObject) -> None:
    """One object that is gone is the only difference."""
    held = applied(*files)
    things = [("rules", key) for key in held.rules] + [("tasks", task_id) for task_id in held.tasks]
    if not things:
        return
    section, gone = data.draw(st.sampled_from(things))
    rest = {key: value for key, value in getattr(held, section).items() if key != gone}

    assert [one.kind for one in differences(replace(held, **{section: rest}), *files)] == ["not-live"]  # type: ignore[arg-type]  # one of two fields


@given(stacks(), st.data())
def test_each_undeclared_object_is_reported_once(files: tuple[DeclaringFile, ...], data: st.DataObject) -> None:
    """One live object that is not declared is one difference, also a copy of a declared one."""
    held = applied(*files)
    copy = [{"tasks": {"copy": live.raw}} for live in held.tasks.values()] + [
        {"templates": {"9999": live.raw}} for live in held.templates.values()
    ]
    new = {"rules": {StreamKey("x.example.com", "studio", "x"): "9999"}}
    undeclared: Any = data.draw(st.sampled_from([*copy, new]))

    assert [one.kind for one in differences(plus(held, **undeclared), *files)] == ["not-declared"]


@given(stacks())
def test_empty_account_lacks_everything(files: tuple[DeclaringFile, ...]) -> None:
    """In an empty account every declared object is missing, and none is reported twice."""
    found = differences(snapshot(), *files)
    declared = [d for file in files for d in desired_resources(file.stack, file.owner, SITES["intl"], NOW).resources]

    assert {one.kind for one in found} == {"not-live"}
    assert len(set(found)) == len(found) == len(declared)


def test_later_and_finished_tasks_are_not_missed() -> None:
    """A task that the API does not accept yet, or that is finished, is not expected in the account."""
    file = declaring(
        tasks={
            "later": {**FINAL, "start": "2026-12-21T20:00", "end": "2026-12-21T22:00"},
            "over": {**FINAL, "start": "2026-11-20T02:00", "end": "2026-11-20T12:00"},
        }
    )

    assert differences(snapshot(tasks={"t": task("final", AT - 10 * HOUR, AT)}), file) == []


OWNERS = {
    "no-owner": ("archive", "not-declared", ""),
    "this-stack": ("shop--prod--old", "not-declared", "shop--prod"),
    "stack-without-file": ("shop--old--archive", "not-declared", "shop--old"),
    "other-project": ("blog--prod--archive", "foreign", "blog--prod"),
    "four-parts": ("blog--prod--archive--x", "not-declared", ""),
}


@pytest.mark.parametrize(("name", "kind", "owner"), OWNERS.values(), ids=OWNERS)
def test_name_of_the_template_shows_the_owner(name: str, kind: str, owner: str) -> None:
    """Undeclared templates, rules and tasks belong to the stack that the template's name contains."""
    live: dict[str, Any] = {
        "templates": {"7": {"TemplateName": name}},
        "rules": {StreamKey(PUSH): "7"},
        "tasks": {"t": task("s", *WINDOW, "7")},
    }
    found = differences(plus(snapshot(), **live))

    assert [(one.kind, one.object_kind, one.owner.prefix if one.owner else "") for one in found] == [
        (kind, t, owner) for t in ("rule", "task", "template")
    ]
    assert IS_PROBLEM[found[0].kind] == (kind == "not-declared")


def test_file_that_is_not_audited_only_declares() -> None:
    """Its objects are not reported as undeclared, nor is anything that is wrong with them."""
    asked, beside = declaring(), declaring("dev", audited=False, **RULE, tasks={"final": FINAL})

    assert differences(applied(beside), asked, beside) == []
    assert differences(applied(), asked, beside) == []
    assert brief(differences(applied(beside), asked)) == [
        ("not-declared", "rule", f"{PUSH}/*/*"),
        ("not-declared", "task", SHOWN),
        ("not-declared", "template", "shop--dev--archive"),
    ]


def test_audited_file_comes_first() -> None:
    """An object that two files declare is compared with the audited one, whatever their names."""
    asked, beside = declaring("prod", **RULE), declaring("dev", audited=False, **RULE)

    assert [
        (one.kind, one.location) for one in differences(applied(beside), asked, beside) if one.object_kind == "rule"
    ] == [("differs", Location("prod", ("rules", "all")))]


SHARED: dict[str, tuple[dict[str, Any], str]] = {
    "rule": ({"rules": {"all": {"domain": PUSH, "template_id": "7"}}}, f"{PUSH}/*/*"),
    "template": ({"templates": {"t": {"template_name": "common"}}}, "common"),
    "task": ({"tasks": {"final": FINAL}}, SHOWN),
}


@pytest.mark.parametrize("thing", SHARED)
def test_object_of_two_files_is_reported(thing: str) -> None:
    """No check of one file sees this; the report names both locations."""
    sections, what = SHARED[thing]
    files = declaring("dev", **sections), declaring("prod", **sections)
    found = [one for one in differences(applied(files[0]), *files) if one.kind == "declared-twice"]

    assert [(one.object_kind, one.label) for one in found] == [(thing, what)]
    locations = [(one.location, one.other_location) for one in found]
    assert [tuple(at.file for at in both if at) for both in locations] == [("prod", "dev")]


def test_tasks_of_two_stacks_with_their_own_templates_are_two() -> None:
    """A stream may be recorded by two stacks at once, each with a template of its own."""
    files = declaring("dev", **TASK), declaring("prod", **TASK)

    assert differences(applied(*files), *files) == []


def test_built_in_template_is_located_where_it_is_used() -> None:
    """The template for `record: false` is reported at the first rule that needs it."""
    quiet = {"domain": PUSH, "record": False}
    found = differences(applied(), declaring(rules={"b": {**quiet, "stream": "b"}, "a": {**quiet, "stream": "a"}}))

    assert ("shop--prod--no-record", Location("prod", ("rules", "a"))) in [(one.label, one.location) for one in found]


def test_live_records_are_one_notice_per_file() -> None:
    """The API does not list them, so there is one notice for all."""
    record = {"domain": PUSH, "stream": "s", "start": "2026-11-21T20:00", "end": "2026-11-21T22:00"}
    found = differences(applied(), declaring(live_records={"a": record, "b": record | {"stream": "t"}}))

    assert [(one.kind, one.location, IS_PROBLEM[one.kind]) for one in found] == [
        ("unlisted", Location("prod", ("live_records",)), False)
    ]


def test_order_of_account_and_files_does_not_matter() -> None:
    """The differences and their order are the same, whatever is listed first."""
    files = declaring("dev", **RULE), declaring("prod", **TASK)
    live: dict[str, Any] = {
        "rules": {StreamKey(f"{c}.example.com"): "9" for c in "dbca"},
        "templates": {str(n): {} for n in (3, 1, 2)},
    }
    held = plus(snapshot(), **live)
    backwards = replace(
        held, rules=dict(reversed([*held.rules.items()])), templates=dict(reversed([*held.templates.items()]))
    )

    assert differences(held, *files) == differences(backwards, *reversed(files))
