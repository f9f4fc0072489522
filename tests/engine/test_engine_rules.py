"""Rules through the real CLI: each changes alone, moves without an unreported gap, and is created again only once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps
from tests.support.sdk_client import control

DOMAIN, SECOND = "push.example.com", "second.example.com"
CREATE, DELETE = "CreateLiveRecordRule", "DeleteLiveRecordRule"
MAKE, REMOVE = "CreateLiveRecordTemplate", "DeleteLiveRecordTemplate"
TEMPLATES = """
templates:
  archive: {mp4: {storage_time: 30d}}
  clips: {flv: {storage_time: 7d}}
rules:
"""
ONE = "  one: {domain: push.example.com, app: a, template: archive}\n"
TWO = "  two: {domain: push.example.com, app: b, template: archive}\n"
FAR = "  far: {domain: second.example.com, template: archive}\n"
MOVED = ONE.replace("archive", "clips")


@pytest.fixture(name="project")
def _project(tmp_path: Path, account: Account) -> LiveProject:
    return LiveProject(tmp_path, account)


def named(account: Account, key: str) -> str:
    """Return the id of the live template of an entry."""
    return next(str(t["TemplateId"]) for t in account.state["templates"] if t["TemplateName"].endswith(f"--{key}"))


def on(calls: list[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, str]]:
    """Return the rule calls in order: action, and domain and app."""
    return [(action, f"{body['DomainName']}/{body['AppName']}") for action, body in calls]


def without(account: Account, domain: str, app: str = "") -> None:
    """Delete a rule outside this tool."""
    account.by_hand(DELETE, DomainName=domain, AppName=app, StreamName="")


def test_a_rule_changes_and_goes_alone(project: LiveProject, account: Account) -> None:
    """Of two rules on a domain one is retargeted by one delete and one create, the other goes by one delete.

    The rule beside them that a hand made, and the same template's rule on another domain, are never touched.
    """
    theirs = account.template("by-hand")
    account.rule(theirs, DOMAIN, "hand")
    project.up(TEMPLATES + ONE + TWO + FAR)
    account.changes()

    project.up(TEMPLATES + MOVED + TWO + FAR)
    assert on(account.changes()) == [(DELETE, f"{DOMAIN}/a"), (CREATE, f"{DOMAIN}/a")]
    project.up(TEMPLATES + MOVED + FAR)
    assert on(account.changes()) == [(DELETE, f"{DOMAIN}/b")]
    assert account.rules() == {
        (DOMAIN, "a", ""): named(account, "clips"),
        (SECOND, "", ""): named(account, "archive"),
        (DOMAIN, "hand", ""): theirs,
    }

    project.run("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert account.rules() == {(DOMAIN, "hand", ""): theirs}
    assert [str(t["TemplateId"]) for t in account.state["templates"]] == [theirs]


def test_rules_that_are_gone_cost_the_calls_that_are_left(project: LiveProject, account: Account) -> None:
    """Of rules gone behind our back, the retargeted one is one create, the dropped one no call, the third waits."""
    project.up(TEMPLATES + ONE + TWO + FAR)
    without(account, DOMAIN, "a")
    without(account, DOMAIN, "b")
    without(account, SECOND)
    project.up(TEMPLATES + MOVED + FAR)
    assert on(account.changes()) == [(CREATE, f"{DOMAIN}/a")]

    project.up(None, "--refresh")
    assert on(account.changes()) == [(CREATE, f"{SECOND}/")]
    project.run("preview", "--refresh", "--expect-no-changes", "--stack", "dev")


@pytest.mark.parametrize("how", ["refresh, then up", "up --refresh"])
def test_template_that_is_gone_is_made_again_with_its_rules(project: LiveProject, account: Account, how: str) -> None:
    """A template gone with its rules comes back by one create, its rules by one each; nothing else is called."""
    project.up(TEMPLATES + ONE + TWO + MOVED.replace("one", "kept").replace("app: a", "app: c"))
    without(account, DOMAIN, "a")
    without(account, DOMAIN, "b")
    account.by_hand(REMOVE, TemplateId=int(named(account, "archive")))
    if how == "refresh, then up":
        project.run("refresh", "--yes", "--skip-preview", "--stack", "dev")
        assert steps(project.plan()) == {"archive": "create", "one": "create", "two": "create"}
        project.up()
    else:
        project.up(None, "--refresh")

    assert account.actions() == [CREATE, CREATE, MAKE]
    assert account.rules()[DOMAIN, "a", ""] == account.rules()[DOMAIN, "b", ""] == named(account, "archive")


def test_template_that_is_gone_from_under_rebound_rules_comes_back(project: LiveProject, account: Account) -> None:
    """Rules that a hand bound elsewhere before it deleted our template are bound to the new one again."""
    project.up(TEMPLATES + ONE)
    theirs = account.template("by-hand")
    without(account, DOMAIN, "a")
    account.rule(theirs, DOMAIN, "a")
    account.by_hand(REMOVE, TemplateId=int(named(account, "archive")))

    said = project.refused(TEMPLATES.replace("30d", "60d") + ONE, "up", "--yes", "--skip-preview")
    assert "pulumi refresh" in said
    project.run("refresh", "--yes", "--skip-preview", "--stack", "dev")
    project.up(TEMPLATES + ONE)
    assert account.actions() == [CREATE, MAKE, DELETE]
    assert account.rules() == {(DOMAIN, "a", ""): named(account, "archive")}


def test_failed_retarget_says_what_records(project: LiveProject, account: Account) -> None:
    """If the new binding fails, the old one is restored, or the message says that perhaps nothing records; up fixes it."""
    project.up(TEMPLATES + ONE)
    old = account.rules()
    for faults, sentence in ((3, "records these streams as before"), (30, "These streams may NOT be recorded now")):
        account.emulator.fault(CREATE, "internal-error", count=faults)
        project.write(TEMPLATES + MOVED)
        done = project.run("up", "--yes", "--skip-preview", "--stack", "dev", check=False)
        assert done.returncode
        assert sentence in done.stdout
        assert f"{DOMAIN}/a/*" in done.stdout
        assert "Traceback" not in done.stdout + done.stderr
        assert account.rules() == (old if faults == 3 else {})

    control(account.emulator.port, "DELETE", "faults")
    project.up()
    assert account.rules() == {(DOMAIN, "a", ""): named(account, "clips")}


def test_replaced_template_takes_its_rules_with_it(project: LiveProject, account: Account) -> None:
    """The new template is created, every rule moves to it, the old one is deleted last; no call is rejected."""
    project.up(TEMPLATES + ONE + TWO + FAR)
    account.changes()
    old = named(account, "archive")
    project.write(TEMPLATES.replace("{mp4", "{delay_live: true, mp4") + ONE + TWO + FAR)
    assert steps(project.plan()) == {
        "archive": "replace", "one": "update", "two": "update", "far": "update"
    }  # fmt: skip
    project.up()

    assert all(call["code"] is None for call in account.emulator.log)
    calls = account.changes()
    assert calls[0][0] == MAKE
    assert calls[-1] == (REMOVE, {"TemplateId": int(old)})
    assert sorted(action for action, _ in calls[1:-1]) == [CREATE] * 3 + [DELETE] * 3
    assert set(account.rules().values()) == {named(account, "archive")}
