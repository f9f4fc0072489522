"""The examples run: a program of one's own with our resources, under the real CLI."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provider.emulator import Emulator
from tests.fixtures import Account
from tests.pulumi_cli import Project

ROOT = Path(__file__).parent.parent
LIVE = ("LIVE_RECORDING_ENDPOINT", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")
TAKES = timedelta(minutes=2)


@pytest.fixture(name="account")
def _account() -> Iterator[Account]:
    """An account by the real clock, as the example reads that."""
    if (now := datetime.now(UTC)).hour == 21 and (now + TAKES).hour == 22:
        pytest.skip("the example's match ends while this would run")
    with Emulator() as emulator:
        yield Account(emulator)


@pytest.fixture(name="project")
def _project(tmp_path: Path, account: Account) -> Project:
    """The example in a copy of its surroundings: its link and its virtualenv are relative."""
    directory = tmp_path / "examples/own-program"
    shutil.copytree(ROOT / "examples/own-program", directory, symlinks=True)
    for name in ("provider", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    project = Project(directory, tmp_path)
    project.environment |= {name: account.environment[name] for name in LIVE}
    project.run("stack", "init", "dev")
    return project


def test_own_program_is_applied_once_and_destroyed(project: Project, account: Account) -> None:
    """An up makes its three objects, a second one finds nothing to do, destroy leaves the account empty."""
    project.run("up", "--yes", "--skip-preview")
    assert account.actions() == ["CreateLiveRecordRule", "CreateLiveRecordTemplate", "CreateRecordTask"]
    assert [template["TemplateName"] for template in account.state["templates"]] == ["own-program--dev--archive"]

    project.run("up", "--yes", "--expect-no-changes")
    assert account.changes() == []

    project.run("destroy", "--yes", "--skip-preview")
    assert [account.state[kind] for kind in ("templates", "rules", "tasks")] == [[], [], []]


def test_own_program_is_refused_when_the_account_is_full(project: Project, account: Account) -> None:
    """The account is looked at for a program without a stack file too; nothing is changed."""
    for number in range(50):
        account.template(f"other-{number}")

    refused = project.run("preview", check=False)
    said = refused.stdout + refused.stderr
    assert refused.returncode
    assert "The account holds 50 templates, and this run adds at least 1" in said
    assert "[too-many-templates]" in said
    assert "Traceback" not in said
    assert account.changes() == []
