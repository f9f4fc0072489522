"""Credentials of account B on a stack of account A, with the real CLI: each command stops and names both accounts."""

import json
import subprocess
from pathlib import Path

from live_recording.emulator import Emulator
from tests.support import warm_python
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject

A, B = "100000000001", "100000000002"
STACK = """
templates:
  archive: {mp4: {storage_time: 30d}}
rules:
  everything: {domain: push.example.com, template: archive}
  shared: {domain: old.example.com, template_id: 1001}
tasks:
  final: {domain: push.example.com, app: live, stream: final, start: 2026-11-21T20:00, duration: 2h, template: archive}
"""
CHANGED = STACK.replace("30d", "40d")
UP = ("up", "--yes", "--skip-preview", "--stack", "dev")
COMMANDS = {
    "preview": ("preview", "--stack", "dev"),
    "up": UP,
    "up-with-refresh": (*UP, "--refresh"),
    "refresh": ("refresh", "--yes", "--skip-preview", "--stack", "dev"),
    "destroy": ("destroy", "--yes", "--skip-preview", "--stack", "dev"),
}
VERBS = {
    "plan": ("plan", "dev"),
    "deploy": ("deploy", "dev"),
    "audit": ("audit", "dev"),
    "adopt": ("adopt", "--stack", "dev", "--out", "-", "--force"),
}


def test_credentials_of_another_account(tmp_path: Path, account: Account) -> None:
    """Both accounts have equal template ids; B gets no changing call, and the state stays as it was."""
    with Emulator(now=NOW, account=B) as other:
        for one in (account, Account(other)):
            one.template("shared")
        project = LiveProject(tmp_path, account)
        project.up(STACK)
        Account(other).template("of-another-user")
        before = _resources(project)
        project.write(CHANGED)
        wrong = {"LIVE_RECORDING_ENDPOINT": other.url}
        seen = {name: project.run(*command, check=False, env=wrong) for name, command in COMMANDS.items()}
        seen |= {name: _verb(project, wrong, *verb) for name, verb in VERBS.items()}

        for name, done in seen.items():
            output = done.stdout + done.stderr
            assert done.returncode, f"{name}: {output}"
            assert f"account {B}" in output, f"{name}: {output}"
            assert f"account {A}" in output, f"{name}: {output}"
            assert "Traceback" not in output
        assert other.changes == []
        assert _resources(project) == before


def _verb(project: LiveProject, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return warm_python.run(["live_recording", *arguments], project.directory, project.environment | environment)


def _resources(project: LiveProject) -> list[str]:
    """Return the bytes of what the state knows of each of our resources.

    The manifest has the time of the last operation, and resources have the line of the program that declared them.
    """
    return sorted(
        json.dumps([urn, *(resource[name] for name in ("id", "inputs", "outputs", "modified"))])
        for urn, resource in project.state().items()
        if "dynamic/live:" in urn
    )
