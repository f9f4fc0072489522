"""Match declared objects with live ones, and find what differs between them."""

from dataclasses import replace
from typing import Any

import pytest

from live_recording.audit.declared import Location
from live_recording.core.streams import StreamKey
from live_recording.core.timefmt import timestamp
from tests.support.audit_samples import (
    ARCHIVE,
    AT,
    FINAL,
    HOUR,
    PUSH,
    RULE,
    TASK,
    WINDOW,
    T,
    applied,
    declaring,
    differences,
    plus,
    task,
)
from tests.support.live_objects import live_tasks, snapshot

TEMPLATES = {
    "retention": ({"Mp4Param": {"Enable": 1, "StorageTime": 86400}}, ["mp4.storage_time is 24 h 00 m, but 30 d is declared"]),
    "forever": ({"Mp4Param": {"Enable": 1, "StorageTime": 0}}, ["mp4.storage_time is forever, but 30 d is declared"]),
    "format-lost": ({"Mp4Param": {"Enable": 0}}, ["mp4 is declared, but not recorded"]),
    "format-more": ({"AacParam": {"Enable": 1}}, ["aac is recorded, but not declared"]),
    "null": ({"Mp4Param": None}, ["mp4 is declared, but not recorded"]),
    "top": ({"Description": "x\n", "IsDelayLive": 1}, ["delay_live is true, but false is declared", 'description is "x\\n", but "" is declared']),
    "same-effect": ({"Mp4Param": {"Enable": 1, "StorageTime": 2592000, "RecordInterval": 1800}, "FlvParam": None}, None),
}  # fmt: skip


@pytest.mark.parametrize(("live", "details"), TEMPLATES.values(), ids=TEMPLATES)
def test_template_differs_field_by_field(live: dict[str, Any], details: list[str] | None) -> None:
    """Each different field is named with both values; the vendor's defaults are no difference."""
    file = declaring(templates=ARCHIVE)
    held = applied(file)
    found = differences(plus(held, templates={T: {**held.templates[T].raw, **live}}), file)

    assert [list(one.details) for one in found] == ([details] if details else [])
    assert {(one.kind, one.location) for one in found} <= {("differs", Location("prod", ("templates", "archive")))}


def test_of_templates_with_one_name_the_one_in_use_matches() -> None:
    """Two templates of one name: the rules of the stack show which one it has; the other is not declared."""
    file = declaring(**RULE)
    held = applied(file)
    duplicate = plus(held, templates={"999": held.templates[T].raw})

    assert [(one.kind, one.id) for one in differences(duplicate, file)] == [("not-declared", "999")]
    assert [(one.kind, one.id) for one in differences(plus(duplicate, rules={StreamKey(PUSH): "999"}), file)] == [
        ("not-declared", T)
    ]


def test_renamed_template_is_found_under_its_former_name() -> None:
    """An entry with `was` that is not deployed yet differs in its name only."""
    held = applied(declaring(**RULE))
    file = declaring(
        templates={"vault": {"mp4": {"storage_time": "30d"}, "was": "archive"}},
        rules={"all": {"domain": PUSH, "template": "vault"}},
    )

    (found,) = differences(held, file)
    assert (found.kind, found.id, found.location) == ("differs", T, Location("prod", ("templates", "vault")))
    assert found.details == ('template_name is "shop--prod--archive", but "shop--prod--vault" is declared',)


RULES = {
    "other-template": (
        {StreamKey(PUSH): "7"},
        "shop--prod--archive",
        'it has template 7 ("hand"), but "archive" is declared',
    ),
    "template-not-live": ({StreamKey(PUSH): "7"}, "renamed", 'it has template 7 ("hand"), but "archive" is declared'),
    "unknown-template": ({StreamKey(PUSH): "8"}, "shop--prod--archive", 'it has template 8, but "archive" is declared'),
}


@pytest.mark.parametrize(("rules", "name", "detail"), RULES.values(), ids=RULES)
def test_rule_of_another_template_differs(rules: dict[StreamKey, str], name: str, detail: str) -> None:
    """A rule under the declared key is the declared one; it has the declared template or it differs."""
    file = declaring(**RULE)
    held = applied(file)
    held = plus(
        held, rules=rules, templates={T: {**held.templates[T].raw, "TemplateName": name}, "7": {"TemplateName": "hand"}}
    )

    assert [one.details for one in differences(held, file) if one.object_kind == "rule"] == [(detail,)]


