"""Warnings about rules, retention and recordings."""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.findings import Finding
from live_recording.core.streams import StreamKey, fallbacks
from live_recording.lint import warnings
from live_recording.lint.context import CheckContext
from tests.support.check_context import check_context

PUSH = "push.example.com"
STREAM = {"domain": PUSH, "app": "live", "stream": "final"}
TIMES = {"start": "2026-11-21T20:00", "end": "2026-11-21T22:00"}
Rules = Mapping[str, Mapping[str, Any]]
Check = Callable[[CheckContext], Iterator[Finding]]
RULE_CHECKS = (warnings.redundant_rule, warnings.nothing_to_suppress, warnings.overridden)
RECORDING_CHECKS = (warnings.records_hls_forever, warnings.too_short, warnings.recorded_twice)


def rule(app: str = "", stream: str = "", template: str | None = "t", domain: str = PUSH) -> dict[str, Any]:
    """Return a rule; without a template it has `record: false`."""
    bound = {"template": template} if template else {"record": False}
    return {"domain": domain, "app": app, "stream": stream, **bound}


def run(checks: tuple[Check, ...], **sections: Any) -> list[Finding]:
    """Return the findings of these checks about a stack."""
    context = check_context(**sections)
    return [finding for check in checks for finding in check(context)]


def places(findings: list[Finding]) -> list[tuple[str, str]]:
    """Return id and path of each finding."""
    return [(finding.id, finding.path_text) for finding in findings]


RULES: dict[str, tuple[Rules, list[tuple[str, str]]]] = {
    "nothing": ({}, []),
    "one": ({"a": rule()}, []),
    "same-as-the-domain-rule": ({"a": rule("live"), "w": rule()}, [("redundant-rule", "rules.a")]),
    "not-the-template-of-the-domain-rule": ({"a": rule("live", template="u"), "w": rule()}, []),
    "rule-of-another-domain": ({"a": rule("live"), "w": rule(domain="old.example.com")}, []),
    "same-through-two-levels": (
        {"a": rule("live", "final"), "s": rule("", "final", "u"), "w": rule()},
        [],
    ),
    "same-as-the-stream-level": (
        {"a": rule("live", "final"), "s": rule("", "final"), "w": rule(template="u")},
        [("redundant-rule", "rules.a")],
    ),
    "stream-level-inherits-app-by-app": (
        {"s": rule("", "final"), "a": rule("live", template="u"), "w": rule()},
        [("overridden", "rules.s")],
    ),
    "stream-level-same-in-every-app": (
        {"s": rule("", "final"), "a": rule("live"), "w": rule()},
        [("redundant-rule", "rules.s"), ("redundant-rule", "rules.a")],
    ),
    "stream-level-needed-outside-the-app": ({"s": rule("", "final"), "a": rule("live")}, []),
    "narrower-rule-takes-precedence": (
        {"s": rule("", "final"), "a": rule("live", template="u"), "n": rule("live", "final", "v"), "w": rule()},
        [("redundant-rule", "rules.s")],
    ),
    "same-unmanaged-template": (
        {"a": {"domain": PUSH, "app": "x", "template_id": "7"}, "w": {"domain": PUSH, "template_id": "7"}},
        [("redundant-rule", "rules.a")],
    ),
    "overridden": ({"s": rule("", "final"), "a": rule("live", template="u")}, [("overridden", "rules.s")]),
    "overridden-suppression": ({"s": rule("", "final"), "a": rule("live", template=None)}, [("nothing-to-suppress", "rules.a"), ("overridden", "rules.s")]),
    "suppressed-stream-is-not-reported": ({"s": rule("", "final", None), "a": rule("live", template="u")}, []),
    "app-on-another-domain": ({"s": rule("", "final"), "a": rule("live", template="u", domain="old.example.com")}, []),
    "nothing-to-suppress": ({"a": rule("live", template=None)}, [("nothing-to-suppress", "rules.a")]),
    "already-suppressed": (
        {"a": rule("live", template=None), "w": rule(template=None)},
        [("nothing-to-suppress", "rules.a"), ("nothing-to-suppress", "rules.w")],
    ),
    "suppresses-the-domain": ({"a": rule("live", template=None), "w": rule()}, []),
    "suppresses-one-app-of-many": ({"s": rule("", "test", None), "a": rule("live")}, []),
    "recorded-inside-a-suppressed-domain": (
        {"a": rule("live", "final"), "w": rule(template=None)},
        [("nothing-to-suppress", "rules.w")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "expected"), RULES.values(), ids=RULES)
def test_rules_without_effect_or_with_surprising_precedence(rules: Rules, expected: list[tuple[str, str]]) -> None:
    """A rule is compared with what would record its streams without it, app by app."""
    assert sorted(places(run(RULE_CHECKS, rules=rules))) == sorted(expected)


def test_messages_about_rules() -> None:
    """A warning names the other rules and says what to do."""
    redundant = {"a": rule("live"), "w": rule()}
    overriding = {"s": rule("", "final"), "b": rule("live", template="u"), "a": rule("news", template="u")}

    assert [f.sentence for f in (*run(RULE_CHECKS, rules=redundant), *run(RULE_CHECKS, rules=overriding))] == [
        (
            "Without this rule, rules.w would record these streams in the same way, so this rule has no effect and uses "
            "a slot. Remove it."
        ),
        (
            'This rule overrides rules.a, rules.b for stream "final" in every app: stream rules take precedence over app '
            "rules. Add `app` to this rule if that is not intended."
        ),
    ]


KEPT: dict[str, tuple[dict[str, Any], str | None]] = {
    "no-formats": ({}, None),
    "with-an-end": ({"mp4": {"storage_time": "30d"}}, None),
    "default": ({"mp4": {}}, "mp4"),
    "forever": ({"mp4": {"storage_time": "forever"}}, "mp4"),
    "zero": ({"mp4": {"storage_time": 0}}, "mp4"),
    "some-formats": ({"mp4": {"storage_time": "30d"}, "flv": {}, "aac": {}}, "flv, aac"),
    "in-a-bucket": ({"cos_store": True, "mp4": {}}, None),
    "not-in-a-bucket": ({"cos_store": False, "mp4": {}}, "mp4"),
}


@pytest.mark.parametrize(("template", "formats"), KEPT.values(), ids=KEPT)
def test_files_that_are_kept_forever(template: dict[str, Any], formats: str | None) -> None:
    """A template is reported once, with the formats that have no retention; COS buckets have their own rules."""
    findings = run((warnings.kept_forever,), templates={"t": template})
    sentence = f"{formats} files are kept and billed indefinitely. Set storage_time, or acknowledge this warning."

    assert [(f.id, f.path_text, f.sentence) for f in findings] == (
        [("kept-forever", "templates.t", sentence)] if formats else []
    )


WITH = {**STREAM, **TIMES, "template": "t"}
DERBY = {**STREAM, "rrule": "FREQ=DAILY", "at": "20:00", "duration": "2h", "template": "t"}
RECORDINGS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "task": ({"tasks": {"a": WITH}}, []),
    "no-template": ({"tasks": {"a": {**STREAM, **TIMES}}}, [("records-hls-forever", "tasks.a")]),
    "template-id": ({"tasks": {"a": {**STREAM, **TIMES, "template_id": 7}}}, []),
    "schedule-without-template": (
        {"schedules": {"a": {k: v for k, v in DERBY.items() if k != "template"}}},
        [("records-hls-forever", "schedules.a")],
    ),
    "thirty-seconds": ({"tasks": {"a": {**WITH, "end": "2026-11-21T20:00:30"}}}, [("too-short", "tasks.a")]),
    "a-minute": ({"tasks": {"a": {**WITH, "end": "2026-11-21T20:01"}}}, []),
    "short-schedule": ({"schedules": {"a": DERBY | {"duration": 59}}}, [("too-short", "schedules.a")]),
    "until-soon": ({"tasks": {"a": {**STREAM, "end": "2026-11-20T12:00:30", "template": "t"}}}, []),
    "backwards-is-no-warning": ({"tasks": {"a": {**WITH, "end": "2026-11-21T19:00"}}}, []),
    "rule-records-it-too": ({"tasks": {"a": WITH}, "rules": {"w": rule()}}, [("recorded-twice", "tasks.a")]),
    "schedule-too": ({"schedules": {"a": DERBY}, "rules": {"w": rule("live")}}, [("recorded-twice", "schedules.a")]),
    "suppressed-for-it": ({"tasks": {"a": WITH}, "rules": {"w": rule(), "s": rule("live", "final", None)}}, []),
    "another-stream": ({"tasks": {"a": WITH}, "rules": {"w": rule("live", "other")}}, []),
}  # fmt: skip


