"""A shared backend, PostgreSQL: two operators on one stack, and one whose run is killed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.test_kills import hold, let_go, live_ids, wait
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject
from tests.support.postgres import Postgres, binaries
from tests.support.pulumi_project import Project

UP = ("up", "--yes", "--skip-preview", "--stack", "dev")
STACK = """
templates:
  archive: {mp4: {storage_time: 30d}}
rules:
  everything: {domain: push.example.com, template: archive}
  studio: {domain: push.example.com, app: studio, template: archive}
tasks:
  final: {domain: events.example.com, app: live, stream: final, start: 2026-11-21T20:00, duration: 2h, template: archive}
  derby: {domain: events.example.com, app: live, stream: derby, start: 2026-11-22T20:00, duration: 2h, template: archive}
"""

commands = binaries()
pytestmark = pytest.mark.skipif(
    commands is None, reason="There is no PostgreSQL server on this machine (Debian: postgresql)."
)


class Shared(LiveProject):
    """Our project with its state in a database."""

    def __init__(self, scratch: Path, account: Account, backend: str) -> None:
        self.backend = backend
        super().__init__(scratch, account)

    def init(self, stack: str) -> None:
        """Create the stack in the database."""
        self.environment["PULUMI_BACKEND_URL"] = self.backend
        self.configure(stack)
        self.run("stack", "init", stack)

    def state(self, stack: str = "dev") -> dict[str, Any]:
        """Return the resources in the state, by type and name."""
        exported = json.loads(self.run("stack", "export", "--stack", stack).stdout)
        return {found["urn"].split("::", 2)[2]: found for found in exported["deployment"].get("resources", [])}

    def colleague(self, scratch: Path) -> Project:
        """Return another operator's clone of the project, with its own home and the same backend."""
        shutil.copytree(self.directory, scratch / "project", symlinks=True)
        other = Project(scratch / "project", scratch)
        other.environment = self.environment | {"PULUMI_HOME": other.environment["PULUMI_HOME"]}
        return other

    def ids(self) -> list[str]:
        """Return the ids of templates and tasks in the state."""
        found = self.state().values()
        return sorted(r["id"] for r in found if r["type"].endswith(("RecordTemplate", "RecordTask")))


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[Postgres]:
    assert commands
    with Postgres(commands) as server:
        yield server


@pytest.fixture(name="project")
def _project(server: Postgres, account: Account, tmp_path: Path) -> Shared:
    project = Shared(tmp_path / "one", account, server.backend())
    project.write(STACK)
    return project


def test_second_operator_sees_the_lock(project: Shared, account: Account, tmp_path: Path) -> None:
    """While one operator applies, the other is refused; afterwards nothing is left to do."""
    other = project.colleague(tmp_path / "two")
    account.emulator.fault("CreateLiveRecordRule", "throttle", count=10_000)
    first = project.start(*UP)
    for _ in wait("the first operator holds the lock and has begun"):
        if any(call["fault"] for call in account.emulator.log):
            break
    second = other.run(*UP, check=False)
    account.emulator.clear_faults()
    said, _ = first.communicate(timeout=60)
    done = [call for call in account.emulator.changes if not call["fault"]]

    assert first.returncode == 0, said
    assert second.returncode
    assert "the stack is currently locked by 1 lock(s)" in second.stdout + second.stderr
    assert len(done) == 5
    assert project.ids() == live_ids(account.emulator)
    account.emulator.clear_log()
    other.run("up", "--yes", "--expect-no-changes", "--stack", "dev")
    assert account.changes() == []


def test_killed_operator_is_followed_by_another(project: Shared, account: Account, tmp_path: Path) -> None:
    """After a SIGKILL another operator cancels the lock and runs the same command: each object exists once."""
    other = project.colleague(tmp_path / "two")
    hold(account.emulator, "CreateRecordTask", 1, "done")
    first = project.start(*UP)
    for _ in wait("a task was being created"):
        if not account.emulator._gateway.faults.open:
            break
    first.kill()
    first.communicate()
    let_go(account.emulator)
    locked = other.run(*UP, check=False)
    other.run("cancel", "--yes", "--stack", "dev")
    other.run(*UP)

    assert "pulumi cancel" in locked.stdout + locked.stderr
    held = account.state
    assert [len(held[kind]) for kind in ("templates", "rules", "tasks")] == [1, 2, 2]
    assert project.ids() == live_ids(account.emulator)
    other.run("refresh", "--clear-pending-creates", "--yes", "--stack", "dev")
    other.run("preview", "--expect-no-changes", "--stack", "dev")
