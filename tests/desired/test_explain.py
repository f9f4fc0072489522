"""Which rule or task records a stream at a time, and why no other rule does."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.streams import StreamKey, winning_rule
from live_recording.desired.explain import Explanation, Loser, Recorder, explain
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW
from tests.support.entries import read_entry

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


def explained(*rules: str, at: datetime = NOW, **sections: Any) -> Explanation:
    """Return the explanation for the stream if these rules exist."""
    return explain(read_entry(Stack, {"rules": {name: RULES[name] for name in rules}, **sections}), STREAM, at)


WINNERS = {
    "no-rule": (["news"], None, False),
    "domain": (
        ["everything", "news"],
        Recorder("rules.everything", f"{PUSH}/*/*", "archive", "it matches the domain alone (level 4)"),
        True,
    ),
    "app": (
        ["everything", "studio"],
        Recorder("rules.studio", f"{PUSH}/studio/*", "clips", "it matches domain and app (level 3)"),
        True,
    ),
    "stream-suppresses": (
        ["everything", "studio", "rehearsal"],
        Recorder("rules.rehearsal", f"{PUSH}/*/rehearsal", None, "it matches domain and stream (level 2)"),
        False,
    ),
    "exact": (
        ["everything", "studio", "rehearsal", "exact"],
        Recorder(
            "rules.exact",
            f"{PUSH}/studio/rehearsal",
            "template_id 17016",
            "it matches domain, app and stream (level 1)",
        ),
        True,
    ),
}


@pytest.mark.parametrize(("rules", "expected", "records"), WINNERS.values(), ids=WINNERS)
def test_winner_has_a_reason(rules: list[str], expected: Recorder | None, records: bool) -> None:
    """The winner has its key, template and level; a suppressing rule can win and then records nothing."""
    explanation = explained(*rules)

    assert (explanation.winner, explanation.records) == (expected, records)
    assert (explanation.stream, explanation.at) == (f"{PUSH}/studio/rehearsal", "2026-11-20T12:00:00Z")


def test_each_other_rule_has_a_reason() -> None:
    """A rule loses to a rule of a higher level, or matches other streams; losers are sorted."""
    assert explained(*RULES).losers == (
        Loser("rules.everything", "it matches the domain alone (level 4), and level 1 takes precedence"),
        Loser("rules.final", 'it matches stream "final", not "rehearsal"'),
        Loser("rules.news", 'it matches app "news", not "studio"'),
        Loser("rules.old", 'it matches domain "old.example.com", not "push.example.com"'),
        Loser("rules.rehearsal", "it matches domain and stream (level 2), and level 1 takes precedence"),
        Loser("rules.studio", "it matches domain and app (level 3), and level 1 takes precedence"),
    )


def test_losers_without_a_winner() -> None:
    """If no rule matches, each rule is listed with what it matches."""
    assert explained("news", "old").losers == (
        Loser("rules.news", 'it matches app "news", not "studio"'),
        Loser("rules.old", 'it matches domain "old.example.com", not "push.example.com"'),
    )


AT = {
    "before": ("2026-11-21T19:59:59", []),
    "begins": ("2026-11-21T20:00:00", ["tasks.final", "schedules.derby"]),
    "runs": ("2026-11-21T21:00:00", ["tasks.final", "schedules.derby"]),
    "task-has-ended": ("2026-11-21T22:00:00", ["schedules.derby"]),
    "another-evening": ("2027-03-01T20:00:00", ["schedules.derby"]),
}
TASKS = {
    "final": {**FULL, "start": "2026-11-21T20:00", "duration": "2h", "template": "archive"},
    "elsewhere": {**FULL, "app": "news", "start": "2026-11-21T20:00", "duration": "2h"},
}
DERBY = {**FULL, "rrule": "FREQ=DAILY", "at": "20:00", "duration": "3h", "template_id": 7}


@pytest.mark.parametrize(("at", "paths"), AT.values(), ids=AT)
def test_active_tasks(at: str, paths: list[str]) -> None:
    """A task records its own stream from its start until just before its end, whatever the rules say."""
    explanation = explained(
        "rehearsal", at=datetime.fromisoformat(at).replace(tzinfo=UTC), tasks=TASKS, schedules={"derby": DERBY}
    )

    assert sorted(task.path for task in explanation.tasks) == sorted(paths)
    assert not explanation.records


def test_task_has_template_and_end() -> None:
    """An occurrence has its own name; a task without template has None."""
    at = datetime(2026, 11, 20, 21, tzinfo=UTC)
    explanation = explained(at=at, tasks={"now": {**FULL, "end": "2026-11-20T22:00"}}, schedules={"derby": DERBY})

    assert explanation.tasks == (
        Recorder("schedules.derby", "derby-20261120T2000", "template_id 7", "until 2026-11-20T23:00:00Z"),
        Recorder("tasks.now", "now", None, "until 2026-11-20T22:00:00Z"),
    )


@given(st.sets(st.sampled_from(sorted(RULES))))
def test_each_rule_is_listed_once(names: set[str]) -> None:
    """Winner and losers together are all rules, and the winner is that of `winning_rule`."""
    explanation = explained(*sorted(names))
    keys = {
        StreamKey(r["domain"], r.get("app", ""), r.get("stream", "")): name
        for name, r in RULES.items()
        if name in names
    }
    winner = winning_rule(keys, STREAM)
    paths = [*([explanation.winner.path] if explanation.winner else []), *(loser.path for loser in explanation.losers)]

    assert sorted(paths) == sorted(f"rules.{name}" for name in names)
    assert (explanation.winner.path if explanation.winner else None) == (f"rules.{keys[winner]}" if winner else None)