@pytest.mark.parametrize(("sections", "expected"), RECORDINGS.values(), ids=RECORDINGS)
def test_recordings_with_unexpected_cost_or_result(sections: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Each entry is reported once; a schedule has many occurrences."""
    assert places(run(RECORDING_CHECKS, **sections)) == expected


def test_messages_about_recordings() -> None:
    """A warning says what will happen and how to avoid it."""
    short = {**STREAM, "start": "2026-11-21T20:00", "duration": 30}

    assert [f.sentence for f in run(RECORDING_CHECKS, tasks={"a": short}, rules={"w": rule()})] == [
        "Without a template this is recorded as HLS and kept indefinitely. Set `template`.",
        (
            "The recording lasts 30 s, and a push shorter than 10 s creates no file. "
            "If you mean minutes, use the unit m."
        ),
        (
            "rules.w also records this stream, so you pay for two recordings. "
            "Suppress the rule for this stream (record: false), or remove tasks.a."
        ),
    ]


NAMES = ("a", "b", "another")
STREAMS = [StreamKey("d", app, stream) for app, stream in product(NAMES, NAMES)]
KEYS = st.builds(StreamKey, st.just("d"), st.sampled_from(["", *NAMES[:2]]), st.sampled_from(["", *NAMES[:2]]))


def winner_by_table(keys: set[StreamKey], stream: StreamKey) -> StreamKey | None:
    """Return the winner by the precedence table of the feature guide, line by line."""
    lines = (
        stream,
        StreamKey(stream.domain, "", stream.stream),
        StreamKey(stream.domain, stream.app),
        StreamKey(stream.domain),
    )
    return next((key for key in lines if key in keys), None)


@given(st.sets(KEYS), KEYS)
def test_fallbacks_are_what_would_record_instead(keys: set[StreamKey], key: StreamKey) -> None:
    """The fallbacks equal the winners, stream by stream, without the rule (`another` is any other name)."""
    rest = keys - {key}
    mine = [stream for stream in STREAMS if winner_by_table(rest | {key}, stream) == key]

    assert fallbacks(keys | {key}, key) == {winner_by_table(rest, stream) for stream in mine}
