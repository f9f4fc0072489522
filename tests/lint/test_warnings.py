"""What is allowed but hardly meant."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.streams import StreamKey, fallbacks
from live_recording.desired.recordings import scheduled_recordings
from live_recording.lint import warnings
from live_recording.stackfile.model import Stack
from tests.support.clock import NOW

PUSH = "push.example.com"
STREAM = {"domain": PUSH, "app": "live", "stream": "final"}
TIMES = {"start": "2026-11-21T20:00", "end": "2026-11-21T22:00"}
Rules = Mapping[str, Mapping[str, Any]]


def rule(app: str = "", stream: str = "", template: str | None = "t", domain: str = PUSH) -> dict[str, Any]:
    """A rule; without a template it suppresses."""
    bound = {"template": template} if template else {"record": False}
    return {"domain": domain, "app": app, "stream": stream, **bound}


def told(rules: Rules) -> list[tuple[str, str]]:
    """Id and path of what is said about rules."""
    return [(f.id, f.path_text) for f in warnings.rules(Stack.model_validate({"rules": rules}))]


RULES: dict[str, tuple[Rules, list[tuple[str, str]]]] = {
    "nothing": ({}, []),
    "one": ({"a": rule()}, []),
    "same-as-the-domains": ({"a": rule("live"), "w": rule()}, [("redundant-rule", "rules.a")]),
    "another-than-the-domains": ({"a": rule("live", template="u"), "w": rule()}, []),
    "another-domains": ({"a": rule("live"), "w": rule(domain="old.example.com")}, []),
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
    "narrower-rule-wins-anyway": (
        {"s": rule("", "final"), "a": rule("live", template="u"), "n": rule("live", "final", "v"), "w": rule()},
        [("redundant-rule", "rules.s")],
    ),
    "same-unmanaged-template": (
        {"a": {"domain": PUSH, "app": "x", "template_id": "7"}, "w": {"domain": PUSH, "template_id": "7"}},
        [("redundant-rule", "rules.a")],
    ),
    "overridden": ({"s": rule("", "final"), "a": rule("live", template="u")}, [("overridden", "rules.s")]),
    "overridden-suppression": ({"s": rule("", "final"), "a": rule("live", template=None)}, [("nothing-to-suppress", "rules.a"), ("overridden", "rules.s")]),
    "suppressed-stream-is-no-surprise": ({"s": rule("", "final", None), "a": rule("live", template="u")}, []),
    "app-on-another-domain": ({"s": rule("", "final"), "a": rule("live", template="u", domain="old.example.com")}, []),
    "nothing-to-suppress": ({"a": rule("live", template=None)}, [("nothing-to-suppress", "rules.a")]),
    "suppressed-already": (
        {"a": rule("live", template=None), "w": rule(template=None)},
        [("nothing-to-suppress", "rules.a"), ("nothing-to-suppress", "rules.w")],
    ),
    "suppresses-the-domain": ({"a": rule("live", template=None), "w": rule()}, []),
    "suppresses-one-app-of-many": ({"s": rule("", "test", None), "a": rule("live")}, []),
    "recorded-inside-what-is-suppressed": (
        {"a": rule("live", "final"), "w": rule(template=None)},
        [("nothing-to-suppress", "rules.w")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "expected"), RULES.values(), ids=RULES)
def test_rules_that_do_nothing_or_surprise(rules: Rules, expected: list[tuple[str, str]]) -> None:
    """What a rule changes is what would record its streams without it, app by app."""
    assert sorted(told(rules)) == sorted(expected)


def test_sentences_name_the_other_rules() -> None:
    """A warning says which rules are meant, and what to do."""
    redundant = {"a": rule("live"), "w": rule()}
    overriding = {"s": rule("", "final"), "b": rule("live", template="u"), "a": rule("news", template="u")}
    sentences = [
        f.sentence for made in (redundant, overriding) for f in warnings.rules(Stack.model_validate({"rules": made}))
    ]

    assert sentences == [
        "Without it rules.w records these streams in the same way, and every rule counts. Remove this one.",
        (
            'In every app the stream "final" is recorded by this rule, not by rules.a, rules.b: at this vendor a stream outranks '
            "an app. Add app to this rule if that is not meant."
        ),
    ]


KEPT: dict[str, tuple[dict[str, Any], str | None]] = {
    "no-formats": ({}, None),
    "with-an-end": ({"mp4": {"storage_time": "30d"}}, None),
    "default": ({"mp4": {}}, "mp4"),
    "said": ({"mp4": {"storage_time": "forever"}}, "mp4"),
    "zero": ({"mp4": {"storage_time": 0}}, "mp4"),
    "some-formats": ({"mp4": {"storage_time": "30d"}, "flv": {}, "aac": {}}, "flv, aac"),
    "in-a-bucket": ({"cos_store": True, "mp4": {}}, None),
    "not-in-a-bucket": ({"cos_store": False, "mp4": {}}, "mp4"),
}


@pytest.mark.parametrize(("template", "formats"), KEPT.values(), ids=KEPT)
def test_files_without_an_end_are_told(template: dict[str, Any], formats: str | None) -> None:
    """What is kept for ever costs for ever, so it is said per template, with its formats; buckets have their own rules."""
    found = list(warnings.retention(Stack.model_validate({"templates": {"t": template}})))
    sentence = f"{formats} files are kept, and paid for, for ever. Set storage_time, or acknowledge this."

    assert [(f.id, f.path_text, f.sentence) for f in found] == (
        [("kept-forever", "templates.t", sentence)] if formats else []
    )


def about(**sections: Any) -> list[tuple[str, str]]:
    """Id and path of what is said about recordings."""
    stack = Stack.model_validate(sections)
    return [(f.id, f.path_text) for f in warnings.recordings(stack, scheduled_recordings(stack, NOW).slots.values())]


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
def test_recordings_that_cost_or_fail_unnoticed(sections: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """One occurrence speaks for its schedule, so that each entry is told once."""
    assert about(**sections) == expected


def test_sentences_about_recordings() -> None:
    """A warning says what will happen, and how to have it otherwise."""
    short = {**STREAM, "start": "2026-11-21T20:00", "duration": 30}
    stack = Stack.model_validate({"tasks": {"a": short}, "rules": {"w": rule()}})

    assert [f.sentence for f in warnings.recordings(stack, scheduled_recordings(stack, NOW).slots.values())] == [
        "Without template the vendor records this as HLS and keeps it for ever. Name a template.",
        "It lasts 30 s, and a push under 10 s leaves no file. If you mean minutes, write m.",
        (
            "rules.w records this stream too, so there will be two recordings to pay for. "
            "Suppress the rule for it (record: false), or drop the task."
        ),
    ]


NAMES = ("a", "b", "another")
STREAMS = [StreamKey("d", app, stream) for app, stream in product(NAMES, NAMES)]
KEYS = st.builds(StreamKey, st.just("d"), st.sampled_from(["", *NAMES[:2]]), st.sampled_from(["", *NAMES[:2]]))


def by_the_table(keys: set[StreamKey], stream: StreamKey) -> StreamKey | None:
    """The winner by the vendor's table, read line by line (feature guide)."""
    lines = (
        stream,
        StreamKey(stream.domain, "", stream.stream),
        StreamKey(stream.domain, stream.app),
        StreamKey(stream.domain),
    )
    return next((key for key in lines if key in keys), None)


@given(st.sets(KEYS), KEYS)
def test_heirs_are_who_would_record_instead(keys: set[StreamKey], key: StreamKey) -> None:
    """What records the streams of a rule without it is found by asking for each stream (`another`: any other name)."""
    rest = keys - {key}
    mine = [stream for stream in STREAMS if by_the_table(rest | {key}, stream) == key]

    assert fallbacks(keys | {key}, key) == {by_the_table(rest, stream) for stream in mine}
