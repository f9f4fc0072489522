"""Every example works as its page says: the commands in order, what they print, and nothing left behind."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from live_recording.emulator import Emulator
from tests.support import doc_runner, warm_python
from tests.support.emulated_account import Account
from tests.support.pulumi_project import Project

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted(page.parent.name for page in (ROOT / "examples").glob("*/README.md"))
LIVE = ("LIVE_RECORDING_ENDPOINT", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")
TAKES = timedelta(minutes=4)


@pytest.fixture(name="evening")
def _evening() -> None:
    """Skip near the end of the example's match of today: the example reads the real clock."""
    now = datetime.now(UTC)
    if now.hour < 22 <= (now + TAKES).hour:
        pytest.skip("the example's match ends while this would run")


@pytest.fixture(name="account")
def _account(evening: None) -> Iterator[Account]:  # noqa: ARG001 - only asked whether it is the time
    """Create an account that uses the real clock."""
    with Emulator() as emulator:
        yield Account(emulator)


@pytest.fixture(name="project")
def _project(tmp_path: Path, account: Account) -> Project:
    """Copy the example program with its surroundings: its link and its virtualenv are relative."""
    directory = tmp_path / "examples/own-program"
    shutil.copytree(ROOT / "examples/own-program", directory, symlinks=True)
    (tmp_path / ".venv").symlink_to(warm_python.virtualenv())
    project = Project(directory, tmp_path)
    project.environment |= {name: account.environment[name] for name in LIVE}
    project.environment["PULUMI_STACK"] = "dev"
    (directory / "Pulumi.dev.yaml").write_text(project.add_stack("dev"), encoding="utf-8")
    return project


def left_over(checkout: Path) -> str:
    """Return the changes since the clone, as git reports them."""
    return subprocess.run(
        ["git", "status", "--porcelain"], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.usefixtures("evening")
def test_example_runs_as_written(example: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each block exits and prints as its page says, and the clone ends unchanged."""
    page = ROOT / "examples" / example / "README.md"
    checkout = tmp_path / "checkout"
    doc_runner.copy(checkout, warm_python.virtualenv())
    environment = doc_runner.equipped(tmp_path, checkout, {"TMPDIR": str(tmp_path)})
    steps = doc_runner.steps(page)
    ran = doc_runner.run(steps, checkout, environment)
    if request.config.getoption("--rewrite"):
        doc_runner.rewrite(page, steps, ran)
        return

    assert len(ran) == len(steps) > 0
    for step, seen in zip(steps, ran, strict=True):
        assert seen.exits == ((step.exits,) if step.exits else ()), f"line {step.line}:\n{seen.printed}"
        assert step.shown is None or doc_runner.shows(step.shown, seen.printed), f"line {step.line}:\n{seen.printed}"
    assert left_over(checkout) == ""


def test_every_example_is_in_the_list() -> None:
    """The list has each example once, and no other."""
    listed = doc_runner.ROOT / "examples/README.md"
    rows = [line.split("(")[1].split("/")[0] for line in listed.read_text(encoding="utf-8").splitlines() if line.startswith("| [")]  # fmt: skip

    assert sorted(rows) == EXAMPLES


def test_own_program_is_applied_once_and_destroyed(project: Project, account: Account) -> None:
    """An up makes its three objects, a second one finds nothing to do, destroy leaves the account empty.

    The account is checked for a program without a stack file too: where it is full, nothing is changed.
    """
    project.run("up", "--yes", "--skip-preview")
    assert account.actions() == ["CreateLiveRecordRule", "CreateLiveRecordTemplate", "CreateRecordTask"]
    assert [template["TemplateName"] for template in account.state["templates"]] == ["own-program--dev--archive"]

    project.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert account.changes() == []

    project.run("destroy", "--yes", "--skip-preview")
    assert [account.state[kind] for kind in ("templates", "rules", "tasks")] == [[], [], []]

    for number in range(50):
        account.template(f"other-{number}")
    refused = project.run("preview", check=False)
    said = refused.stdout + refused.stderr
    assert refused.returncode
    assert "The account has 50 of 50 templates, and this deployment needs at least 1 more" in said
    assert "[too-many-templates]" in said
    assert "Traceback" not in said
    assert account.changes() == []
