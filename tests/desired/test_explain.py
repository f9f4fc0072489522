"""Who records a stream at a time, and why nobody else does."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.streams import StreamKey, winning_rule
from live_recording.desired.explain import Explanation, Loser, Recorder, explain
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW

PUSH = "push.example.com"
STREAM = StreamKey(PUSH, "studio", "rehearsal")
FULL = {"domain": PUSH, "app": "studio", "stream": "rehearsal"}
RULES: dict[str, dict[str, Any]] = {
    "everything": {"domain": PUSH, "template": "archive"},
    "studio": {"domain": PUSH, "app": "studio", "template": "clips"},
    "rehearsal": {"domain": PUSH, "stream": "rehearsal", "record": False},
    "exact": {**FULL, "template_id": 17016},
    "news": {"domain": PUSH, "app": "news", "template": "clips"},
    "final": {"domain": PUSH, "app": "studio", "stream": "final", "template": "clips"},
    "old": {"domain": "old.example.com", "template": "clips"},
}


def told(*rules: str, at: datetime = NOW, **sections: Any) -> Explanation:
    """What is said about the stream when these rules exist."""
    return explain(Stack.model_validate({"rules": {name: RULES[name] for name in rules}, **sections}), STREAM, at)


WINNERS = {
    "nobody": (["news"], None, False),
    "domain": (
        ["everything", "news"],
        Recorder("rules.everything", f"{PUSH}/*/*", "archive", "it names the domain alone (level 4)"),
        True,
    ),
    "app": (
        ["everything", "studio"],
        Recorder("rules.studio", f"{PUSH}/studio/*", "clips", "it names domain and app (level 3)"),
        True,
    ),
    "stream-suppresses": (
        ["everything", "studio", "rehearsal"],
        Recorder("rules.rehearsal", f"{PUSH}/*/rehearsal", None, "it names domain and stream (level 2)"),
        False,
    ),
    "exact": (
        ["everything", "studio", "rehearsal", "exact"],
        Recorder(
            "rules.exact", f"{PUSH}/studio/rehearsal", "template_id 17016", "it names domain, app and stream (level 1)"
        ),
        True,
    ),
}


@pytest.mark.parametrize(("rules", "expected", "records"), WINNERS.values(), ids=WINNERS)
def test_winner_is_named_with_its_reason(rules: list[str], expected: Recorder | None, records: bool) -> None:
    """The rule that decides is told with its key, its template and its level; a suppressing one wins and records nothing."""
    found = told(*rules)

    assert (found.winner, found.records) == (expected, records)
    assert (found.stream, found.at) == (f"{PUSH}/studio/rehearsal", "2026-11-20T12:00:00Z")


def test_every_other_rule_has_its_reason() -> None:
    """A rule loses because another one outranks it, or because it is for other streams; they are sorted."""
    assert told(*RULES).losers == (
        Loser("rules.everything", "it names the domain alone (level 4), and level 1 wins"),
        Loser("rules.final", 'it is for stream "final", not "rehearsal"'),
        Loser("rules.news", 'it is for app "news", not "studio"'),
        Loser("rules.old", 'it is for domain "old.example.com", not "push.example.com"'),
        Loser("rules.rehearsal", "it names domain and stream (level 2), and level 1 wins"),
        Loser("rules.studio", "it names domain and app (level 3), and level 1 wins"),
    )


def test_without_a_winner_the_others_still_have_reasons() -> None:
    """Where nobody records, each rule is told with what it is for."""
    assert told("news", "old").losers == (
        Loser("rules.news", 'it is for app "news", not "studio"'),
        Loser("rules.old", 'it is for domain "old.example.com", not "push.example.com"'),
    )


AT = {
    "before": ("2026-11-21T19:59:59", []),
    "begins": ("2026-11-21T20:00:00", ["tasks.final", "schedules.derby"]),
    "runs": ("2026-11-21T21:00:00", ["tasks.final", "schedules.derby"]),
    "one-ends": ("2026-11-21T22:00:00", ["schedules.derby"]),
    "another-evening": ("2027-03-01T20:00:00", ["schedules.derby"]),
}
TASKS = {
    "final": {**FULL, "start": "2026-11-21T20:00", "duration": "2h", "template": "archive"},
    "elsewhere": {**FULL, "app": "news", "start": "2026-11-21T20:00", "duration": "2h"},
}
DERBY = {**FULL, "rrule": "FREQ=DAILY", "at": "20:00", "duration": "3h", "template_id": 7}


@pytest.mark.parametrize(("at", "paths"), AT.values(), ids=AT)
def test_tasks_that_are_active_then_are_told(at: str, paths: list[str]) -> None:
    """A task records from its start until just before its end, whatever the rules say, and only its own stream."""
    found = told(
        "rehearsal", at=datetime.fromisoformat(at).replace(tzinfo=UTC), tasks=TASKS, schedules={"derby": DERBY}
    )

    assert sorted(task.path for task in found.tasks) == sorted(paths)
    assert not found.records


def test_task_is_told_with_its_template_and_end() -> None:
    """An occurrence is told under its own name; a task without template has none."""
    at = datetime(2026, 11, 20, 21, tzinfo=UTC)
    found = told(at=at, tasks={"now": {**FULL, "end": "2026-11-20T22:00"}}, schedules={"derby": DERBY})

    assert found.tasks == (
        Recorder("schedules.derby", "derby-20261120T2000", "template_id 7", "until 2026-11-20T23:00:00Z"),
        Recorder("tasks.now", "now", None, "until 2026-11-20T22:00:00Z"),
    )


@given(st.sets(st.sampled_from(sorted(RULES))))
def test_every_rule_is_told_once(names: set[str]) -> None:
    """Winner and losers together are all rules, and the winner is the one by which plan and check go."""
    found = told(*sorted(names))
    keys = {
        StreamKey(r["domain"], r.get("app", ""), r.get("stream", "")): name
        for name, r in RULES.items()
        if name in names
    }
    best = winning_rule(keys, STREAM)
    paths = [*([found.winner.path] if found.winner else []), *(loser.path for loser in found.losers)]

    assert sorted(paths) == sorted(f"rules.{name}" for name in names)
    assert (found.winner.path if found.winner else None) == (f"rules.{keys[best]}" if best else None)
