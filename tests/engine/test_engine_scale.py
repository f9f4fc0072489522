"""Large stacks through the real CLI, applied without checkpoints: killed, repaired, and within their memory."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from bench.rivals import HASTY, PATIENCE, Size, stack_file
from tests.pipeline.test_pipeline import Pipeline
from tests.reliability.test_kills import live_ids, processes_with
from tests.support.emulated_account import Account
from tests.support.live_project import ROOT, LiveProject
from tests.support.process_usage import ProcessUse
from tests.support.sdk_client import TASK
from tests.support.thoroughness import THOROUGH

KILLED = Size(5, 5, 1000 if THOROUGH else 60)  # more than 50 creates, so that they are applied without checkpoints
LARGE = 4000
DECLARED = LARGE if THOROUGH else 20  # in the stack; the account holds 4,000 in any case
MEMORY_MB = 300
UP = ("up", "--yes", "--skip-preview", "--stack", "dev")


def created(account: Account, action: str) -> int:
    """Return how many objects the calls of an action have created so far."""
    return sum(call["action"] == action and not call["code"] for call in account.emulator.log)


def test_killed_large_deployment_is_repaired(tmp_path: Path, account: Account) -> None:
    """Killed halfway, with nothing saved: the same command creates the rest, and nothing twice."""
    project = Pipeline(tmp_path, account)
    project.write(stack_file(KILLED))
    half = KILLED.tasks // 2
    account.emulator.fault("CreateRecordTask", "delay", count=half, skip=half, seconds=PATIENCE)
    deployment = project.begin("deploy", "dev")
    while created(account, "CreateRecordTask") < half:
        assert deployment.poll() is None, deployment.communicate()
        time.sleep(0.05)
    (cli,) = processes_with("--plan", project.directory)
    os.kill(cli, signal.SIGKILL)
    said, _ = deployment.communicate(timeout=PATIENCE)
    assert deployment.returncode == 3, said
    assert f"Applying without checkpoints: {KILLED.all} creates, " in said
    assert said.endswith("run again before any other change: pulumi cancel --yes --stack dev\n")
    assert created(account, "CreateRecordTask") < KILLED.tasks
    account.emulator.clear_faults()
    assert not [name for name in project.state() if "dynamic/live:" in name]
    status, said = project.call("deploy", "dev")
    assert status == 0, said
    assert f"The lock of a killed run (process {cli} of this machine) is removed." in said

    state, tasks = account.state, Counter(task["StreamName"] for task in account.state["tasks"])
    assert set(tasks.values()) == {1}
    assert (len(state["templates"]), len(state["rules"]), len(tasks)) == KILLED[:3]
    assert created(account, "CreateRecordTask") == KILLED.tasks
    known = [r["id"] for r in project.state().values() if r["type"].endswith(("RecordTemplate", "RecordTask"))]
    assert sorted(known) == live_ids(account.emulator)
    project.run("preview", "--expect-no-changes", "--stack", "dev", timeout=PATIENCE)


def test_check_accepts_4000_tasks(tmp_path: Path) -> None:
    """`check` reads a file of 4,000 tasks and finds no problem."""
    file = tmp_path / "large.yaml"
    file.write_text("time_zone: UTC\n" + stack_file(Size(50, 50, LARGE)), encoding="utf-8")
    command = [sys.executable, "-m", "live_recording", "check", str(file), "--format", "json"]
    environment = {"LIVE_RECORDING_NOW": "2026-11-20T12:00Z"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["findings"] == []


def test_account_of_4000_tasks_fits_in_memory(tmp_path: Path, account: Account) -> None:
    """With 4,000 tasks in the account, an up and a preview work, and the provider stays under 300 MB."""
    for number in range(LARGE - DECLARED):
        other = TASK | {"DomainName": "other.example.com", "StreamName": f"s{number}"}
        answer = account.emulator.service.call("CreateRecordTask", other, "ap-singapore")
        assert isinstance(answer, dict), answer
    project = LiveProject(tmp_path, account, warm=False)  # a forked provider would be measured with its server's memory
    project.write(stack_file(Size(1, 1, DECLARED)))
    with ProcessUse(project.directory) as use:
        project.run(*UP, env=HASTY, timeout=PATIENCE)
        project.run("preview", "--expect-no-changes", "--stack", "dev", timeout=PATIENCE)

    assert len(account.state["tasks"]) == LARGE
    assert 0 < use.kinds["provider"].megabytes < MEMORY_MB


def test_program_sends_debug_messages_only_on_request(tmp_path: Path, account: Account) -> None:
    """The SDK's four messages for each resource reach the engine only with LIVE_RECORDING_DEBUG=1."""
    project = LiveProject(tmp_path, account)
    project.write(stack_file(Size(1, 1, 1)))
    for value, sent in (("", False), ("1", True)):
        done = project.run("preview", "--debug", "--stack", "dev", env={"LIVE_RECORDING_DEBUG": value})
        assert ("name=k0, custom=True" in done.stdout + done.stderr) is sent
