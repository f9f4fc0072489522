"""The example stacks tell one story: a broadcaster's dev, staging and prod, each of them right on its site."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from live_recording.cli.app import app
from live_recording.config.files import stack_names
from live_recording.config.sources import read_stack_settings
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES, SiteName
from live_recording.emulator import Emulator
from live_recording.project import check_text
from live_recording.stackfile.model import Stack
from tests.support import doc_runner, warm_python
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.pulumi_project import Project

ROOT = Path(__file__).parent.parent.parent
STACKS = ("dev", "prod", "staging")
BY_LAW = {"archive", "regulator", "main-channel", "air-check"}
"""Entries of production that staging does not rehearse."""


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the checkout, the day before the matches, without user settings."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("LIVE_RECORDING_NOW", NOW.isoformat())
    monkeypatch.delenv("TENCENTCLOUD_REGION", raising=False)


def stack(name: str) -> Stack:
    """Read an example stack."""
    text = Path(f"stacks/{name}.yaml").read_text(encoding="utf-8")
    loaded = check_text(text, f"stacks/{name}.yaml", SITES[site(name)], NOW, StackRef("live-recording", name)).stack
    assert loaded
    return loaded


def site(name: str) -> SiteName:
    """Where an example stack is."""
    return read_stack_settings(name).site


def found(*stacks: str) -> list[dict[str, str]]:
    """Return the findings of `check`."""
    done = CliRunner().invoke(app, ["check", *stacks, "--format", "json"])
    findings: list[dict[str, str]] = json.loads(done.output)["findings"]
    return findings


def test_example_stacks_are_the_three_environments() -> None:
    """There are dev, staging and prod; dev is abroad, and staging is on the site of production."""
    assert stack_names() == list(STACKS)
    assert {name: site(name) for name in STACKS} == {"dev": "intl", "prod": "cn", "staging": "cn"}


@pytest.mark.parametrize(
    "days", [0, 1, 40, 200], ids=["before-the-matches", "that-day", "new-year", "after-the-season"]
)
def test_example_stacks_have_no_finding(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples have no findings, not even warnings, at any time of the season."""
    monkeypatch.setenv("LIVE_RECORDING_NOW", (NOW + timedelta(days=days)).isoformat())

    assert found() == []


def test_acknowledgements_of_production_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them `check` warns of exactly what they accept, and each gives a reason."""
    text = Path("stacks/prod.yaml").read_text(encoding="utf-8")
    before, _, accepted = text.partition("\nacknowledge:\n")
    accepts = sorted((one.finding, one.path) for one in stack("prod").acknowledge)
    shutil.copytree("stacks", tmp_path / "stacks")
    shutil.copy("Pulumi.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("stacks/prod.yaml").write_text(before, encoding="utf-8")

    assert len(accepts) == accepted.count("reason: ") == 3
    assert sorted((one["id"], one["path"]) for one in found("prod")) == accepts


def test_staging_rehearses_production() -> None:
    """It has the same templates and rules but what the law asks for, keeps nothing longer, and is a day ahead."""
    prod, staging = stack("prod"), stack("staging")

    assert set(prod.templates) - BY_LAW == set(staging.templates)
    assert set(prod.rules) - BY_LAW == set(staging.rules)
    assert set(prod.tasks) == set(staging.tasks)
    for key, template in staging.templates.items():
        for name in ("flv", "hls", "mp4", "aac", "mp3"):
            ours, theirs = getattr(template, name), getattr(prod.templates[key], name)
            assert (ours is None) == (theirs is None)
            assert ours is None or ours.storage_time <= theirs.storage_time
    for key, task in staging.tasks.items():
        on_air = prod.tasks[key].start
        assert task.start
        assert on_air == task.start + timedelta(days=1)


@pytest.mark.parametrize("name", STACKS)
def test_example_stack_is_applied(name: str, tmp_path: Path) -> None:
    """An account of its site accepts all of it: the audit after the up finds no difference."""
    checkout = tmp_path / "checkout"
    doc_runner.copy(checkout, warm_python.virtualenv())
    project = Project(checkout, tmp_path)
    with Emulator(site=site(name), now=NOW) as emulator:
        live = {key: value for key, value in Account(emulator).environment.items() if key.startswith(("LIVE_", "TENCENT"))}  # fmt: skip
        project.environment |= live
        project.run("stack", "init", name)
        project.run("up", "--yes", "--skip-preview", "--stack", name)
        done = warm_python.run(["live_recording", "audit", name], checkout, project.environment)

        assert done.returncode == 0, done.stdout + done.stderr
        assert len(emulator.service.state()["rules"]) == len(stack(name).rules)
