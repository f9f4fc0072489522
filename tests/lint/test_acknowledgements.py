"""Warnings that somebody has accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.findings import CATALOG, Finding
from live_recording.lint.acknowledgements import acknowledged
from live_recording.stackfile.model import Acknowledgement
from tests.support.clock import NOW

KEPT = Finding.new("kept-forever", ("templates", "clips"), "They are kept.")
INSIDE = Finding.new("ignored-field", ("templates", "clips", "mp4", "storage_time"), "It is ignored.")
ERROR = Finding.new("wrong-type", ("templates", "clips", "mp4"), "It is wrong.")


def accepted(kind: str = "kept-forever", path: str = "templates.clips", until: str | None = None) -> Acknowledgement:
    """An entry of the file."""
    given_ = {"finding": kind, "path": path, "reason": "legal hold"} | ({"until": until} if until else {})
    return Acknowledgement.model_validate(given_)


def left(*entries: Acknowledgement, found: tuple[Finding, ...] = (KEPT,)) -> list[Finding]:
    """The findings that are left."""
    return list(acknowledged(found, entries, NOW))


COVERS: dict[str, tuple[Acknowledgement, Finding, bool]] = {
    "same": (accepted(), KEPT, True),
    "inside": (accepted("ignored-field"), INSIDE, True),
    "whole-section": (accepted(path="templates"), KEPT, True),
    "another-kind": (accepted("ignored-field"), KEPT, False),
    "another-path": (accepted(path="templates.archive"), KEPT, False),
    "beginning-of-a-key": (accepted(path="templates.clip"), KEPT, False),
    "longer-key": (accepted(path="templates.clips2"), KEPT, False),
    "outside": (accepted("ignored-field", "templates.clips.mp4.storage_time.x"), INSIDE, False),
}


@pytest.mark.parametrize(("entry", "found", "expected"), COVERS.values(), ids=COVERS)
def test_acknowledgement_covers_its_entry(entry: Acknowledgement, found: Finding, expected: bool) -> None:
    """It hides warnings of its kind at its path and inside it, and no others."""
    assert left(entry, found=(found,)) == ([] if expected else [found])


UNTIL = {
    "no-end": (None, True),
    "tomorrow": ("2026-11-21", True),
    "today": ("2026-11-20", True),
    "yesterday": ("2026-11-19", False),
}


@pytest.mark.parametrize(("until", "valid"), UNTIL.values(), ids=UNTIL)
def test_acknowledgement_holds_to_the_end_of_its_day(until: str | None, valid: bool) -> None:
    """On its last day it still hides; afterwards it is told itself, and hides nothing."""
    told = left(accepted(until=until))

    assert [f.id for f in told] == ([] if valid else ["acknowledgement-expired", "kept-forever"])


def test_expired_acknowledgement_is_told() -> None:
    """The sentence says what was accepted, until when and why."""
    told, _ = left(accepted(), accepted(path="templates.archive", until="2026-11-19"), found=(INSIDE,))

    assert (told.id, told.path_text, told.severity) == ("acknowledgement-expired", "acknowledge[1]", "warning")
    assert told.sentence == (
        "kept-forever on templates.archive was accepted until 2026-11-19 (legal hold). Decide again."
    )


WRONG = {
    "slip": ("kept-for-ever", 'There is no finding "kept-for-ever". Did you mean kept-forever?'),
    "unknown": ("colour", 'There is no finding "colour". docs/findings.md lists them.'),
    "engine-sequence": ("<{%x%}>", 'There is no finding "\\u003c{%x%}>". docs/findings.md lists them.'),
    "error": (
        "too-many-rules",
        "too-many-rules is an error, and only warnings can be acknowledged. Mend it instead.",
    ),
}


@pytest.mark.parametrize(("kind", "sentence"), WRONG.values(), ids=WRONG)
def test_only_warnings_can_be_acknowledged(kind: str, sentence: str) -> None:
    """An error, or what is no finding at all, is refused under its position in the list."""
    told = left(accepted(), accepted(kind))

    assert [(f.id, f.path_text, f.sentence) for f in told] == [("out-of-range", "acknowledge[1].finding", sentence)]


@pytest.mark.parametrize("kind", [name for name, kind in CATALOG.items() if kind.severity == "error"])
def test_no_error_can_be_hidden(kind: str) -> None:
    """Whatever is acknowledged, an error stays."""
    stops = Finding.new(kind, ("templates", "clips"), "It stops.")

    assert stops in left(accepted(kind), accepted(kind, "templates"), found=(stops,))


@given(st.lists(st.sampled_from([KEPT, INSIDE, ERROR])), st.permutations([accepted(), accepted("ignored-field")]))
def test_order_does_not_matter(found: list[Finding], entries: list[Acknowledgement]) -> None:
    """What is left is in the order in which it was found, however acknowledgements are listed."""
    assert left(*entries, found=tuple(found)) == [f for f in found if f is ERROR]
