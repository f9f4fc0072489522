"""Pending operations, which a killed CLI leaves in the state: the next run continues, also without a terminal."""

import json
from pathlib import Path

from tests.reliability.test_kills import HELD, let_go, wait
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject

CREATE = "CreateRecordTask"
STACK = """
templates: {archive: {mp4: {storage_time: 30d}}}
tasks: {final: {domain: push.example.com, app: live, stream: final, start: 2026-11-21T20:00, duration: 2h, template: archive}}
"""
PENDING = "with 1 pending operations from previous deployment"
INTERRUPTED = "RecordTask::final, interrupted while creating"
CLEAR = ("refresh", "--yes", "--clear-pending-creates", "--stack", "dev")


def test_pending_create_stops_no_run(tmp_path: Path, account: Account) -> None:
    """A create that was running when the CLI was killed is a warning in the next `up`, which adopts its object."""
    project = LiveProject(tmp_path, account)
    project.write(STACK)
    account.emulator.fault(CREATE, "delay", seconds=HELD)
    cli = project.start("up", "--yes", "--skip-preview", "--stack", "dev")
    for _ in wait(f"{CREATE} was under way"):
        if not account.emulator._gateway.faults.open:
            break
    cli.kill()
    cli.communicate()
    let_go(account.emulator)

    file = tmp_path / "backend/.pulumi/stacks/live-recording/dev.json"
    left = json.loads(file.read_text())["checkpoint"]["latest"]["pending_operations"]
    assert [(operation["type"], operation["resource"]["urn"].rpartition("::")[2]) for operation in left] == [
        ("creating", "final")
    ]

    project.run("cancel", "--yes", "--stack", "dev")
    output = project.up()
    assert PENDING in output
    assert INTERRUPTED in output
    (task,) = account.state["tasks"]
    assert {name: found["id"] for name, found in project.state().items() if name.endswith("::final")} == {
        "pulumi-python:dynamic/live:RecordTask::final": task["TaskId"]
    }
    assert account.actions() == ["CreateLiveRecordTemplate", CREATE]

    assert PENDING in project.up()  # the warning stays, and stops nothing
    project.run(*CLEAR)
    assert PENDING not in project.up()
    assert account.actions() == []
