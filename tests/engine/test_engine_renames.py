"""Renamed entries through the real CLI: a new name ends no recording."""

from datetime import timedelta
from pathlib import Path

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


def test_renames_end_no_recording(tmp_path: Path, account: Account) -> None:
    """A rule, a running task and a template change their keys, with `was` and without it."""
    project = LiveProject(tmp_path, account)
    project.up(STACK)
    project.set_now(NOW + timedelta(hours=2))
    before = account.state
    account.changes()

    # With `was`, a renamed rule or task is no change, and a renamed template is updated in place.
    text = STACK.replace("  studio: {", "  atelier: {was: studio, ").replace("  final: {", "  cup: {was: final, ")
    assert steps(project.plan(text)) == {}
    text = text.replace("  clips: {", "  shorts: {was: clips, ").replace("template: clips", "template: shorts")
    plan = project.plan(text)
    assert steps(plan) == {"shorts": "update"}
    step = next(step for step in plan["steps"] if step["op"] == "update")
    assert list(step["detailedDiff"]) == ["template_name"]
    project.up()
    assert account.actions() == ["ModifyLiveRecordTemplate"]
    assert account.rules()[DOMAIN, "studio", ""] == str(before["rules"][1]["TemplateId"])

    # Without it, the live rule and the running task are adopted under their new names, without a call.
    text = text.replace("  atelier: {was: studio, ", "  stage: {").replace("  cup: {was: final, ", "  grand-final: {")
    assert steps(project.plan(text)) == {
        "stage": "create", "atelier": "delete", "grand-final": "create", "cup": "delete"
    }  # fmt: skip
    project.up()
    assert account.changes() == []
    assert [task["Stopped"] for task in account.state["tasks"]] == [0]
    assert {name.rpartition("::")[2] for name in project.state() if "dynamic/live" in name} == {
        "archive", "shorts", "everything", "stage", "grand-final"
    }  # fmt: skip

    # A rule with a new key and another template needs `was`; one that names a key which the state lacks does no harm.
    text = text.replace("studio, template: shorts", "studio, template: archive").replace("  stage: {", "  hall: {")
    refusal = project.refused(text)
    assert "was: OLD-KEY" in refusal
    assert "studio" in refusal
    project.up(
        text.replace("  hall: {", "  hall: {was: stage, ").replace("  everything: {", "  everything: {was: all, ")
    )
    assert account.actions() == [CREATE, DELETE]


def test_template_renamed_without_was_is_replaced_behind_its_rules(tmp_path: Path, account: Account) -> None:
    """A template with another default name is created, its rules move, and the old one is deleted last."""
    project = LiveProject(tmp_path, account)
    project.up(STACK)
    account.changes()
    project.up(STACK.replace("clips: {", "shorts: {").replace("template: clips", "template: shorts"))
    calls = [action for action, _ in account.changes() if "Rule" in action or "Template" in action]

    assert calls == ["CreateLiveRecordTemplate", DELETE, CREATE, "DeleteLiveRecordTemplate"]
    names = {t["TemplateName"]: str(t["TemplateId"]) for t in account.state["templates"]}
    assert account.rules()[DOMAIN, "studio", ""] == names["live-recording--dev--shorts"]
