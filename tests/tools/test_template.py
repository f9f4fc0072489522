"""The wheel, installed with its locked dependencies only, and a project from the template that uses it."""

import os
import subprocess
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tests.support.pulumi_project import Project, cli_directory
from tests.tools.conftest import ROOT, Installation

TEMPLATE = ROOT / "template"
LIFE = """
pulumi up --yes --skip-preview --stack dev
pulumi up --yes --skip-preview --expect-no-changes --stack dev
live-recording plan dev
live-recording audit dev
pulumi refresh --yes --skip-preview --expect-no-changes --stack dev
pulumi destroy --yes --skip-preview --stack dev
"""


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


def test_wheel_contains_package_data(installation: Installation) -> None:
    """The type marker, the template and the style of reviews, and the license are in the wheel."""
    with zipfile.ZipFile(installation.wheel) as archive:
        names = set(archive.namelist())
    information = "live_recording-0.1.0.dist-info"
    data = {"live_recording/py.typed", "live_recording/review/review.html.j2", "live_recording/review/review.css"}

    assert data <= names
    assert f"{information}/licenses/LICENSE" in names
    assert {name.split("/")[0] for name in names} == {"live_recording", information}


def test_wheel_installs_the_command(installation: Installation) -> None:
    """The metadata names the distribution, and the console script is installed."""
    with zipfile.ZipFile(installation.wheel) as archive:
        metadata = Parser().parsestr(archive.read("live_recording-0.1.0.dist-info/METADATA").decode())

    assert (metadata["Name"], metadata["Version"], metadata["Requires-Python"]) == ("live-recording", "0.1.0", ">=3.11")
    assert (installation.virtualenv / "bin" / "live-recording").exists()


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


def test_template_works_from_check_to_destroy(project: Project) -> None:
    """A new project is checked, deployed, planned, audited, refreshed and destroyed, with a `provider.py` of the user's own.

    Everything comes from the installation, not from this checkout.
    """
    where = run(project, "python", "-c", "import live_recording; print(live_recording.__file__)")
    assert "/venv/" in where
    (project.directory / "provider.py").write_text('raise RuntimeError("imported the wrong provider")\n', "utf-8")
    project.run("stack", "init", "dev")

    run(project, "live-recording", "check")
    said = run(project, "live-recording", "emulate", "--", "sh", "-ec", LIFE)
    assert "+ 5 created" in said
    assert "- 5 deleted" in said
    assert "<style" in (project.directory / "plans" / "dev.html").read_text(encoding="utf-8")
