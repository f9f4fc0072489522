"""What an account holds against what stack files declare: what is missing, what is nobody's, what is whose."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.audit.compare import COUNTS
from live_recording.audit.declared import Declaring, Place
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
    plus,
    task,
    told,
)
from tests.support.clock import NOW
from tests.support.live_objects import snapshot

FORMATS = st.dictionaries(
    st.sampled_from(["flv", "hls", "mp4", "aac", "mp3"]),
    st.fixed_dictionaries({}, optional={"storage_time": st.integers(1, 90).map(lambda days: f"{days}d")}),
)
NAMES = st.sampled_from(["", "live", "studio", "a b", "%2F", "演播"])


@st.composite
def stacks(draw: st.DrawFn) -> tuple[Declaring, ...]:
    """One to three stack files of one project that declare nothing twice."""
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
def test_account_as_declared_differs_in_nothing(files: tuple[Declaring, ...]) -> None:
    """Right after an `up` of all stacks there is nothing to tell, whatever they declare."""
    assert told(applied(*files), *files) == []


@given(stacks(), st.data())
def test_each_missing_rule_and_task_is_told_once(files: tuple[Declaring, ...], data: st.DataObject) -> None:
    """One object that is gone is one difference, and nothing else is said."""
    held = applied(*files)
    things = [("rules", key) for key in held.rules] + [("tasks", task_id) for task_id in held.tasks]
    if not things:
        return
    section, gone = data.draw(st.sampled_from(things))
    rest = {key: value for key, value in getattr(held, section).items() if key != gone}

    assert [one.kind for one in told(held._replace(**{section: rest}), *files)] == ["not-live"]  # type: ignore[arg-type]  # one of two fields


@given(stacks(), st.data())
def test_each_stranger_is_told_once(files: tuple[Declaring, ...], data: st.DataObject) -> None:
    """One live object that nobody declares is one difference, a copy of a declared one too."""
    held = applied(*files)
    copy = [{"tasks": {"copy": live.raw}} for live in held.tasks.values()] + [
        {"templates": {"9999": live.raw}} for live in held.templates.values()
    ]
    new = {"rules": {StreamKey("x.example.com", "中文", "%s"): "9999"}}
    stranger: Any = data.draw(st.sampled_from([*copy, new]))

    assert [one.kind for one in told(plus(held, **stranger), *files)] == ["not-declared"]


@given(stacks())
def test_empty_account_lacks_everything(files: tuple[Declaring, ...]) -> None:
    """Of a new account every declared object is told, and nothing twice."""
    found = told(snapshot(), *files)
    declared = [d for by in files for d in desired_resources(by.stack, by.owner, SITES["intl"], NOW).resources]

    assert {one.kind for one in found} == {"not-live"}
    assert len(set(found)) == len(found) == len(declared)


def test_later_and_finished_tasks_are_not_missed() -> None:
    """What the vendor does not take yet, and what is over, is not looked for."""
    file = declaring(
        tasks={
            "later": {**FINAL, "start": "2026-12-21T20:00", "end": "2026-12-21T22:00"},
            "over": {**FINAL, "start": "2026-11-20T02:00", "end": "2026-11-20T12:00"},
        }
    )

    assert told(snapshot(tasks={"t": task("final", AT - 10 * HOUR, AT)}), file) == []


OWNERS = {
    "nobody": ("archive", "not-declared", ""),
    "this-stack": ("shop--prod--old", "not-declared", "shop--prod"),
    "stack-without-file": ("shop--old--archive", "not-declared", "shop--old"),
    "other-project": ("blog--prod--archive", "foreign", "blog--prod"),
    "four-parts": ("blog--prod--archive--x", "not-declared", ""),
}


@pytest.mark.parametrize(("name", "kind", "owner"), OWNERS.values(), ids=OWNERS)
def test_what_nobody_declares_belongs_to_whom_its_template_names(name: str, kind: str, owner: str) -> None:
    """Template, rule and task of another project are told apart by the form of the template's name."""
    live: dict[str, Any] = {
        "templates": {"7": {"TemplateName": name}},
        "rules": {StreamKey(PUSH): "7"},
        "tasks": {"t": task("s", *WINDOW, "7")},
    }
    found = told(plus(snapshot(), **live))

    assert [(one.kind, one.thing, one.owner.prefix if one.owner else "") for one in found] == [
        (kind, t, owner) for t in ("rule", "task", "template")
    ]
    assert COUNTS[found[0].kind] == (kind == "not-declared")


