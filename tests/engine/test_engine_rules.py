"""Rules and their templates through the real CLI: the order of the engine's operations, and what a failed one leaves."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

DOMAIN, SECOND = "push.example.com", "second.example.com"
CREATE, DELETE = "CreateLiveRecordRule", "DeleteLiveRecordRule"
CREATE_TEMPLATE, DELETE_TEMPLATE = "CreateLiveRecordTemplate", "DeleteLiveRecordTemplate"
TEMPLATES = """
templates:
  archive: {mp4: {storage_time: 30d}}
  clips: {flv: {storage_time: 7d}}
rules:
"""
ONE = "  one: {domain: push.example.com, app: a, template: archive}\n"
TWO = "  two: {domain: push.example.com, app: b, template: archive}\n"
FAR = "  far: {domain: second.example.com, template: archive}\n"
CALLBACKS = """
callback_templates:
  newsroom: {record_notify_url: "https://hooks.example.com/x7Kq", callback_key: true}
callback_rules:
  everything: {domain: push.example.com, callback_template: newsroom}
"""
KEYS = ("FirstCanary012345", "SecondCanary67890", "ThirdCanary13579")


def template_id(account: Account, key: str) -> str:
    """Return the id of the live template of an entry."""
    return next(str(t["TemplateId"]) for t in account.state["templates"] if t["TemplateName"].endswith(f"--{key}"))


def rule_calls(calls: list[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, str]]:
    """Return the rule calls in their order: action, and domain and app."""
    return [(action, f"{body['DomainName']}/{body['AppName']}") for action, body in calls]


def test_rules_and_templates_change_in_order(tmp_path: Path, account: Account) -> None:
    """Retarget, replacement of a template, objects deleted from outside, a failure, destroy; other rules stay untouched."""
    theirs = account.template("by-hand")
    account.rule(theirs, DOMAIN, "hand")
    project = LiveProject(tmp_path, account)
    project.up(TEMPLATES + ONE + TWO + FAR)
    account.changes()

    moved = TEMPLATES + ONE.replace("archive", "clips") + FAR
    project.up(moved)
    calls = rule_calls(account.changes())
    assert calls == [(DELETE, f"{DOMAIN}/a"), (CREATE, f"{DOMAIN}/a"), (DELETE, f"{DOMAIN}/b")]

    # A replaced template: the new one is created, its rules move to it, and the old one is deleted last.
    project.up(TEMPLATES + ONE + TWO + FAR)
    account.changes()
    old = template_id(account, "archive")
    slow = TEMPLATES.replace("archive: {mp4", "archive: {delay_live: true, mp4")
    assert steps(project.plan(slow + ONE + TWO + FAR)) == {
        "archive": "replace", "one": "update", "two": "update", "far": "update"
    }  # fmt: skip
    project.up()
    assert all(call["code"] is None for call in account.emulator.changes)
    (first, _), *between, last = account.changes()
    assert first == CREATE_TEMPLATE
    assert last == (DELETE_TEMPLATE, {"TemplateId": int(old)})
    assert sorted(action for action, _ in between) == [CREATE] * 3 + [DELETE] * 3

    # A template deleted from outside with its rules: one create for each. Nothing is left to do afterwards.
    for domain, app in ((DOMAIN, "a"), (DOMAIN, "b"), (SECOND, "")):
        account.in_console(DELETE, DomainName=domain, AppName=app, StreamName="")
    account.in_console(DELETE_TEMPLATE, TemplateId=int(template_id(account, "archive")))
    project.up(None, "--refresh")
    assert account.actions() == [CREATE] * 3 + [CREATE_TEMPLATE]
    project.run("preview", "--refresh", "--expect-no-changes", "--stack", "dev")

    # A failed retarget whose old rule cannot be restored: the output says so, and the next `up` repairs it.
    account.emulator.fault(CREATE, "internal-error", count=30)
    project.write(slow + ONE.replace("archive", "clips") + TWO + FAR)
    failed = project.run("up", "--yes", "--skip-preview", "--stack", "dev", check=False)
    assert failed.returncode
    assert f"{DOMAIN}/a/*" in failed.stdout
    assert "may NOT be recorded now" in failed.stdout
    assert "Traceback" not in failed.stdout + failed.stderr
    account.emulator.clear_faults()
    project.up()
    assert account.rules()[DOMAIN, "a", ""] == template_id(account, "clips")

    project.run("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert account.rules() == {(DOMAIN, "hand", ""): theirs}
    assert [str(t["TemplateId"]) for t in account.state["templates"]] == [theirs]
    assert all(
        "Callback" not in call["action"] for call in account.emulator.log
    )  # a stack without callbacks asks for none

    callbacks_change_in_order(project, account)


def callbacks_change_in_order(project: LiveProject, account: Account) -> None:
    """Create, change, drift, rename and destroy callbacks: no output and no state shows a key."""
    text = ""

    def keyed(key: str, *arguments: str) -> None:
        nonlocal text
        project.environment["LIVE_RECORDING_CALLBACK_KEYS"] = json.dumps({"newsroom": key, "desk": key})
        done = project.run(*arguments, "--stack", "dev")
        text += done.stdout + done.stderr

    up = ("up", "--yes", "--skip-preview", "--diff")
    account.changes()
    project.write(CALLBACKS)
    keyed(KEYS[0], *up)
    ((_, created), _) = account.changes()
    assert created["CallbackKey"] == KEYS[0]

    # A change of URL and key sends these two fields.
    project.write(CALLBACKS.replace("/x7Kq", "/y8Lr"))
    keyed(KEYS[1], "preview", "--json", "--save-plan", "plan.json")
    keyed(KEYS[1], *up)
    ((action, body),) = account.changes()
    assert action == "ModifyLiveCallbackTemplate"
    assert set(body) == {"TemplateId", "RecordNotifyUrl", "CallbackKey"}

    # A key that was changed from outside is drift without its value, and the next `up` repairs it.
    account.in_console(action, TemplateId=body["TemplateId"], CallbackKey=KEYS[2])
    keyed(KEYS[1], "refresh", "--yes", "--diff")
    keyed(KEYS[1], *up)
    assert account.changes() == [(action, {"TemplateId": body["TemplateId"], "CallbackKey": KEYS[1]})]
    keyed(KEYS[1], *up, "--refresh", "--expect-no-changes")

    # A renamed template is created under its new name, and the rule moves to it.
    project.write(CALLBACKS.replace("newsroom", "desk"))
    keyed(KEYS[1], *up)
    assert [name for name, _ in account.changes()] == [
        "CreateLiveCallbackTemplate", "DeleteLiveCallbackRule", "CreateLiveCallbackRule", "DeleteLiveCallbackTemplate"
    ]  # fmt: skip
    exported = project.state_file().read_text(encoding="utf-8")
    (template,) = (found for found in project.state().values() if found["type"].endswith("CallbackTemplate"))
    assert all("ciphertext" in template[part]["callback_key"] for part in ("inputs", "outputs"))
    assert [key for key in KEYS if key in text + exported + (project.directory / "plan.json").read_text()] == []
    keyed(KEYS[1], "destroy", "--yes", "--skip-preview")
    assert (account.state["callback_templates"], account.state["callback_rules"]) == ([], [])
