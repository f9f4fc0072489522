"""Faults, killed CLIs and killed providers through the real CLI: a second run leaves exactly what is declared."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.rivals import HASTY
from live_recording.emulator import Emulator
from live_recording.emulator.faults import KINDS
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject
from tests.support.pulumi_project import Project
from tests.support.thoroughness import THOROUGH

LATER = NOW + timedelta(hours=2)  # when the task derby runs
HELD = 3600.0  # seconds that a call waits; it continues when a process was killed
PATIENCE = 40.0
UP = ("up", "--yes", "--skip-preview", "--stack", "dev")
DESTROY = ("destroy", "--yes", "--skip-preview", "--stack", "dev")
TEMPLATE, RULE, TASK = "LiveRecordTemplate", "LiveRecordRule", "RecordTask"
CALLBACK_TEMPLATE, CALLBACK_RULE = "LiveCallbackTemplate", "LiveCallbackRule"

STACK = """
templates:
  archive: {mp4: {storage_time: 30d}}
  clips: {flv: {record_interval: 30m}}
rules:
  everything: {domain: push.example.com, template: archive}
  studio: {domain: push.example.com, app: studio, template: clips}
  headline: {domain: push.example.com, stream: headline, template: clips}
  camera: {domain: push.example.com, app: studio, stream: camera, template: archive}
  rehearsal: {domain: push.example.com, stream: rehearsal, record: false}
tasks:
  final: {domain: push.example.com, app: live, stream: final, start: 2026-11-21T20:00, duration: 2h, template: archive}
  derby: {domain: push.example.com, app: live, stream: derby, start: 2026-11-20T21:00, duration: 4h, template: clips}
callback_templates:
  newsroom: {record_notify_url: "https://hooks.example.com/x7Kq"}
  desk: {record_notify_url: "https://hooks.example.com/y8Lr"}
callback_rules:
  hook: {domain: push.example.com, callback_template: newsroom}
"""
HOLDS = """
callback rule / newsroom
callback template desk
callback template newsroom
rule // archive
rule //headline clips
rule //rehearsal no-record
rule /studio/ clips
rule /studio/camera archive
task derby clips
task final archive
template archive
template clips
template no-record
"""
"""What the account then holds, sorted."""


class Operation(NamedTuple):
    """A run of the CLI: the stack file, the command, its changing calls with their number, and the contents afterwards."""

    text: str
    holds: str
    calls: dict[str, int]
    command: tuple[str, ...] = UP


OPERATIONS = {
    "up": Operation(STACK, HOLDS, {f"Create{CALLBACK_TEMPLATE}": 2, f"Create{TEMPLATE}": 3, f"Create{CALLBACK_RULE}": 1, f"Create{RULE}": 5,
         f"Create{TASK}": 2}),
    "retarget": Operation(
        STACK.replace("push.example.com, template: archive", "push.example.com, template: clips")
        .replace("app: studio, template: clips", "app: studio, template: archive")
        .replace("callback_template: newsroom", "callback_template: desk"),
        HOLDS.replace("rule // archive", "rule // clips").replace("/studio/ clips", "/studio/ archive")
        .replace("rule / newsroom", "rule / desk"),
        {f"Delete{RULE}": 2, f"Create{RULE}": 2, f"Delete{CALLBACK_RULE}": 1, f"Create{CALLBACK_RULE}": 1},
    ),
    "rename": Operation(
        STACK.replace("clips", "shorts").replace("camera: {", "kamera: {").replace("final: {", "cup: {"),
        HOLDS.replace("clips", "shorts"),
        {f"Create{TEMPLATE}": 1, f"Delete{RULE}": 2, f"Create{RULE}": 2, f"Create{TASK}": 1, f"Stop{TASK}": 1,
         f"Delete{TASK}": 1, f"Delete{TEMPLATE}": 1},
    ),
    "replace": Operation(
        STACK.replace("archive: {mp4", "archive: {delay_live: true, mp4"),
        HOLDS.replace("template archive", "template archive slow"),
        {f"Create{TEMPLATE}": 1, f"Delete{RULE}": 2, f"Create{RULE}": 2, f"Create{TASK}": 1, f"Delete{TASK}": 1,
         f"Delete{TEMPLATE}": 1},
    ),
    "destroy": Operation(
        STACK, "",
        {f"Delete{RULE}": 5, f"Stop{TASK}": 1, f"Delete{TASK}": 2, f"Delete{TEMPLATE}": 3, f"Delete{CALLBACK_RULE}": 1,
         f"Delete{CALLBACK_TEMPLATE}": 2},
        DESTROY,
    ),
}  # fmt: skip


class Kill(NamedTuple):
    """The moment of a kill: the n-th call of an action is running; it is done after the kill, or never."""

    operation: str
    action: str
    nth: int
    fate: str
    checkpoints: str

    def __str__(self) -> str:
        return "-".join(map(str, self))


MOMENTS = [(name, action, nth) for name, op in OPERATIONS.items() for action, n in op.calls.items() for nth in range(1, n + 1)]  # fmt: skip
FATES = list(product(("done", "lost"), ("saved", "hasty")))
FIRST = [moment for moment in MOMENTS if moment[2] == 1]
EVERY = [Kill(*moment, *fate) for moment, fate in product(MOMENTS, FATES)]
KILLS = EVERY if THOROUGH else [Kill(*moment, *FATES[number % 4]) for number, moment in enumerate(FIRST[::2])]


class Copied(LiveProject):
    """A copy of a prepared project with its state, on another account."""

    def __init__(self, origin: Path, scratch: Path, account: Account) -> None:
        shutil.copytree(origin, scratch, symlinks=True, dirs_exist_ok=True)
        Project.__init__(self, scratch / "project", scratch)
        self.account = account
        live = ("LIVE_RECORDING_", "TENCENTCLOUD_")
        self.environment |= {name: value for name, value in account.environment.items() if name.startswith(live)}
        self.file = scratch / "backend/.pulumi/stacks/live-recording/dev.json"

    def ids(self) -> list[str]:
        """Return the ids of templates and tasks in the state, with those that are still to be deleted."""
        resources = json.loads(self.file.read_text())["checkpoint"]["latest"].get("resources") or []
        return sorted(r["id"] for r in resources if r["type"].endswith(("Template", "RecordTask")))

    def kill(self, cli: subprocess.Popen[str]) -> None:
        """Kill the CLI at a moment when state file and attributes are complete: docs/troubleshooting.md says what else to do."""
        for _ in wait("the state file was complete"):
            cli.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, cli.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            if all(_whole(file.read_bytes()) for file in (self.file, self.file.with_suffix(".json.attrs"))):
                cli.kill()
                return
            cli.send_signal(signal.SIGCONT)


def _whole(text: bytes) -> bool:
    try:
        return bool(json.loads(text))
    except ValueError:
        return False


def wait(what: str) -> Iterator[None]:
    """Yield until the caller stops. Fails after a while."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        yield
        time.sleep(0.03)
    raise AssertionError(f"Timeout: {what}.")


