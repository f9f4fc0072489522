"""The project template, through `pulumi new` and an installation of the wheel."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.pulumi_project import Project, cli_directory
from tests.tools.conftest import ROOT, Installation

TEMPLATE = ROOT / "template"


@pytest.fixture
def project(installation: Installation, tmp_path: Path) -> Project:
    """Create a project from the template in a directory that has nothing but the installed virtualenv.

    The language host of this repository needs the virtualenv first; `--force` accepts a directory that is not empty.
    """
    directory = tmp_path / "recordings"
    directory.mkdir()
    project = Project(directory, tmp_path)
    commands = [str(cli_directory()), str(installation.virtualenv / "bin"), os.environ["PATH"]]
    project.environment["PATH"] = os.pathsep.join(commands)
    project.environment.pop("PYTHONPATH", None)
    (directory / ".venv").symlink_to(installation.virtualenv)
    project.run("new", str(TEMPLATE), "--generate-only", "--force", "--yes")
    return project


def run(project: Project, *command: str) -> str:
    """Run a command of the installed package, which must succeed, and return its output."""
    done = subprocess.run(
        command, cwd=project.directory, env=project.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_template_is_small() -> None:
    """The template has at most eight files, and its program has three lines."""
    assert len([path for path in TEMPLATE.rglob("*") if path.is_file()]) <= 8
    assert (TEMPLATE / "__main__.py").read_text(encoding="utf-8").count("\n") == 3


def test_new_project_is_complete(project: Project) -> None:
    """`pulumi new` copies every file and fills in the name; the placeholders are gone."""
    created = {path.relative_to(project.directory) for path in project.directory.rglob("*") if path.is_file()}
    expected = {path.relative_to(TEMPLATE) for path in TEMPLATE.rglob("*") if path.is_file()}

    assert expected <= created
    assert "name: recordings\n" in (project.directory / "Pulumi.yaml").read_text(encoding="utf-8")
    for path in expected:
        text = (project.directory / path).read_text(encoding="utf-8")
        assert "${PROJECT}" not in text
        assert "${DESCRIPTION}" not in text


def test_template_works_from_check_to_destroy(project: Project, tmp_path: Path) -> None:
    """A new project is checked, deployed, planned, refreshed and destroyed, with a `provider.py` of the user's own."""
    (project.directory / "provider.py").write_text('raise RuntimeError("imported the wrong provider")\n', "utf-8")
    emulate = ("live-recording", "emulate", "--state", str(tmp_path / "account.json"), "--")
    select = ("--stack", "dev")
    project.run("stack", "init", "dev")

    run(project, "live-recording", "check")
    applied = run(project, *emulate, "pulumi", "up", "--yes", "--skip-preview", *select)
    assert "+ 5 created" in applied
    run(project, *emulate, "pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes", *select)
    run(project, *emulate, "live-recording", "plan", "dev")
    assert "<style" in (project.directory / "plans" / "dev.html").read_text(encoding="utf-8")
    run(project, *emulate, "pulumi", "refresh", "--yes", "--skip-preview", "--expect-no-changes", *select)
    destroyed = run(project, *emulate, "pulumi", "destroy", "--yes", "--skip-preview", *select)
    assert "- 5 deleted" in destroyed
