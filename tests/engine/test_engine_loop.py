"""The whole through the real CLI: up, up again, change, drift, destroy."""

import json
from pathlib import Path

import pytest

from live_recording.emulator import Emulator
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import ROOT, LiveProject, steps

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


@pytest.fixture(name="project")
def _project(tmp_path: Path, account: Account) -> LiveProject:
    return LiveProject(tmp_path, account)


def test_up_up_destroy(project: LiveProject, account: Account) -> None:
    """Each object is created once, a second up sends nothing, destroy leaves the account empty."""
    project.up(STACK)
    assert len(account.state["templates"]) == 3
    assert len(account.rules()) == 5
    assert len(account.state["tasks"]) == 2
    assert len(account.changes()) == 10

    project.run("up", "--yes", "--expect-no-changes", "--stack", "dev")
    project.run("refresh", "--yes", "--stack", "dev", "--expect-no-changes")
    assert account.changes() == []

    project.run("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert (account.state["templates"], account.rules(), account.state["tasks"]) == ([], {}, [])


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_example_stacks_apply(tmp_path: Path, stack: str, request: pytest.FixtureRequest) -> None:
    """Each example stack applies on its site, and a second plan is empty."""
    site = "cn_account" if "site: cn" in (ROOT / f"stacks/Pulumi.{stack}.yaml").read_text() else "account"
    account: Account = request.getfixturevalue(site)
    project = LiveProject(tmp_path, account)
    text = (ROOT / f"stacks/{stack}.yaml").read_text()
    (project.directory / "stacks/dev.yaml").write_text(text)
    project.up()
    project.run("refresh", "--yes", "--skip-preview", "--stack", "dev")
    project.run("preview", "--expect-no-changes", "--stack", "dev")


def test_changed_interval_shows_by_its_path_and_leaves_the_rules(project: LiveProject, account: Account) -> None:
    """A changed template is one update with the nested path; its rules are unchanged."""
    project.up(STACK)
    account.changes()
    plan = project.plan(STACK.replace("record_interval: 1h", "record_interval: 2h"))

    assert steps(plan) == {"archive": "update"}
    step = next(s for s in plan["steps"] if s["op"] == "update")
    assert step["detailedDiff"] == {"mp4.record_interval": {"kind": "update", "inputDiff": True}}

    project.up()
    assert account.actions() == ["ModifyLiveRecordTemplate"]


def test_drift_shows_by_name_and_a_gone_object_is_made_again(project: LiveProject, account: Account) -> None:
    """A refresh names the drifted field; what was deleted leaves the state, and the next up makes exactly that."""
    project.up(STACK)
    archive = next(t for t in account.state["templates"] if t["TemplateName"].endswith("archive"))
    account.by_hand("ModifyLiveRecordTemplate", TemplateId=archive["TemplateId"], Description="by hand")
    key = {"DomainName": "push.example.com", "AppName": "studio", "StreamName": "camera"}
    account.by_hand("DeleteLiveRecordRule", **key)

    found = {s["urn"].rpartition("::")[2]: s for s in project.drift()["steps"]}
    assert "description" in json.dumps(found["archive"].get("detailedDiff"))
    assert found["camera"]["op"] == "delete"

    project.run("refresh", "--yes", "--skip-preview", "--stack", "dev")
    project.up()
    assert account.actions() == ["CreateLiveRecordRule", "ModifyLiveRecordTemplate"]
    assert account.rules()["push.example.com", "studio", "camera"] == str(archive["TemplateId"])


FIVE = """
templates:
  archive: {mp4: {record_interval: 9h}}
  clips: {mp5: {}}
rules:
  a: {domain: push.example.com, template: archiv}
  b: {domain: push.example.com, stream: 012, template: archive}
tasks:
  t: {domain: push.example.com, app: live, stream: s, start: 2026-11-21T20:00, duration: 25h, template: archive}
"""


def test_five_mistakes_are_five_sorted_sentences(project: LiveProject, account: Account) -> None:
    """Every mistake is a sentence with its line, twice the same bytes, and nothing is declared."""
    said = [
        [line for line in project.refused(FIVE).splitlines() if line.strip().startswith("error: stacks/dev.yaml:")]
        for _ in range(2)
    ]

    assert said[0] == said[1]
    assert [line.split(":")[2] for line in said[0]] == ["4", "5", "7", "8", "10"]
    assert project.run("up", "--yes", "--stack", "dev", check=False).returncode
    assert not [name for name in project.state() if "dynamic/live" in name]
    assert account.changes() == []


@pytest.mark.parametrize("source", ["config", "environment"])
def test_no_secret_leaves_the_process(tmp_path: Path, source: str) -> None:
    """The key is in no state, plan, output or log, wherever it comes from."""
    secret = "a-very-secret-key"
    with Emulator(now=NOW, secret_id="AKIDtest", secret_key=secret) as emulator:
        _keep_secret(tmp_path, Account(emulator), source, secret)


def _keep_secret(tmp_path: Path, account: Account, source: str, secret: str) -> None:
    project = LiveProject(tmp_path, account)
    if source == "config":
        for name, value in (("secretId", "AKIDtest"), ("secretKey", secret)):
            project.run("config", "set", "--secret", f"live-recording:{name}", value, "--stack", "dev")
        for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
            del project.environment[name]
    project.write(STACK)
    plan = tmp_path / "plan.json"
    said = [
        project.run(*command, "--stack", "dev").stdout
        for command in (
            ("preview", "--json", "--save-plan", str(plan)),
            ("up", "--yes", "--plan", str(plan)),
            ("refresh", "--yes", "--diff"),
            ("stack", "export"),
        )
    ]
    assert len(account.rules()) == 5
    everything = (
        "".join(said) + plan.read_text() + "".join(f.read_text() for f in (tmp_path / "backend").rglob("*.json"))
    )
    assert secret not in everything
    if source == "environment":
        assert "AKIDtest" not in everything


@pytest.mark.parametrize(
    "text", ["{}", "templates: {archive: {mp4: {storage_time: 30d}}}"], ids=["nothing", "no-tasks"]
)
def test_stacks_without_tasks_apply(project: LiveProject, text: str) -> None:
    """A stack needs no task, and no entry at all."""
    (project.directory / "stacks/dev.yaml").write_text(text)
    project.up()
    project.run("preview", "--expect-no-changes", "--stack", "dev")


def test_without_credentials_a_preview_warns_and_an_up_refuses(project: LiveProject, account: Account) -> None:
    """Without keys only the file is checked, and one warning says so; nothing can be applied."""
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        del project.environment[name]
    project.environment["HOME"] = str(project.directory)
    project.write(STACK)
    previewed = project.run("preview", "--stack", "dev").stdout
    refused = project.run("up", "--yes", "--skip-preview", "--stack", "dev", check=False)

    assert "warning: No credentials found" in previewed
    assert refused.returncode
    assert "error: No credentials found; nothing can be applied." in refused.stdout
    assert account.emulator.log == []


def test_wrong_credentials_are_one_sentence(project: LiveProject) -> None:
    """A key that the vendor does not know is said once, with what to do."""
    project.environment["TENCENTCLOUD_SECRET_KEY"] = "wrong"
    said = project.refused(STACK)

    assert "AuthFailure.SignatureFailure" in said
    assert "Check the key pair" in said


def test_simulated_time_changes_no_real_account(project: LiveProject) -> None:
    """LIVE_RECORDING_NOW is for previews where the endpoint is not this machine."""
    project.environment["LIVE_RECORDING_ENDPOINT"] = "live.invalid"
    said = project.refused(STACK, "up", "--yes", "--skip-preview")

    assert "LIVE_RECORDING_NOW simulates another time" in said


def test_task_stopped_by_hand_is_an_output_and_no_drift(project: LiveProject, account: Account) -> None:
    """A task stopped outside this tool is shown by the stack, and not restarted."""
    project.up(STACK)
    task = next(t for t in account.state["tasks"] if t["StreamName"] == "final")
    account.by_hand("StopRecordTask", TaskId=task["TaskId"])
    project.run("refresh", "--yes", "--skip-preview", "--stack", "dev")
    project.run("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev")

    stopped = json.loads(project.run("stack", "output", "--json", "--stack", "dev").stdout)["stopped"]
    assert list(stopped) == ["final"]
    assert account.changes() == []
