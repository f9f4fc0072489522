"""Adoption through the real CLI: an account that was filled outside Pulumi becomes a stack, and nothing in it changes.

`RELIABILITY=all` fills the account to the vendor's limits and with 500 tasks.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.rivals import HASTY
from live_recording.adopt.builder import adopt_account, import_file
from live_recording.adopt.model import AdoptionResult
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES
from live_recording.project import check_text
from live_recording.stackfile.model import Stack
from tests.support.brownfield import FULL, fill, snapshot
from tests.support.clock import AT, DAY, HOUR, NOW
from tests.support.emulated_account import Account
from tests.support.live_project import HEAD, LiveProject, steps
from tests.support.odd_templates import ODD
from tests.support.thoroughness import THOROUGH

SIZE = FULL if THOROUGH else (50, 50, 40)
IMPORT = ("import", "-f", "import.json", "--generate-code=false", "--protect=false", "--yes", "--skip-preview", "--stack", "dev")  # fmt: skip
PUSH, KEY = "push.example.com", "CanaryCanary0123456789"


def adopt(project: LiveProject, account: Account, declared: Stack | None = None) -> AdoptionResult:
    """Run `adopt` on the account, and write the import file into the project."""
    made = adopt_account(snapshot(account), StackRef("live-recording", "dev"), (), declared)
    (project.directory / "import.json").write_text(import_file(made), encoding="utf-8")
    return made


@pytest.mark.parametrize("site", ["account", "cn_account"])
def test_full_account_is_adopted_without_a_change(tmp_path: Path, site: str, request: pytest.FixtureRequest) -> None:
    """Import and an `up` make no changing call; then one edit changes exactly one object, and keeps its other fields."""
    account: Account = request.getfixturevalue(site)
    odd = {name: account.hold_template(name, fields) for name, fields in ODD[account.emulator.site].items()}
    fill(account, SIZE[0] - len(odd), *SIZE[1:])
    project = LiveProject(tmp_path, account)
    file = project.directory / "stacks/dev.yaml"
    made = adopt(project, account)
    file.write_text(made.text, encoding="utf-8")
    assert sum(made.counts.values()) + len(made.skipped) == sum(SIZE)

    said = project.run(*IMPORT, env=HASTY, timeout=300).stdout
    assert "warning" not in said
    applied = project.run(
        "up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev", env=HASTY, timeout=300
    )
    assert "warning" not in applied.stdout
    assert account.changes() == []

    name, template_id = next(iter(odd.items()))
    before = held(account, template_id)
    changed = made.text.replace(f"    template_name: {name}\n", f"    template_name: {name}\n    description: new\n")
    file.write_text(changed, encoding="utf-8")
    assert steps(project.plan()) == {name: "update"}
    project.run("up", "--yes", "--skip-preview", "--stack", "dev", env=HASTY, timeout=300)
    assert account.actions() == ["ModifyLiveRecordTemplate"]
    assert held(account, template_id) == {**before, "Description": "new"}


def held(account: Account, template_id: str) -> dict[str, Any]:
    """Return a template of the account."""
    return next(one for one in account.state["templates"] if str(one["TemplateId"]) == template_id)


STACK = f"""
templates:
  archive: {{mp4: {{storage_time: 30d}}}}
  clips: {{template_name: clips, flv: {{storage_time: 7d}}}}
rules:
  everything: {{domain: {PUSH}, template: archive}}
  studio: {{domain: {PUSH}, app: studio, template: archive}}
"""


def test_more_is_adopted_later(tmp_path: Path, account: Account) -> None:
    """A stack adopts objects of others, and what it declares but could not create; destroy then deletes them.

    A callback template with a key is not imported: `up` adopts it and its rule, without a call.
    """
    project = LiveProject(tmp_path, account)
    project.up(STACK.replace("  studio", "  # studio").replace("  clips", "  # clips"))
    theirs = account.template("theirs")
    account.template("clips", FlvParam={"Enable": 1})
    account.rule(theirs, PUSH, "studio")
    account.rule(theirs, PUSH, "cup")
    times = {"StartTime": AT + DAY, "EndTime": AT + DAY + HOUR}
    account.in_console("CreateRecordTask", DomainName=PUSH, AppName="live", StreamName="final", **times)
    other = account.template("shop--prod--archive")
    account.rule(other, "shop.example.com")
    callbacks(account, PUSH, "newsroom", CallbackKey=KEY)
    callbacks(account, "events.example.com", "open")
    assert "adopt" in project.refused(STACK)

    loaded = check_text(HEAD + STACK, "dev.yaml", SITES["intl"], NOW, StackRef("live-recording", "dev"))
    made = adopt(project, account, loaded.stack)
    assert (made.is_partial, made.counts) == (
        True,
        {"template": 1, "rule": 1, "task": 1, "callback_template": 2, "callback_rule": 2},
    )
    assert KEY not in made.text + import_file(made)
    whole = HEAD + STACK
    for section, entries in sections(made.text).items():
        whole = whole.replace(f"{section}:\n", f"{section}:\n{entries}") if section in whole else f"{whole}{section}:\n{entries}"  # fmt: skip
    (project.directory / "stacks/dev.yaml").write_text(whole, encoding="utf-8")
    account.changes()
    project.run(*IMPORT)
    project.run(*IMPORT)
    assert account.changes() == []

    project.environment["LIVE_RECORDING_CALLBACK_KEYS"] = json.dumps({"newsroom": KEY})
    project.up()
    assert account.actions() == ["CreateLiveRecordRule", "DeleteLiveRecordRule", "ModifyLiveRecordTemplate"]
    project.run("preview", "--expect-no-changes", "--stack", "dev")
    project.run("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert [str(left["TemplateId"]) for left in account.state["templates"]] == [other]
    assert (list(account.rules()), account.state["tasks"]) == ([("shop.example.com", "", "")], [])
    assert (account.state["callback_templates"], account.state["callback_rules"]) == ([], [])


def callbacks(account: Account, domain: str, name: str, **fields: str) -> None:
    """Create a callback template and its rule outside Pulumi."""
    url = {"RecordNotifyUrl": "https://hooks.example.com/x7Kq"}
    made = account.in_console("CreateLiveCallbackTemplate", TemplateName=name, **url, **fields)
    account.in_console("CreateLiveCallbackRule", DomainName=domain, AppName="", TemplateId=made["TemplateId"])


def sections(text: str) -> dict[str, str]:
    """Return the entries of a file by section, to move them into another file."""
    blocks = (block.partition(":\n") for block in text.split("\n\n") if ":\n" in block and not block.startswith("#"))
    return {name: entries.rstrip("\n") + "\n" for name, _, entries in blocks}
