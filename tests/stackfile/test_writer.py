"""What is written reads back as the same values."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from live_recording.core.stack_ref import StackRef
from live_recording.core.timefmt import length
from live_recording.core.vendor import SITES
from live_recording.project import check_text
from live_recording.stackfile.model import Stack
from live_recording.stackfile.reader import parse
from live_recording.stackfile.scalars import PlainScalar
from live_recording.stackfile.writer import Item, write_sections, write_stack
from tests.support.clock import NOW
from tests.support.mutated_stacks import NASTY, ROOT

TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from([text for raw in NASTY if "\ufffd" not in (text := raw.decode("utf-8", "replace"))]),
)


def stack(text: str, file: str = "it.yaml") -> Stack:
    """Read a file without errors."""
    loaded = check_text(text, file, SITES["cn"], NOW, StackRef("live-recording", "dev"))
    assert loaded.stack is not None, loaded.findings
    assert [str(found) for found in loaded.findings if found.severity == "error"] == []
    return loaded.stack


@given(TEXT, TEXT)
@example("\x85", "\ufeff")
def test_any_text_reads_back(description: str, procedure: str) -> None:
    """No text is taken for something else, neither on a line of its own nor inside braces."""
    text = write_sections({"templates": [Item("a", {"template_name": "a", "description": description, "mp4": {"procedure": procedure}})]})  # fmt: skip
    template = stack(text).templates["a"]

    assert template.mp4 is not None
    assert (template.description, template.mp4.procedure) == (description, procedure)


def root(text: str) -> dict[str, Any]:
    """Return the mapping in the text."""
    parsed = parse(text).root
    assert parsed is not None
    return parsed


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_any_key_reads_back(key: str) -> None:
    """A key is the same text again, even one that no entry may have."""
    assert root(write_sections({"tasks": [Item(key, {"app": "a"})]}))["tasks"] == {key: {"app": PlainScalar("a")}}


@given(st.integers(0, 10**9))
def test_any_length_reads_back(seconds: int) -> None:
    """A duration is written in its largest whole unit and means the same seconds; no retention is forever."""
    text = write_sections(
        {"templates": [Item("a", {"hls": {"storage_time": seconds, "flow_continue_duration": seconds}})]}
    )
    read = root(text)["templates"]["a"]["hls"]

    assert read["storage_time"] == PlainScalar(length(seconds) if seconds else "forever")
    assert read["flow_continue_duration"] == PlainScalar(length(seconds))
    assert int(length(seconds)[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[length(seconds)[-1]] == seconds


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-11-21T20:00", "2026-11-21T20:00"),
        ("2026-11-21T20:00:07", "2026-11-21T20:00:07"),
        ("2026-11-21T20:00:00+00:00", "2026-11-21T20:00Z"),
        ("2026-11-21T20:00:00-03:30", "2026-11-21T20:00-03:30"),
    ],
    ids=["wall-clock", "seconds", "utc", "offset"],
)
def test_times_stand_without_quotes(time: str, shown: str) -> None:
    """A time shows its seconds where there are any, and its offset where it has one."""
    text = write_sections({"tasks": [Item("a", {"start": datetime.fromisoformat(time)})]})

    assert f"{{start: {shown}}}" in text
    assert root(text)["tasks"]["a"]["start"] == PlainScalar(shown)


WHOLE = """\
# yaml-language-server: $schema=../schema/stack.schema.json
# Made by hand.
time_zone: Asia/Shanghai

templates:
  # What for?
  archive:
    mp4: {record_interval: 1h, storage_time: forever}
    delay_live: false
  nothing: {}

rules:
  everything: {domain: push.example.com, template: archive}
  "012": {domain: push.example.com, app: "012", template_id: 17016}
  rehearsal: {domain: push.example.com, stream: rehearsal, record: false}

limits: {rules: 60}

acknowledge:
  - {finding: kept-forever, path: templates.archive, reason: "so: be it", until: 2027-01-01}

# Left out:
# - a\\u000ab
"""


def test_a_file_reads_as_if_written_by_hand() -> None:
    """Sections in order, templates on several lines, the rest on one; comments where they belong, each on one line."""
    text = write_sections(
        {
            "templates": [
                Item("archive", {"mp4": {"record_interval": 3600, "storage_time": 0}, "delay_live": False}, ("What for?",)),
                Item("nothing", {}),
            ],
            "rules": [
                Item("everything", {"domain": "push.example.com", "template": "archive"}),
                Item("012", {"domain": "push.example.com", "app": "012", "template_id": 17016}),
                Item("rehearsal", {"domain": "push.example.com", "stream": "rehearsal", "record": False}),
            ],
            "tasks": [],
        },
        "Asia/Shanghai",
        ("Made by hand.",),
        limits={"rules": 60},
        acknowledge=[{"finding": "kept-forever", "path": "templates.archive", "reason": "so: be it", "until": date(2027, 1, 1)}],
        after=("Left out:", "- a\nb"),
    )  # fmt: skip

    assert text == WHOLE
    assert stack(text).limits.rules == 60


def test_part_of_a_file_has_no_zone() -> None:
    """What is to be moved into another file says nothing about the whole of it."""
    assert write_sections({"rules": [Item("a", {"domain": "push.example.com", "template": "b"})]}, None).splitlines()[
        1:
    ] == [
        "",
        "rules:",
        "  a: {domain: push.example.com, template: b}",
    ]


@pytest.mark.parametrize(
    "source", [path for path in sorted((ROOT / "stacks").glob("*.yaml")) if "Pulumi" not in path.name]
)
def test_stack_reads_back(source: Path) -> None:
    """The text of a stack parses to the same stack."""
    whole = stack(source.read_text(encoding="utf-8"), f"stacks/{source.name}")
    before = whole.replace(extends=(), domains={})  # what it shares is part of it

    assert stack(write_stack(before, (), {})) == before
