"""One stack from its first `up` to `destroy` through the real CLI, mistakes, and credentials."""

import json
from pathlib import Path

import pytest

from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject, steps

STACK = """
templates:
  archive: {description: Archive, mp4: {record_interval: 1h, storage_time: 30d}}
  clips: {flv: {record_interval: 30m}}
rules:
  everything: {domain: push.example.com, template: archive}
  studio: {domain: push.example.com, app: studio, template: clips}
  headline: {domain: push.example.com, stream: headline, template: clips}
  camera: {domain: push.example.com, app: studio, stream: camera, template: archive}
  rehearsal: {domain: push.example.com, stream: rehearsal, record: false}
tasks:
  final: {domain: push.example.com, app: live, stream: final, start: 2026-11-21T20:00, duration: 2h, template: archive}
  mixed: {domain: push.example.com, app: live, stream: c, stream_type: mixed, start: 2026-11-22T20:00, duration: 2h, template: archive}
"""


def test_stack_from_first_up_to_destroy(tmp_path: Path, account: Account) -> None:
    """Create, no change, update in place, drift, a task stopped from outside, an empty file."""
    project = LiveProject(tmp_path, account)
    project.up(STACK)
    assert [len(account.state[section]) for section in ("templates", "rules", "tasks")] == [3, 5, 2]
    assert len(account.changes()) == 10
    project.run("up", "--yes", "--refresh", "--expect-no-changes", "--stack", "dev")
    assert account.changes() == []

    # A changed field shows by its path and leaves the rules alone.
    plan = project.plan(STACK.replace("record_interval: 1h", "record_interval: 2h"))
    assert steps(plan) == {"archive": "update"}
    step = next(step for step in plan["steps"] if step["op"] == "update")
    assert step["detailedDiff"] == {"mp4.record_interval": {"kind": "update", "inputDiff": True}}
    project.up()
    assert account.actions() == ["ModifyLiveRecordTemplate"]

    # Drift shows by name. A deleted object is created again; a stopped task is only reported.
    archive = next(t for t in account.state["templates"] if t["TemplateName"].endswith("archive"))
    account.in_console("ModifyLiveRecordTemplate", TemplateId=archive["TemplateId"], Description="other")
    camera = {"DomainName": "push.example.com", "AppName": "studio", "StreamName": "camera"}
    account.in_console("DeleteLiveRecordRule", **camera)
    final = next(task for task in account.state["tasks"] if task["StreamName"] == "final")
    account.in_console("StopRecordTask", TaskId=final["TaskId"])
    drift = {step["urn"].rpartition("::")[2]: step for step in project.drift()["steps"]}
    assert "description" in json.dumps(drift["archive"].get("detailedDiff"))
    assert drift["camera"]["op"] == "delete"
    project.up(None, "--refresh")
    assert account.actions() == ["CreateLiveRecordRule", "ModifyLiveRecordTemplate"]
    assert account.rules()["push.example.com", "studio", "camera"] == str(archive["TemplateId"])
    assert list(project.outputs()["stopped"]) == ["final"]

    (project.directory / "stacks/dev.yaml").write_text("{}")
    project.up()
    assert (account.state["templates"], account.rules(), account.state["tasks"]) == ([], {}, [])
    project.run("destroy", "--yes", "--skip-preview", "--stack", "dev")


FIVE_MISTAKES = """
templates:
  archive: {mp4: {record_interval: 9h}}
  clips: {mp5: {}}
rules:
  a: {domain: push.example.com, template: archiv}
  b: {domain: push.example.com, stream: 012, template: archive}
tasks:
  t: {domain: push.example.com, app: live, stream: s, start: 2026-11-21T20:00, duration: 25h, template: archive}
"""


def test_five_mistakes_are_five_sorted_sentences(tmp_path: Path, account: Account) -> None:
    """Every mistake is reported with its line, and nothing is declared."""
    project = LiveProject(tmp_path, account)
    output = project.refused(FIVE_MISTAKES, "up", "--yes", "--skip-preview")

    errors = [line for line in output.splitlines() if line.strip().startswith("error: stacks/dev.yaml:")]
    assert [line.split(":")[2] for line in errors] == ["4", "5", "7", "8", "10"]
    assert not [name for name in project.state() if "dynamic/live" in name]


CALLBACKS = """
callback_templates:
  newsroom: {record_notify_url: https://hooks.example.com/live/x7Kq, callback_key: true}
callback_rules:
  everything: {domain: push.example.com, callback_template: newsroom}
  news: {domain: push.example.com, app: news, callback_template: newsroom}
"""


@pytest.mark.parametrize("source", ["config", "environment"])
def test_secret_keys_are_not_written(tmp_path: Path, source: str) -> None:
    """Neither key is in a plan, output, or state, whether it comes from the config or from the environment.

    Without the key of its callbacks, a stack is not deployed.
    """
    secret, callback_key = "a-very-secret-key", "s3cretCallbackKey"
    with Emulator(now=NOW, secret_id="AKIDtest", secret_key=secret) as emulator:
        account = Account(emulator)
        project = LiveProject(tmp_path, account)
        if source == "config":
            for name, value in (("secretId", "AKIDtest"), ("secretKey", secret)):
                project.run("config", "set", "--secret", f"live-recording:{name}", value, "--stack", "dev")
            for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
                del project.environment[name]
            missing = project.refused(STACK + CALLBACKS)
            command = "pulumi config set --path live-recording:callbackKeys.newsroom --secret --stack dev"
            assert 'callback_templates.newsroom.callback_key: No key is set for "newsroom".' in missing
            assert command in missing
            project.run(*command.split()[1:], callback_key)
        else:
            project.environment["LIVE_RECORDING_CALLBACK_KEYS"] = json.dumps({"newsroom": callback_key})
        project.write(STACK + CALLBACKS)
        plan = tmp_path / "plan.json"
        commands = (
            ("preview", "--json", "--save-plan", str(plan)),
            ("up", "--yes", "--plan", str(plan)),
            ("refresh", "--yes", "--diff"),
        )
        runs = [project.run(*command, "--stack", "dev") for command in commands]
        assert len(account.rules()) == 5
        assert [live["CallbackKey"] for live in account.state["callback_templates"]] == [callback_key]
        assert {(rule["DomainName"], rule["AppName"]) for rule in account.state["callback_rules"]} == {
            ("push.example.com", ""),
            ("push.example.com", "news"),
        }

    outputs = [run.stdout + run.stderr for run in runs]
    files = [plan, *(tmp_path / "backend").rglob("*.json")]
    written = "".join(outputs + [file.read_text() for file in files])
    assert secret not in written
    assert callback_key not in written
    if source == "environment":
        assert "AKIDtest" not in written


def test_credentials_and_time_are_checked_before_a_change(tmp_path: Path, account: Account) -> None:
    """Missing keys, wrong keys, and a simulated time on a real endpoint: each is one sentence, and nothing changes."""
    project = LiveProject(tmp_path, account)
    known = dict(project.environment)
    project.environment["TENCENTCLOUD_SECRET_KEY"] = "wrong"
    assert "AuthFailure.SignatureFailure" in project.refused(STACK)

    project.environment = known | {"LIVE_RECORDING_ENDPOINT": "live.invalid"}
    assert "LIVE_RECORDING_NOW" in project.refused(STACK, "up", "--yes", "--skip-preview")

    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        del known[name]
    project.environment = known | {"HOME": str(project.directory)}
    account.emulator.clear_log()
    assert "warning: " in project.run("preview", "--stack", "dev").stdout
    assert "credentials" in project.refused(STACK, "up", "--yes", "--skip-preview")
    assert account.emulator.log == []
