"""`plan` and `deploy` with the real CLI: stacks that fail, stale plans, interrupted runs."""

import base64
import json
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from live_recording.emulator import Emulator
from tests.reliability.test_kills import wait
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject
from tests.support.pulumi_project import cli_directory
from tests.support.review_samples import RICH

RULE = """templates:
  match: {mp4: {record_interval: 1h, storage_time: 30d}}
rules:
  everything: {domain: push.example.com, template: match}
"""
TASK = "  {}: {{domain: events.example.com, app: live, stream: {}, start: {}, end: {}, template: match}}\n"
ACKNOWLEDGED = """acknowledge:
  - {finding: recording-loss, path: templates.match, reason: A week is enough, until: 2026-11-27}
"""
SLOW = """#!/bin/sh
export LIVE_RECORDING_NOW=$(cat {0}/clock)
{1} "$@"
status=$?
case " $* " in *" preview "*)
    touch {0}/planned
    while [ ! -e {0}/go ]; do sleep 0.1; done
esac
exit $status
"""
"""A `pulumi` that waits behind its first preview, and goes by the clock in a file."""
TICKING = """
from datetime import datetime
from pathlib import Path
from live_recording.cli.app import app
from live_recording.config.settings import Settings
Settings.now = lambda _: datetime.fromisoformat(Path({0!r}, "clock").read_text(encoding="utf-8"))
app()
"""
"""Our command line, by that clock too."""


MODULE = ("-m", "live_recording")


