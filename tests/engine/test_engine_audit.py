"""Audit with the real CLI: changes made outside this tool are reported, and the advice corrects them."""

from pathlib import Path

from tests.support import warm_python
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject

PUSH = "push.example.com"
MATCH = "{domain: push.example.com, app: live, stream: %s, start: 2026-11-21T20:00, duration: 2h, template: archive}"
STACK = f"""
templates:
  archive: {{mp4: {{storage_time: 30d}}}}
  clips: {{flv: {{storage_time: 30d}}}}
rules:
  all: {{domain: {PUSH}, template: archive}}
  studio: {{domain: {PUSH}, app: studio, template: clips}}
  quiet: {{domain: {PUSH}, stream: rehearsal, record: false}}
tasks:
  final: {MATCH % "final"}
  semi: {MATCH % "semi"}
acknowledge:
  - {{finding: recorded-twice, path: tasks, reason: "an example"}}
"""


def audit(project: LiveProject) -> tuple[int, list[str]]:
    """Exit code, and kind and path of each line."""
    done = warm_python.run(["live_recording", "audit"], project.directory, project.environment)
    assert done.stderr == ""
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ")]
    return done.returncode, sorted(
        f"{line.rpartition('[')[2][:-1]} {line.split(': ')[1]}" for line in lines if "[" in line
    )


def test_advice_puts_the_account_right(tmp_path: Path, account: Account) -> None:
    """After `up` nothing differs; manual changes do; `up --refresh` and an edit make the audit green."""
    project = LiveProject(tmp_path, account)
    project.up(STACK)
    assert audit(project) == (0, [])

    live = account.state
    ids = {template["TemplateName"].rpartition("--")[2]: template["TemplateId"] for template in live["templates"]}
    tasks = {task["StreamName"]: task["TaskId"] for task in live["tasks"]}
    rule = {"DomainName": PUSH, "StreamName": "", "AppName": "studio"}
    account.in_console(
        "ModifyLiveRecordTemplate", TemplateId=ids["archive"], Mp4Param={"Enable": 1, "StorageTime": 86400}
    )
    account.in_console("DeleteLiveRecordRule", **rule)
    account.in_console("CreateLiveRecordRule", **rule, TemplateId=ids["archive"])
    account.in_console("DeleteLiveRecordRule", DomainName=PUSH, AppName="", StreamName="rehearsal")
    account.in_console("DeleteRecordTask", TaskId=tasks["semi"])
    account.in_console("StopRecordTask", TaskId=tasks["final"])
    assert audit(project) == (
        1,
        [
            "differs rules.studio",
            "differs templates.archive",
            "not-live rules.quiet",
            "not-live tasks.semi",
            "stopped tasks.final",
        ],
    )
    assert account.changes() == []

    project.up(None, "--refresh")
    assert audit(project) == (1, ["stopped tasks.final"])

    project.up(STACK.replace("final, start: 2026-11-21T20:00", "final, start: 2026-11-21T20:01"))
    assert audit(project) == (0, [])
