"""Acknowledged warnings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.findings import CATALOG, Finding
from live_recording.lint.acknowledgements import unacknowledged
from live_recording.stackfile.model import Acknowledgement
from tests.support.clock import NOW
from tests.support.entries import read_entry

KEPT = Finding.new("kept-forever", ("templates", "clips"), "They are kept.")
INSIDE = Finding.new("ignored-field", ("templates", "clips", "mp4", "storage_time"), "It is ignored.")
ERROR = Finding.new("wrong-type", ("templates", "clips", "mp4"), "It is wrong.")


def acknowledge(kind: str = "kept-forever", path: str = "templates.clips", until: str | None = None) -> Acknowledgement:
    """Return an entry of the section `acknowledge`."""
    fields = {"finding": kind, "path": path, "reason": "legal hold"} | ({"until": until} if until else {})
    return read_entry(Acknowledgement, fields)


def remaining(*entries: Acknowledgement, findings: tuple[Finding, ...] = (KEPT,)) -> list[Finding]:
    """Return the findings that are not hidden."""
    return list(unacknowledged(findings, entries, NOW))


COVERS: dict[str, tuple[Acknowledgement, Finding, bool]] = {
    "same": (acknowledge(), KEPT, True),
    "inside": (acknowledge("ignored-field"), INSIDE, True),
    "whole-section": (acknowledge(path="templates"), KEPT, True),
    "another-kind": (acknowledge("ignored-field"), KEPT, False),
    "another-path": (acknowledge(path="templates.archive"), KEPT, False),
    "beginning-of-a-key": (acknowledge(path="templates.clip"), KEPT, False),
    "longer-key": (acknowledge(path="templates.clips2"), KEPT, False),
    "outside": (acknowledge("ignored-field", "templates.clips.mp4.storage_time.x"), INSIDE, False),
}


@pytest.mark.parametrize(("entry", "finding", "hidden"), COVERS.values(), ids=COVERS)
def test_acknowledgement_covers_its_entry(entry: Acknowledgement, finding: Finding, hidden: bool) -> None:
    """An acknowledgement hides warnings with its id at its path or inside it, and no others."""
    assert remaining(entry, findings=(finding,)) == ([] if hidden else [finding])


UNTIL = {
    "no-end": (None, True),
    "tomorrow": ("2026-11-21", True),
    "today": ("2026-11-20", True),
    "yesterday": ("2026-11-19", False),
}


@pytest.mark.parametrize(("until", "valid"), UNTIL.values(), ids=UNTIL)
def test_acknowledgement_is_valid_to_the_end_of_its_day(until: str | None, valid: bool) -> None:
    """On its last day it still hides; afterwards it is a finding itself and hides nothing."""
    findings = remaining(acknowledge(until=until))

    assert [f.id for f in findings] == ([] if valid else ["acknowledgement-expired", "kept-forever"])


def test_expired_acknowledgement_is_a_finding() -> None:
    """The message has the warning, the last day and the reason."""
    expired, _ = remaining(acknowledge(), acknowledge(path="templates.archive", until="2026-11-19"), findings=(INSIDE,))

    assert (expired.id, expired.path_text, expired.severity) == ("acknowledgement-expired", "acknowledge[1]", "warning")
    assert expired.sentence == (
        "The acknowledgement of kept-forever at templates.archive expired after 2026-11-19 (reason: legal hold). "
        "Fix it, or set a later day."
    )


INVALID = {
    "slip": ("kept-for-ever", 'Unknown finding id "kept-for-ever". Did you mean "kept-forever"?'),
    "unknown": ("colour", 'Unknown finding id "colour". See docs/findings.md for all ids.'),
    "engine-sequence": ("<{%x%}>", 'Unknown finding id "\\u003c{%x%}>". See docs/findings.md for all ids.'),
    "error": (
        "too-many-rules",
        "too-many-rules is an error, and only warnings can be acknowledged. Fix it instead.",
    ),
}


@pytest.mark.parametrize(("kind", "sentence"), INVALID.values(), ids=INVALID)
def test_only_warnings_can_be_acknowledged(kind: str, sentence: str) -> None:
    """An error or an unknown id is rejected, with its position in the list."""
    findings = remaining(acknowledge(), acknowledge(kind))

    assert [(f.id, f.path_text, f.sentence) for f in findings] == [("out-of-range", "acknowledge[1].finding", sentence)]


STOPPING: dict[str, tuple[str, str | None, str, str]] = {
    "whole-section": ("rules", "2026-11-27", "path", '"rules" is not a single entry. An acknowledgement of recording-loss names one, such as rules.studio.'),
    "section-with-dot": ("rules.", "2026-11-27", "path", '"rules." is not a single entry. An acknowledgement of recording-loss names one, such as rules.studio.'),
    "no-end": ("rules.studio", None, "until", "Required field `until` is missing. An acknowledgement of recording-loss is for one change: set its last day, 2026-12-20 at the latest."),
    "far-end": ("rules.studio", "2026-12-21", "until", "2026-12-21 is too far ahead. An acknowledgement of recording-loss ends within 30 days: set 2026-12-20 or an earlier day."),
}  # fmt: skip


@pytest.mark.parametrize(("path", "until", "field", "sentence"), STOPPING.values(), ids=STOPPING)
def test_acknowledged_loss_names_one_entry_and_ends(path: str, until: str | None, field: str, sentence: str) -> None:
    """No acknowledgement switches the loss gate off for a section, or indefinitely."""
    loss = Finding.new("recording-loss", ("rules", "studio"), "It is no longer recorded.")
    problem, left = remaining(acknowledge("recording-loss", path, until), findings=(loss,))

    assert (problem.severity, problem.path_text, problem.sentence) == ("error", f"acknowledge[0].{field}", sentence)
    assert left == loss


@pytest.mark.parametrize("until", ["2026-11-20", "2026-12-20"])
def test_acknowledged_loss_is_hidden_until_its_day(until: str) -> None:
    """One entry, and today or up to 30 days ahead."""
    loss = Finding.new("recording-loss", ("rules", "studio"), "It is no longer recorded.")

    assert remaining(acknowledge("recording-loss", "rules.studio", until), findings=(loss,)) == []


@pytest.mark.parametrize("kind", [name for name, kind in CATALOG.items() if kind.severity == "error"])
def test_no_error_can_be_hidden(kind: str) -> None:
    """An error stays even if its id is acknowledged."""
    error = Finding.new(kind, ("templates", "clips"), "It stops.")

    assert error in remaining(acknowledge(kind), acknowledge(kind, "templates"), findings=(error,))


@given(st.lists(st.sampled_from([KEPT, INSIDE, ERROR])), st.permutations([acknowledge(), acknowledge("ignored-field")]))
def test_order_does_not_matter(findings: list[Finding], entries: list[Acknowledgement]) -> None:
    """The remaining findings keep their order, whatever the order of the acknowledgements."""
    assert remaining(*entries, findings=tuple(findings)) == [f for f in findings if f is ERROR]