def prepared(operation: str, origins: dict[str, tuple[Path, str]], scratch: Path, emulator: Emulator) -> Copied:
    """Return the project and the account as they are before the operation, with its stack file."""
    origin, held = origins["empty" if operation == "up" else "applied"]
    emulator.service.restore(json.loads(held))
    emulator.set_now(LATER)
    project = Copied(origin, scratch, Account(emulator))
    project.environment["LIVE_RECORDING_NOW"] = LATER.isoformat()
    project.write(OPERATIONS[operation].text)
    return project


@pytest.fixture(name="origins", scope="module")
def _origins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str]]:
    """Prepare a project without a run, and one with the stack applied: its directory, and what the account holds."""
    root = tmp_path_factory.mktemp("origin")
    with Emulator(now=NOW) as emulator:
        project = LiveProject(root / "applied", Account(emulator))
        shutil.copytree(root / "applied", root / "empty", symlinks=True)
        empty = json.dumps(emulator.service.state())
        project.up(STACK)
        return {"empty": (root / "empty", empty), "applied": (root / "applied", json.dumps(emulator.service.state()))}


def holds(emulator: Emulator) -> list[str]:
    """Return what the account holds, one line for each object, so that a duplicate shows twice."""
    state = emulator.service.state()
    named = (*state["templates"], *state["callback_templates"])
    names = {t["TemplateId"]: t["TemplateName"].rpartition("--")[2] for t in named}
    rules = (f"rule /{r['AppName']}/{r['StreamName']} {names[r['TemplateId']]}" for r in state["rules"])
    tasks = (
        f"task {t['StreamName']} {names[t['TemplateId']]}{' stopped' * bool(t['Stopped'])}" for t in state["tasks"]
    )
    templates = (f"template {names[t['TemplateId']]}{' slow' * t['IsDelayLive']}" for t in state["templates"])
    callback_rules = (f"callback rule /{r['AppName']} {names[r['TemplateId']]}" for r in state["callback_rules"])
    callback_templates = (f"callback template {names[t['TemplateId']]}" for t in state["callback_templates"])
    return sorted((*rules, *tasks, *templates, *callback_rules, *callback_templates))