def test_template_that_is_named_by_its_id_is_known() -> None:
    """Such a template is a notice; one that the account does not have is a problem."""
    file = declaring(rules={"legacy": {"domain": PUSH, "template_id": "7"}})
    held = applied(file)

    (named,) = differences(plus(held, templates={"7": {"TemplateName": "hand"}}), file)
    assert (named.kind, named.label, named.location) == ("named", "hand", Location("prod", ("rules", "legacy")))
    assert [(one.kind, one.template) for one in differences(held, file)] == [("no-template", "template 7")]


LATE = timestamp("2026-11-20T11:30:00Z")
RUNNING = {**FINAL, "start": "2026-11-20T11:00", "end": "2026-11-20T14:00"}
END = AT + 2 * HOUR
TASKS: dict[str, tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = {
    "exact": (FINAL, task("final", *WINDOW), []),
    "created-late": (RUNNING, task("final", LATE, END), []),
    "without-start": ({**RUNNING, "start": None}, task("final", LATE, END), []),
    "other-end": (FINAL, task("final", WINDOW[0], WINDOW[1] + 1), [("not-declared", "t"), ("not-live", "")]),
    "starts-too-late": (FINAL, task("final", WINDOW[0] + 1, WINDOW[1]), [("not-declared", "t"), ("not-live", "")]),
    "other-app": (FINAL, task("final", *WINDOW) | {"AppName": "Live"}, [("not-declared", "t"), ("not-live", "")]),
    "other-template": (FINAL, task("final", *WINDOW, "7"), [("differs", "t")]),
    "template-of-another-stack": (FINAL, task("final", *WINDOW, "8"), [("foreign", "t"), ("not-live", "")]),
    "stopped": (FINAL, task("final", *WINDOW, stopped=AT - 60), [("stopped", "t")]),
    "stopped-and-other-template": (FINAL, task("final", *WINDOW, "7", stopped=AT), [("ended", "t"), ("not-live", "")]),
    "nulls": (FINAL, task("final", *WINDOW) | {"Stopped": None, "TemplateId": None}, []),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "live", "expected"), TASKS.values(), ids=TASKS)
def test_task_is_the_same_or_nearly(
    entry: dict[str, Any], live: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Stream, time and template identify a task; it may have been stopped, or created late."""
    fields = {name: value for name, value in entry.items() if value is not None}
    templates = {"7": {"TemplateName": "hand"}, "8": {"TemplateName": "blog--prod--x"}}
    held = snapshot(templates, tasks={"t": live})
    found = differences(held, declaring(tasks={"final": fields}))

    assert sorted((one.kind, one.id) for one in found if one.object_kind == "task") == expected


def test_task_with_the_exact_start_matches_first() -> None:
    """Of two declared tasks with the same end, the one with the exact start is the live one."""
    file = declaring(tasks={"early": {**RUNNING, "start": "2026-11-20T10:00"}, "late": RUNNING})
    held = snapshot(tasks={"t": task("final", AT - HOUR, END)})

    assert [(one.kind, one.location) for one in differences(held, file)] == [
        ("not-live", Location("prod", ("tasks", "early")))
    ]


def test_stopped_task_matches_before_one_of_another_template() -> None:
    """The stopped task is the declared one; the task that was created in its place is not declared."""
    file = declaring(**TASK)
    held = applied(file)
    tasks = {"s": task("final", *WINDOW, T, stopped=AT), "x": task("final", *WINDOW, "0")}

    assert [(one.kind, one.id) for one in differences(replace(held, tasks=live_tasks(tasks)), file)] == [
        ("not-declared", "x"),
        ("stopped", "s"),
    ]


def test_stopped_task_with_a_running_duplicate_is_a_notice() -> None:
    """A task was stopped and created again: the new one is the declared one."""
    file = declaring(**TASK)
    held = plus(applied(file), tasks={"s": task("final", *WINDOW, T, stopped=AT)})

    assert [(one.kind, one.id, one.stopped_at) for one in differences(held, file)] == [
        ("ended", "s", "2026-11-20T12:00:00Z")
    ]