class Pipeline(LiveProject):
    """The project with our command line in it."""

    def begin(
        self, *arguments: str, python: str = sys.executable, program: Sequence[str] = MODULE, **environment: str
    ) -> subprocess.Popen[str]:
        """`live-recording` with these arguments, both outputs in one pipe."""
        return subprocess.Popen(
            [python, *program, *arguments], cwd=self.directory, env=self.environment | environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def call(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Run `live-recording` to its end; return its exit code and output."""
        running = self.begin(*arguments, python=str(self.directory / ".venv/bin/python"), **environment)
        said, _ = running.communicate(timeout=300)
        return running.returncode, said

    @property
    def review(self) -> str:
        """The review of all stacks."""
        return (self.directory / "plans/review.md").read_text(encoding="utf-8")


@pytest.fixture
def pipeline(tmp_path: Path, account: Account) -> Pipeline:
    """Return the project with stack dev, on an empty account."""
    return Pipeline(tmp_path, account)


def task(name: str, start: timedelta, end: timedelta) -> str:
    """Return the line of a task, by its distance from now."""
    return TASK.format(name, name, *(f"{NOW + one:%Y-%m-%dT%H:%M:%SZ}" for one in (start, end)))


def test_stack_that_cannot_be_planned_hides_no_other(pipeline: Pipeline) -> None:
    """The others are planned and reviewed, and the comment says what is wrong with each that is not."""
    pipeline.write(RULE)
    pipeline.init("refused")
    pipeline.write(RULE.replace("template: match", "template: mach"), "refused")
    pipeline.write(RULE, "unmade")
    pipeline.init("elsewhere")
    pipeline.write(RULE, "elsewhere")
    pipeline.run("config", "set", "live-recording:region", "ap-moon", "--stack", "elsewhere")

    status, said = pipeline.call("plan")
    assert status == 3, said
    assert "unmade: Not planned: The backend has no stack unmade. Create it once: pulumi stack init unmade" in said
    verdicts = dict(
        line.split(": ", 1) for line in pipeline.review.splitlines() if line.startswith("- `") and "**:" in line
    )
    assert verdicts["- `dev`"].startswith("**No recording loss**")
    assert verdicts["- `refused`"].startswith("**Plan rejected (1 error)**")
    assert verdicts["- `unmade`"].startswith("**Not planned**: The backend has no stack unmade.")
    assert verdicts["- `elsewhere`"].startswith(
        '**Not planned**: Region "ap-moon" in live-recording:region has no recording tasks'
    )
    assert 'Unknown template "mach"' in pipeline.review
    assert "push.example.com/\\*/\\*" in pipeline.review or "push.example.com/*/*" in pipeline.review


def test_account_that_stops_answering_is_a_failure(pipeline: Pipeline, account: Account) -> None:
    """Where the account answers no more in the middle of a preview, the tool has failed: that is no verdict."""
    pipeline.write(RULE)
    account.emulator.fault("DescribeLiveRecordRules", "http502-before", count=99, skip=1)

    status, said = pipeline.call("plan", "dev")
    assert status == 3, said
    assert (
        "dev: Not planned: pulumi preview of stack dev failed: rules.everything: DescribeLiveRecordRules got no" in said
    )
    assert "- `dev`: **Not planned**: " in pipeline.review


def test_protected_entries_and_a_stack_without_a_file(pipeline: Pipeline, account: Account) -> None:
    """A plan that deletes or replaces a protected entry is rejected, and so is the change; one that is over blocks nothing.

    Who then deletes the stack file reads what becomes of what it declared; a stack that holds nothing is no matter.
    """
    template = RULE.partition("rules:")[0]
    rule = RULE.replace("template: match}", "template: match, protect: true}")
    final = FINAL.replace("}\n", ", protect: true}\n")
    pipeline.up(rule + DERBY + final)
    pipeline.write(template + DERBY + final.replace("stream: final", "stream: other"))
    status, said = pipeline.call("plan", "dev")
    assert status == 1, said
    advice = "but it is protected. First deploy the entry unchanged, without `protect`."
    assert f"rules.everything: This plan would delete it, {advice}" in said
    assert f"tasks.final: This plan would replace it, {advice}" in said
    assert "Plan rejected (2 errors)" in said

    pipeline.write(RULE + final)
    status, said = pipeline.call("plan", "dev")
    assert status == 1, said
    advice = (
        "It is protected until it ends, at 2026-11-21T06:00:00Z. To delete or replace it earlier, first deploy the "
        "entry unchanged, without `protect`."
    )
    assert f"schedules.derby: {advice}" in said
    assert "Plan rejected (1 error)" in said
    assert advice in pipeline.refused(RULE + final, "up", "--yes", "--skip-preview")

    pipeline.set_now(NOW + timedelta(days=2))
    pipeline.up(RULE + final)
    assert account.state["tasks"] != []
    assert [name for name in pipeline.state() if "derby" in name] == []
    assert [name for name, resource in pipeline.state().items() if resource.get("protect")] == []
    pipeline.set_now(NOW)
    (pipeline.directory / "stacks/dev.yaml").unlink()
    pipeline.init("unused")
    pipeline.init("other")
    pipeline.write("templates: {}\n", "other")

    status, said = pipeline.call("plan")
    assert status == 0, said
    sentence = "stacks/dev.yaml does not exist. Its objects stay in the account, and nothing more is created."
    assert f"dev: No stack file: {sentence} To delete them: pulumi destroy --stack dev" in said
    assert f"- `dev`: **No stack file**: {sentence}" in pipeline.review
    assert "unused" not in said + pipeline.review


def test_plan_that_was_not_written_is_no_plan(pipeline: Pipeline) -> None:
    """Where Pulumi fails in its last step, the tool has failed, whatever it printed before."""
    pipeline.write(RULE)
    (pipeline.directory / "plans/dev.plan").mkdir(parents=True)

    status, said = pipeline.call("plan", "dev")
    assert status == 3, said
    assert "pulumi preview of stack dev failed: " in said


STALE = {
    "falls-due": task("later", timedelta(days=6, hours=1), timedelta(days=6, hours=2)),
    "is-over": task("short", timedelta(minutes=-5), timedelta(minutes=30)),
    "was-never-made": task("missed", timedelta(minutes=10), timedelta(minutes=30)),
}
DERBY = (
    "schedules:\n  derby: {domain: events.example.com, app: live, stream: derby, rrule: FREQ=DAILY, until: 2026-11-21, "
    'at: "12:00", duration: 2h, template: match, protect: true}\n'
)
FINAL = "tasks:\n" + task("final", timedelta(days=1), timedelta(days=1, hours=2))


def deployed(pipeline: Pipeline, scratch: Path, before_apply: Callable[[], object]) -> tuple[int, str]:
    """Deploy with something happening between plan and apply; return exit code and output."""
    tools = scratch / "slow"
    tools.mkdir()
    (tools / "clock").write_text(NOW.isoformat(), encoding="utf-8")
    (tools / "pulumi").write_text(SLOW.format(tools, cli_directory() / "pulumi"), encoding="utf-8")
    (tools / "pulumi").chmod(0o755)
    ticking = ("-c", TICKING.format(str(tools)))
    running = pipeline.begin("deploy", "dev", program=ticking, PATH=f"{tools}:{pipeline.environment['PATH']}")
    for _ in wait("the first plan was made"):
        if (tools / "planned").exists():
            break
    later = NOW + timedelta(hours=2)
    pipeline.account.emulator.set_now(later)
    (tools / "clock").write_text(later.isoformat(), encoding="utf-8")
    before_apply()
    (tools / "go").touch()
    said, _ = running.communicate(timeout=120)
    return running.returncode, said


def test_stale_plan_is_made_again(pipeline: Pipeline, account: Account, tmp_path: Path) -> None:
    """Tasks become due, end, and end before their creation; the reviewed plan is applied anyway."""
    pipeline.up(RULE + FINAL + STALE["is-over"])
    pipeline.write(RULE.replace("30d", "7d") + FINAL + "".join(STALE.values()) + ACKNOWLEDGED)

    status, said = deployed(pipeline, tmp_path, lambda: None)
    assert status == 0, said
    assert "dev, plan 2: Acknowledged recording loss" in said
    assert said.endswith("Applied.\n")
    assert [t["Mp4Param"]["StorageTime"] for t in account.state["templates"]] == [7 * 86400]


def test_new_plan_with_other_effects_is_not_applied(pipeline: Pipeline, account: Account, tmp_path: Path) -> None:
    """A rule that appears after the review would also lose recordings, which the review did not show."""
    pipeline.up(RULE + FINAL)
    pipeline.write(RULE.replace("30d", "7d") + FINAL + STALE["falls-due"] + ACKNOWLEDGED)
    (template_id,) = account.rules().values()

    status, said = deployed(pipeline, tmp_path, lambda: account.rule(template_id, "push.example.com", "news"))
    assert status == 1, said
    assert "Not applied: the plan became stale and the new plan has other effects." in said
    assert "push.example.com/news/" in pipeline.review
    assert [t["Mp4Param"]["StorageTime"] for t in account.state["templates"]] == [30 * 86400]


def test_time_alone_is_no_new_meaning() -> None:
    """A loss that begins later, or is over, changes nothing for viewers; a new one does, and so does another picture."""
    (first, *rest) = RICH.losses
    assert replace(RICH, losses=(replace(first, sentence="From 12:01 on."), *rest)).has_no_new_effect(RICH)
    assert replace(RICH, losses=tuple(rest)).has_no_new_effect(RICH)
    assert not RICH.has_no_new_effect(replace(RICH, losses=tuple(rest)))
    assert not replace(RICH, patterns=RICH.patterns[1:]).has_no_new_effect(RICH)


def test_interrupted_deployment_releases_its_lock(pipeline: Pipeline, account: Account) -> None:
    """One signal to our process alone, as a cancelled job sends it, lets Pulumi end what is under way; then run again.

    Then nothing is to change, and a change of the state alone is applied, without a second preview.
    """
    pipeline.write(RULE)
    account.emulator.fault("CreateLiveRecordTemplate", "delay", seconds=2)
    deployment = pipeline.begin("deploy", "dev")
    for _ in wait("a template was being created"):
        if not account.emulator._gateway.faults.open:
            break
    deployment.send_signal(signal.SIGINT)
    said, _ = deployment.communicate(timeout=60)
    assert deployment.returncode == 3, said
    assert "Traceback" not in said

    status, said = pipeline.call("deploy", "dev")
    assert status == 0, said
    assert account.actions() == ["CreateLiveRecordRule", "CreateLiveRecordTemplate"]

    pipeline.run("refresh", "--yes", "--skip-preview", "--stack", "dev")  # writes the state in another form
    status, said = pipeline.call("deploy", "dev")
    assert (status, said.splitlines()[-1]) == (0, "Nothing to change."), said
    pipeline.write(RULE.replace("template: match", "template: match, protect: true"))
    status, said = pipeline.call("deploy", "dev")
    assert (status, said.splitlines()[-1]) == (0, "Applied."), said
    assert "Previewing update" not in said
    assert [name for name, resource in pipeline.state().items() if resource.get("protect")] == [
        "pulumi-python:dynamic/live:RecordRule::everything"
    ]


def test_locked_stack_is_reported(pipeline: Pipeline) -> None:
    """Where another run holds the lock, or was killed with it, nothing is applied and the way out is shown."""
    pipeline.write(RULE)
    lock = Path(
        pipeline.environment["PULUMI_BACKEND_URL"].removeprefix("file://"),
        ".pulumi/locks/organization/live-recording/dev/1.json",
    )
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(json.dumps({"pid": 1, "username": "op", "hostname": "elsewhere", "timestamp": NOW.isoformat()}))

    status, said = pipeline.call("deploy", "dev")
    assert status == 3
    assert said.endswith("If it was killed, run this, then run again: pulumi cancel --yes --stack dev\n")


def test_deployment_at_a_simulated_time_is_rejected_at_once(pipeline: Pipeline) -> None:
    """Against a real account nothing is even planned: no account is asked, no CLI is needed."""
    pipeline.write(RULE)

    status, said = pipeline.call("deploy", "dev", LIVE_RECORDING_ENDPOINT="live.example.com", PATH="/usr/bin:/bin")
    assert status == 2, said
    assert said.startswith("LIVE_RECORDING_NOW simulates another time")


def test_each_stack_is_planned_with_the_keys_in_its_config(pipeline: Pipeline, account: Account) -> None:
    """Two accounts in one run, their key pairs encrypted: each stack is reviewed against its own account, and applied there."""
    with Emulator(now=NOW, secret_id="other-id", secret_key="other-key") as emulator:
        other = Account(emulator)
        other.rule(other.template("by-hand"), "other.example.com")
        pipeline.init("other")
        for stack, one in (("dev", account), ("other", other)):
            pipeline.write(RULE, stack)
            pipeline.run("config", "set", "live-recording:endpoint", one.emulator.url, "--stack", stack)
            for key, value in (("secretId", one.emulator.secret_id), ("secretKey", one.emulator.secret_key)):
                pipeline.run("config", "set", "--secret", f"live-recording:{key}", value, "--stack", stack)
        for name in ("LIVE_RECORDING_ENDPOINT", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
            del pipeline.environment[name]

        status, said = pipeline.call("plan")
        assert status == 0, said
        reviews = {
            name: json.loads((pipeline.directory / f"plans/{name}.json").read_text()) for name in ("dev", "other")
        }
        assert {name: review["limits"][0]["before"] for name, review in reviews.items()} == {"dev": 0, "other": 1}
        assert pipeline.call("deploy", "other")[0] == 0
        assert other.actions() == ["CreateLiveRecordRule", "CreateLiveRecordTemplate"]
        assert account.actions() == []


def test_code_of_others_in_the_state_is_not_run(pipeline: Pipeline, account: Account, tmp_path: Path) -> None:
    """Write access to the state does not run code with the keys of a plan, a deployment, an audit or an adoption."""
    pipeline.up(RULE)
    file = pipeline.state_file()
    mark = tmp_path / "executed"
    code = pickle.dumps(_Executed(mark))
    state = json.loads(file.read_text(encoding="utf-8"))
    resources = state["checkpoint"]["latest"]["resources"]
    rule = next(resource for resource in resources if resource["type"].endswith("RecordRule"))
    rule["inputs"]["__provider"] = rule["outputs"]["__provider"] = base64.b64encode(code).decode()
    file.write_text(json.dumps(state), encoding="utf-8")
    account.changes()

    adopt = ("adopt", "--stack", "dev", "--out", "-", "--import-file", "new.json")
    for arguments in (("plan",), ("deploy", "dev"), ("audit", "dev"), adopt):
        status, said = pipeline.call(*arguments)
        assert status == 3, said
        assert "contains code that is not of this tool" in said
    assert not mark.exists()
    assert account.changes() == []


class _Executed:
    """A pickle that leaves a file when it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.mark,)
