"""Live records through the real CLI: create, replace, rename, the end of a recording, destroy."""

from datetime import timedelta
from pathlib import Path

from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

CREATE, STOP, DELETE = (f"{verb}LiveRecord" for verb in ("Create", "Stop", "Delete"))
STACK = """
templates:
  archive: {mp4: {storage_time: 30d}}
live_records:
  final: {domain: push.example.com, stream: final, start: 2026-11-21T20:00, duration: 2h, file_format: mp4, storage_time: 30d}
  radio: {stream: radio, app: fm-1, start: 2026-11-21T20:00, duration: 30h, record_type: audio, file_format: aac, storage_time: 7d}
  clip: {domain: push.example.com, stream: clip, highlight: true, end: 2026-11-20T20:20, storage_time: 7d}
"""


def test_live_records_from_first_up_to_destroy(tmp_path: Path, account: Account) -> None:
    """One call creates each; a change replaces, the new one first; what is over leaves the state without a call."""
    project = LiveProject(tmp_path, account)
    project.up(STACK)
    assert account.actions() == [*[CREATE] * 3, "CreateLiveRecordTemplate"]
    project.run("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes", "--stack", "dev")
    assert account.changes() == []

    longer = STACK.replace("duration: 2h", "duration: 3h")
    assert steps(project.plan(longer)) == {"final": "replace"}
    project.set_now(NOW + timedelta(minutes=10))
    project.up()
    assert [action for action, _ in account.changes()] == [CREATE, DELETE]

    # The clip is over: the first `up` after its end drops the resource, and the next one changes nothing.
    project.set_now(NOW + timedelta(days=1, hours=1))
    renamed = longer.replace("  final: {", "  cup-final: {was: final, ")
    assert steps(project.plan(renamed)) == {"clip": "delete"}
    project.up()
    project.run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")
    assert account.changes() == []

    # Without `was` the account cannot be searched: a new recording starts, then the old one ends.
    project.up(renamed.replace("  cup-final: {was: final, ", "  grand-final: {"))
    assert [action for action, _ in account.changes()] == [CREATE, STOP, DELETE]

    project.run("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert account.actions() == [*[DELETE] * 2, "DeleteLiveRecordTemplate", *[STOP] * 2]