def test_file_that_was_not_asked_about_only_declares() -> None:
    """Its objects are not called undeclared, and what is wrong with them is not told."""
    asked, beside = declaring(), declaring("dev", asked=False, **RULE, tasks={"final": FINAL})

    assert told(applied(beside), asked, beside) == []
    assert told(applied(), asked, beside) == []
    assert brief(told(applied(beside), asked)) == [
        ("not-declared", "rule", f"{PUSH}/*/*"),
        ("not-declared", "task", SHOWN),
        ("not-declared", "template", "shop--dev--archive"),
    ]


def test_file_that_was_asked_about_comes_first() -> None:
    """What another file declares too is told of the one that was asked about, whatever their names."""
    asked, beside = declaring("prod", **RULE), declaring("dev", asked=False, **RULE)

    assert [(one.kind, one.place) for one in told(applied(beside), asked, beside) if one.thing == "rule"] == [
        ("differs", Place("prod", "rules.all"))
    ]


SHARED: dict[str, tuple[dict[str, Any], str]] = {
    "rule": ({"rules": {"all": {"domain": PUSH, "template_id": "7"}}}, f"{PUSH}/*/*"),
    "template": ({"templates": {"t": {"template_name": "common"}}}, "common"),
    "task": ({"tasks": {"final": FINAL}}, SHOWN),
}


@pytest.mark.parametrize("thing", SHARED)
def test_what_two_files_declare_is_told(thing: str) -> None:
    """No check of one file sees this; it is told where the later file declares it, with the place of the other."""
    sections, what = SHARED[thing]
    files = declaring("dev", **sections), declaring("prod", **sections)
    found = [one for one in told(applied(files[0]), *files) if one.kind == "declared-twice"]

    assert [(one.thing, one.what, one.place.stack, one.other.stack) for one in found] == [(thing, what, "prod", "dev")]


def test_tasks_of_two_stacks_with_their_own_templates_are_two() -> None:
    """A stream may be recorded by two stacks at once, each with a template of its own."""
    files = declaring("dev", **TASK), declaring("prod", **TASK)

    assert told(applied(*files), *files) == []


def test_built_in_template_stands_where_it_is_used() -> None:
    """What `record: false` needs is told at the first rule that says so."""
    quiet = {"domain": PUSH, "record": False}
    found = told(applied(), declaring(rules={"b": {**quiet, "stream": "b"}, "a": {**quiet, "stream": "a"}}))

    assert ("template", "shop--prod--no-record", "rules.a") in [(one.thing, one.what, one.place.path) for one in found]


def test_live_records_are_told_once_per_file() -> None:
    """The vendor has no list of them, so one note stands for all."""
    record = {"domain": PUSH, "stream": "s", "start": "2026-11-21T20:00", "end": "2026-11-21T22:00"}
    found = told(applied(), declaring(live_records={"a": record, "b": record | {"stream": "t"}}))

    assert [(one.kind, one.place, COUNTS[one.kind]) for one in found] == [
        ("unlisted", Place("prod", "live_records"), False)
    ]


def test_order_of_account_and_files_does_not_matter() -> None:
    """The same is told in the same order, whoever is named first."""
    files = declaring("dev", **RULE), declaring("prod", **TASK)
    live: dict[str, Any] = {
        "rules": {StreamKey(f"{c}.example.com"): "9" for c in "dbca"},
        "templates": {str(n): {} for n in (3, 1, 2)},
    }
    held = plus(snapshot(), **live)
    backwards = held._replace(
        rules=dict(reversed([*held.rules.items()])), templates=dict(reversed([*held.templates.items()]))
    )

    assert told(held, *files) == told(backwards, *reversed(files))