def live_ids(emulator: Emulator) -> list[str]:
    """Return the ids of templates and tasks in the account."""
    state = emulator.service.state()
    templates = (*state["templates"], *state["callback_templates"])
    return sorted([str(t["TemplateId"]) for t in templates] + [t["TaskId"] for t in state["tasks"]])


def repaired(project: Copied, emulator: Emulator, operation: Operation) -> None:
    """Run the operation again: account and state then hold exactly what is declared."""
    again = project.run(*operation.command, check=False)
    said = again.stdout + again.stderr
    assert again.returncode == 0, said
    assert "Traceback" not in said
    assert holds(emulator) == sorted(operation.holds.split("\n")[1:-1])
    assert project.ids() == live_ids(emulator)


def hold(emulator: Emulator, action: str, nth: int, fate: str) -> None:
    """Let the n-th call of the action wait until `let_go`; then it is done, or never."""
    emulator.fault(action, "delay" if fate == "done" else "drop-before", skip=nth - 1, seconds=HELD)


def let_go(emulator: Emulator) -> None:
    """Let the waiting call continue, and wait until it is over."""
    assert not any(call["fault"] for call in emulator.log), "the call was over before the kill"
    emulator.clear_faults()
    for _ in wait("the call under way was over"):
        if any(call["fault"] for call in emulator.log):
            break


@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_killed_cli_is_repaired_by_running_again(
    kill: Kill, origins: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    """Whenever the CLI is killed, with or without saved steps, the same command repairs everything."""
    operation, env = OPERATIONS[kill.operation], HASTY if kill.checkpoints == "hasty" else {}
    with Emulator(now=NOW) as emulator:
        project = prepared(kill.operation, origins, tmp_path, emulator)
        hold(emulator, kill.action, kill.nth, kill.fate)
        cli = project.start(*operation.command, env=env)
        for _ in wait(f"call {kill.nth} of {kill.action} was under way"):
            if not emulator._gateway.faults.open:
                break
        project.kill(cli)
        cli.communicate()
        let_go(emulator)
        project.run("cancel", "--yes", "--stack", "dev")
        repaired(project, emulator, operation)


def processes_with(word: str, directory: Path) -> list[int]:
    """Return the processes that work in the directory and have this argument."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_text().split("\0")
            if word in words and (process / "cwd").resolve().is_relative_to(directory):
                found.append(int(process.name))
        except OSError:
            continue
    return found


CALLED = [("up", f"Create{TASK}"), ("retarget", f"Create{RULE}"), ("replace", f"Create{TEMPLATE}"), ("destroy", f"Delete{RULE}")]  # fmt: skip
DEATHS = [*product(CALLED, ("done", "lost"))]


@pytest.mark.parametrize(("death", "fate"), DEATHS if THOROUGH else DEATHS[::3])
def test_killed_provider_is_repaired_by_running_again(
    death: tuple[str, str], fate: str, origins: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    """If the provider process dies during a call, the CLI ends, and the same command repairs everything."""
    name, action = death
    with Emulator(now=NOW) as emulator:
        project = prepared(name, origins, tmp_path, emulator)
        hold(emulator, action, 1, fate)
        cli = project.start(*OPERATIONS[name].command)
        for _ in wait(f"{action} was under way"):
            if not emulator._gateway.faults.open:
                break
        for provider in processes_with("pulumi.dynamic", project.directory):
            os.kill(provider, signal.SIGKILL)
        said, _ = cli.communicate(timeout=PATIENCE)
        assert cli.returncode, said
        assert "Traceback" not in said
        let_go(emulator)
        repaired(project, emulator, OPERATIONS[name])


CALLS = [(name, action) for name, operation in OPERATIONS.items() for action in operation.calls]
FAULTS = [
    (*call, kind)
    for number, (call, kind) in enumerate(product(CALLS, KINDS))
    if THOROUGH or number % 29 == 0  # a walk through all calls and all kinds
]


@pytest.mark.parametrize(("name", "action", "kind"), FAULTS)
def test_fault_needs_no_second_run(
    name: str, action: str, kind: str, origins: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    """A fault that occurs twice, with the engine's four parallel calls, needs no second run."""
    with Emulator(now=NOW) as emulator:
        project = prepared(name, origins, tmp_path, emulator)
        emulator.fault(action, kind, count=2, seconds=0.3 if kind == "delay" else 0)
        repaired(project, emulator, OPERATIONS[name])
