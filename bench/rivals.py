"""The measured programs: our project, the floor, and a peer that makes one call per object.

All three declare the same resources under the same names with the same inputs, each with a backend of its own.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Self

from live_recording.emulator import Emulator
from tests.support.emulated_account import Account
from tests.support.live_project import LiveProject
from tests.support.pulumi_project import Project

HASTY = {"PULUMI_SKIP_CHECKPOINTS": "true"}
"""The environment in which the engine saves its state once, at the end."""
PATIENCE = 1800.0
INERT = Path(__file__).parent / "inert.py"


class Size(NamedTuple):
    """How large a stack is, and how it is applied: `50+50+200`, or `50+50+200-hasty` without checkpoints."""

    templates: int
    rules: int
    tasks: int
    hasty: bool = False

    @classmethod
    def of(cls, text: str) -> Self:
        """Parse a size. Raises ValueError with a message."""
        found = re.fullmatch(r"(\d+)\+(\d+)\+(\d+)(-hasty)?", text)
        if not found or not 1 <= int(found[1]) <= 50 or int(found[2]) > 50:  # noqa: PLR2004 - the account's limit
            raise ValueError(
                f'"{text}" is not a size. Write TEMPLATES+RULES+TASKS, such as 50+50+200 or 50+50+200-hasty.'
            )
        return cls(int(found[1]), int(found[2]), int(found[3]), bool(found[4]))

    @property
    def all(self) -> int:
        """Return how many resources there are."""
        return self.templates + self.rules + self.tasks

    def __str__(self) -> str:
        return f"{self.templates}+{self.rules}+{self.tasks}{'-hasty' * self.hasty}"


def stack_file(size: Size) -> str:
    """Return a stack file of that size without findings. Tasks are in the five days after the emulator's clock."""
    lines = ["limits: {rules: 60, templates: 60}", "templates:"]
    lines += [f"  t{n}: {{mp4: {{record_interval: 1h, storage_time: 30d}}}}" for n in range(size.templates)]
    lines += ["rules:"] if size.rules else []
    lines += [
        f"  r{n}: {{domain: push.example.com, app: app{n}, template: t{n % size.templates}}}" for n in range(size.rules)
    ]
    lines += ["tasks:"] if size.tasks else []
    lines += [_task(n, size.templates) for n in range(size.tasks)]
    return "\n".join(lines) + "\n"


def _task(n: int, templates: int) -> str:
    start = f"2026-11-2{1 + n % 5}T{n % 24:02}:00Z"
    stream = f"domain: events.example.com, app: live, stream: s{n}"
    return f"  k{n}: {{{stream}, start: {start}, duration: 2h, template: t{n % templates}}}"


CHECK = ("-m", "live_recording", "check", "stacks/dev.yaml")
"""The arguments of Python that check our stack file, without Pulumi."""
COMMANDS = {
    "up": ("up", "--yes", "--skip-preview"),
    "preview": ("preview",),
    "up again": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
}


class Rival:
    """A measured project and a copy of its empty backend."""

    def __init__(self, name: str, project: Project, scratch: Path) -> None:
        self.name, self.project = name, project
        self._backend, self._empty = scratch / "backend", scratch / "empty"
        shutil.copytree(self._backend, self._empty)

    def run(self, operation: str, *, hasty: bool) -> None:
        """Run one operation completely. Raises AssertionError or CalledProcessError if it fails."""
        if operation in COMMANDS:
            env = HASTY if hasty else {}
            self.project.run(*COMMANDS[operation], "--stack", "dev", env=env, timeout=PATIENCE)
        else:
            command, project = [sys.executable, *CHECK], self.project
            subprocess.run(command, cwd=project.directory, env=project.environment, stdout=subprocess.PIPE, check=True)

    def forget(self) -> None:
        """Restore the empty backend."""
        shutil.rmtree(self._backend)
        shutil.copytree(self._empty, self._backend)


class Rivals(NamedTuple):
    """The three, on one emulated account."""

    ours: Rival
    floor: Rival
    peer: Rival


def rivals(size: Size, scratch: Path, emulator: Emulator) -> Rivals:
    """Prepare all three. Ours is applied once, so that the others get its inputs and outputs."""
    live = LiveProject(scratch / "ours", Account(emulator), warm=False)  # as the others
    live.write(stack_file(size))
    ours = Rival("ours", live, scratch / "ours")
    ours.run("up", hasty=True)
    made = {urn.rpartition("::")[2]: found for urn, found in live.state().items() if "dynamic/live:" in urn}
    floor = _inert(scratch / "floor", "InertProvider", {name: found["inputs"] for name, found in made.items()})
    peer = _inert(scratch / "peer", "AskingProvider", {name: found["outputs"] for name, found in made.items()})
    asked = ("LIVE_RECORDING_", "TENCENTCLOUD_")
    peer.environment |= {name: value for name, value in live.environment.items() if name.startswith(asked)}
    found = Rivals(ours, Rival("floor", floor, scratch / "floor"), Rival("peer", peer, scratch / "peer"))
    found.peer.run("up", hasty=True)  # it only refreshes
    return found


def _inert(scratch: Path, provider: str, resources: dict[str, dict[str, object]]) -> Project:
    scratch.mkdir()
    project = Project.throwaway(scratch, f"import inert\n\ninert.declare(inert.{provider}())\n")
    shutil.copy(INERT, project.directory)
    plain = [(name, {k: v for k, v in props.items() if k != "__provider"}) for name, props in resources.items()]
    (project.directory / "resources.json").write_text(json.dumps(plain), encoding="utf-8")
    return project
