"""Limits through the real CLI: what does not fit is refused before anything changes, what fits goes through at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.rivals import HASTY
from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

DOMAIN = "push.example.com"
CREATE, DELETE = "CreateLiveRecordRule", "DeleteLiveRecordRule"
ONE = "templates:\n  archive: {mp4: {storage_time: 30d}}\n"


def rules(*apps: str, **renamed: str) -> str:
    """Return a stack file with one template and a rule for each app; *renamed* are other apps by key."""
    lines = (f"  rule-{app}: {{domain: {DOMAIN}, app: {renamed.get(app, app)}, template: archive}}\n" for app in apps)
    return f"{ONE}rules:\n{''.join(lines)}"


def apps(number: int, first: int = 0) -> list[str]:
    """Names of apps."""
    return [f"a{n}" for n in range(first, first + number)]


@contextmanager
def live(scratch: Path, **terms: int) -> Iterator[tuple[LiveProject, Account]]:
    """Create a project on an account with these terms."""
    with Emulator(now=NOW, **terms) as emulator:  # type: ignore[arg-type]
        account = Account(emulator)
        yield hasty(LiveProject(scratch, account)), account


def hasty(project: LiveProject) -> LiveProject:
    """Write the project's state only once, at the end: it has many resources, and no test here kills the CLI."""
    project.environment |= HASTY
    return project


@pytest.fixture(name="project")
def _project(tmp_path: Path, account: Account) -> LiveProject:
    return hasty(LiveProject(tmp_path, account))


def test_51_declared_are_refused(project: LiveProject) -> None:
    """More rules or templates than the limit are rejected with both numbers, by preview and by up."""
    assert "51 rules are declared, but the limit is 50" in project.refused(rules(*apps(51)))
    templates = "templates:\n" + "".join(f"  t{n}: {{mp4: {{storage_time: 30d}}}}\n" for n in range(51))
    said = project.refused(templates, "up", "--yes", "--skip-preview")
    assert "51 templates are declared, but the limit is 50" in said


def test_what_a_hand_made_counts(project: LiveProject, account: Account) -> None:
    """With 45 rules created outside Pulumi, six more are rejected with the numbers, and five are created."""
    theirs = account.template("by-hand")
    for app in apps(45):
        account.rule(theirs, DOMAIN, app)
    said = project.refused(rules(*apps(6, 45)))
    assert all(part in said for part in ("has 45 of 50 rules", "at least 6 more", "limits.rules"))

    project.up(rules(*apps(5, 45)))
    assert len(account.rules()) == 50


def test_full_account_moves_a_rule_but_swaps_none(project: LiveProject, account: Account) -> None:
    """At 50 of 50 a rule that changes its key moves in one up; removing one and adding another is refused with that advice."""
    project.up(rules(*apps(50)))
    account.changes()
    said = project.refused(rules(*apps(50, 1)))
    assert "edit the existing entry's domain, app, or stream" in said

    project.up(rules(*apps(50), a7="moved"))
    calls = account.changes()
    assert [(action, body["AppName"]) for action, body in calls] == [(DELETE, "a7"), (CREATE, "moved")]
    assert len(account.rules()) == 50


def test_limits_follow_the_stack_file(tmp_path: Path) -> None:
    """A raised limit is accepted by preview and up; a lowered one refuses what is there, and what is new."""
    with live(tmp_path, rule_limit=60, template_limit=60) as (project, account):
        many = "limits: {rules: 60}\n" + rules(*apps(51))
        assert len(steps(project.plan(many))) == 52
        project.up()
        assert len(account.rules()) == 51

        said = project.refused(many.replace("limits: {rules: 60}", "limits: {}"))
        assert "51 rules are declared, but the limit is 50" in said


def test_lowered_limit_counts_what_is_live(project: LiveProject, account: Account) -> None:
    """A limit of the stack file below what the account holds refuses one more rule, or one more template."""
    theirs = account.template("by-hand")
    account.rule(theirs, DOMAIN, "by-hand")
    said = project.refused("limits: {rules: 2}\n" + rules("x", "y"))
    assert "The account has 1 of 2 rules, and this deployment needs at least 2 more" in said
    assert "The account has 1 of 1 template, and this deployment needs at least 1 more" in project.refused(
        "limits: {templates: 1}\n" + rules("x")
    )
