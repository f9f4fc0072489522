"""Live records through the real CLI: up, up again, change, rename, the end of a recording, destroy."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

CREATE, STOP, DELETE = (f"{verb}LiveRecord" for verb in ("Create", "Stop", "Delete"))
STACK = """
templates:
  archive: {mp4: {storage_time: 30d}}
live_records:
  final: {domain: push.example.com, stream: final, start: 2026-11-21T20:00, duration: 2h, file_format: mp4, storage_time: 30d}
  radio: {stream: 电台, app: 调频 1, start: 2026-11-21T20:00, duration: 30h, record_type: audio, file_format: aac, storage_time: 7d}
  clip: {domain: push.example.com, stream: clip, highlight: true, end: 2026-11-20T20:20, storage_time: 7d}
"""
MIXED = """
tasks:
  cup: {domain: push.example.com, app: live, stream: cup, start: 2026-11-21T20:00, duration: 2h, template: archive}
"""


@pytest.fixture(name="project")
def _project(tmp_path: Path, account: Account) -> LiveProject:
    return LiveProject(tmp_path, account)


def at(project: LiveProject, now: datetime) -> None:
    """Set the time of the emulator and of the provider to *now*."""
    project.account.emulator.set_now(now)
    project.environment["LIVE_RECORDING_NOW"] = now.isoformat()


def test_up_up_change_destroy(project: LiveProject, account: Account) -> None:
    """One call creates each; a second up sends nothing; a change replaces; destroy ends unfinished ones."""
    project.up(STACK)
    assert account.actions() == [*[CREATE] * 3, "CreateLiveRecordTemplate"]
    project.run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")
    project.run("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")
    assert account.changes() == []

    during = STACK.replace("duration: 2h", "duration: 3h")
    assert steps(project.plan(during)) == {"final": "replace"}
    at(project, NOW + timedelta(minutes=10))
    project.up()
    assert [action for action, _ in account.changes()] == [CREATE, DELETE]

    project.run("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert account.actions() == [*[DELETE] * 3, "DeleteLiveRecordTemplate", STOP]
    assert account.state["live_records"] == []


def test_finished_ones_leave_quietly_and_stay_away(project: LiveProject, account: Account) -> None:
    """The first up after an end drops the resource without a call, and the next ones change nothing."""
    project.up(STACK)
    account.changes()
    at(project, NOW + timedelta(minutes=20))
    assert steps(project.plan()) == {"clip": "delete"}
    project.up()
    project.run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")
    at(project, NOW + timedelta(days=3))
    project.up()
    project.run("destroy", "--yes", "--skip-preview", "--stack", "dev")

    assert account.actions() == ["DeleteLiveRecordTemplate"]


def test_was_renames_and_without_it_a_new_one_comes_first(project: LiveProject, account: Account) -> None:
    """With was a new key is no change. Without, nothing could be found: a new recording begins, then the old one ends."""
    project.up(STACK)
    at(project, NOW + timedelta(days=1, hours=1))
    project.up()
    account.changes()
    renamed = STACK.replace("  final: {", "  cup-final: {was: final, ")
    assert steps(project.plan(renamed)) == {}
    project.up()
    assert account.changes() == []

    project.up(renamed.replace("  cup-final: {was: final, ", "  grand-final: {"))
    assert [action for action, _ in account.changes()] == [CREATE, STOP, DELETE]


def test_mixed_generations_are_refused_at_preview(project: LiveProject) -> None:
    """Live records beside tasks are one sentence with its line, and nothing is declared."""
    said = project.refused(STACK + MIXED)

    assert "error: stacks/dev.yaml:5: live_records: live_records use the deprecated CreateLiveRecord" in said
    assert "[generations-mixed]" in said


def test_lost_response_is_reported_and_the_old_recording_continues(project: LiveProject, account: Account) -> None:
    """A replacement whose create may or may not have happened leaves the recording that is known alone."""
    project.up(STACK)
    account.changes()
    account.emulator.fault(CREATE, "drop-after")
    project.write(STACK.replace("duration: 2h", "duration: 3h"))
    done = project.run("up", "--yes", "--skip-preview", "--stack", "dev", check=False)

    assert done.returncode
    assert "A recording of push.example.com/live/final may exist until 2026-11-21T15:00:00Z." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert account.actions() == [CREATE]
