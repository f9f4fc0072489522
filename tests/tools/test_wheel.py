"""The wheel, installed with its locked dependencies only."""

import subprocess
import zipfile
from email.parser import Parser
from pathlib import Path

from tests.support.pulumi_project import Project
from tests.tools.conftest import Installation

STACK = """time_zone: UTC
templates:
  archive: {mp4: {storage_time: 30d}}
rules:
  everything: {domain: push.example.com, template: archive}
"""
PLAN = """import live_recording

assert "/venv/" in live_recording.__file__, live_recording.__file__
live_recording.run()
"""


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


def test_installed_wheel_deploys_a_stack(installation: Installation, tmp_path: Path) -> None:
    """Outside a checkout, the installed command checks a stack, deploys it and audits the account."""
    (tmp_path / "project" / "stacks").mkdir(parents=True)
    project = Project(tmp_path / "project", tmp_path)
    commands = installation.virtualenv / "bin"
    environment = dict(project.environment)
    environment["PATH"] = f"{commands}:{environment['PATH']}"
    environment.pop("PYTHONPATH", None)
    runtime = f'{{name: python, options: {{toolchain: pip, virtualenv: "{installation.virtualenv}"}}}}'
    files = {
        "Pulumi.yaml": f"name: recordings\nruntime: {runtime}\nstackConfigDir: stacks\n",
        "__main__.py": PLAN,
        "stacks/dev.yaml": STACK,
    }
    for name, text in files.items():
        (project.directory / name).write_text(text, encoding="utf-8")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [commands / "live-recording", *arguments],
            cwd=project.directory,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    project.run("stack", "init", "dev")
    run("check")
    emulate = ("emulate", "--state", str(tmp_path / "account.json"), "--")
    run(*emulate, "live-recording", "deploy", "dev")
    run(*emulate, "live-recording", "audit", "dev")
