"""Renamed entries through the real CLI: a rename never ends a recording."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

DOMAIN = "push.example.com"
CREATE, DELETE = "CreateLiveRecordRule", "DeleteLiveRecordRule"
STACK = """
templates:
  archive: {mp4: {storage_time: 30d}}
  clips: {flv: {storage_time: 7d}}
rules:
  everything: {domain: push.example.com, template: archive}
  studio: {domain: push.example.com, app: studio, template: clips}
tasks:
  final: {domain: push.example.com, app: live, stream: final, start: 2026-11-20T21:00, duration: 3h, template: clips}
"""


def renamed(section: str, old: str, new: str, *, was: bool = True) -> str:
    """Rename an entry of the stack, and the references to it."""
    said = f"was: {old}, " if was else ""
    text = STACK.replace(f"  {old}: {{", f"  {new}: {{{said}")
    return text.replace(f"template: {old}", f"template: {new}") if section == "templates" else text


@pytest.fixture(name="project")
def _project(tmp_path: Path, account: Account) -> LiveProject:
    return LiveProject(tmp_path, account)


def begun(project: LiveProject, account: Account) -> LiveProject:
    """Apply the stack, at a time when the task runs."""
    project.up(STACK)
    during = NOW + timedelta(hours=2)
    account.emulator.set_now(during)
    project.environment["LIVE_RECORDING_NOW"] = during.isoformat()
    account.changes()
    return project


def changed(project: LiveProject, text: str) -> dict[str, str]:
    """Plan and then apply the stack file; return the plan."""
    planned = steps(project.plan(text))
    project.up()
    return planned


def test_was_renames_and_nothing_else(project: LiveProject, account: Account) -> None:
    """With was a new key of a rule or a running task is no change; a template's is an update of its name in place."""
    begun(project, account)
    before = account.state
    text = renamed("rules", "studio", "atelier").replace("  final: {", "  cup-final: {was: final, ")
    assert changed(project, text) == {}
    assert account.changes() == []
    assert account.state == before

    text = text.replace("  clips: {", "  shorts: {was: clips, ").replace("template: clips", "template: shorts")
    plan = project.plan(text)
    assert steps(plan) == {"shorts": "update"}
    step = next(step for step in plan["steps"] if step["op"] == "update")
    assert list(step["detailedDiff"]) == ["template_name"]
    project.up()
    assert account.actions() == ["ModifyLiveRecordTemplate"]
    assert account.rules()[DOMAIN, "studio", ""] == str(before["rules"][1]["TemplateId"])
    assert [task["Stopped"] for task in account.state["tasks"]] == [0]


def test_was_may_stay_and_may_name_an_unknown_key(project: LiveProject, account: Account) -> None:
    """A was that names a key which the state does not have is an ordinary create, and no change afterwards."""
    project.up(renamed("rules", "studio", "atelier").replace("  final: {", "  cup-final: {was: nobody, "))
    assert len(account.changes()) == 5
    assert changed(project, renamed("rules", "studio", "atelier", was=False)) == {
        "cup-final": "delete",
        "final": "create",
    }
    assert account.changes() == []


def test_forgotten_was_ends_no_recording(project: LiveProject, account: Account) -> None:
    """Without was the live rule and the running task keep recording under their new names, without a create or a delete."""
    begun(project, account)
    before = account.state
    text = renamed("rules", "studio", "atelier", was=False).replace("  final: {", "  cup-final: {")
    planned = changed(project, text)

    assert planned == {"atelier": "create", "studio": "delete", "cup-final": "create", "final": "delete"}
    assert account.changes() == []
    assert account.state == before
    assert {name.rpartition("::")[2] for name in project.state() if "dynamic/live" in name} == {
        "archive", "clips", "everything", "atelier", "cup-final"
    }  # fmt: skip
    project.run("preview", "--expect-no-changes", "--stack", "dev")


def test_template_renamed_without_was_is_replaced_behind_its_rules(project: LiveProject, account: Account) -> None:
    """A template with another default name is created again, its rules move, and the old one is deleted last."""
    project.up(STACK)
    account.changes()
    project.up(renamed("templates", "clips", "shorts", was=False))
    calls = [action for action, _ in account.changes() if "Rule" in action or "Template" in action]

    assert calls == ["CreateLiveRecordTemplate", DELETE, CREATE, "DeleteLiveRecordTemplate"]
    names = {t["TemplateName"]: str(t["TemplateId"]) for t in account.state["templates"]}
    assert account.rules()[DOMAIN, "studio", ""] == names["live-recording--dev--shorts"]


def test_rename_and_change_at_once_need_was(project: LiveProject, account: Account) -> None:
    """A rule with a new key and another template is refused without was, which the sentence names; with it all is well."""
    project.up(STACK)
    text = renamed("rules", "studio", "atelier", was=False).replace(
        "studio, template: clips", "studio, template: archive"
    )
    said = project.refused(text)
    assert "was: OLD-KEY" in said
    assert "studio" in said

    project.up(text.replace("atelier: {", "atelier: {was: studio, "))
    assert account.actions() == [CREATE, DELETE]
