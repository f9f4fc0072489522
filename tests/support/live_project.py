"""This project under the real CLI: a copy with a backend of its own, on an emulated account."""

import json
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from tests.support import warm_python
from tests.support.emulated_account import Account
from tests.support.pulumi_project import Project

ROOT = Path(__file__).parent.parent.parent
HEAD = "time_zone: Asia/Shanghai\n"


class LiveProject(Project):
    """A copy of this project, under any *name*, with the stack "dev", whose file the test writes. Not *warm*, its processes import everything."""

    def __init__(self, scratch: Path, account: Account, name: str = "live-recording", *, warm: bool = True) -> None:
        directory = scratch / "project"
        (directory / "stacks").mkdir(parents=True)
        declared = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
        (directory / "Pulumi.yaml").write_text(declared.replace("name: live-recording\n", f"name: {name}\n"), "utf-8")
        shutil.copy(ROOT / "__main__.py", directory)
        (directory / ".venv").symlink_to(warm_python.virtualenv() if warm else ROOT / ".venv")
        super().__init__(directory, scratch)
        self.account = account
        live = ("LIVE_RECORDING_", "TENCENTCLOUD_")
        self.environment |= {name: value for name, value in account.environment.items() if name.startswith(live)}
        self.init("dev")

    def init(self, stack: str) -> None:
        """Create a stack, on the account's site."""
        self.configure(stack, self.add_stack(stack))

    def configure(self, stack: str, encryption: str = "") -> None:
        """Write the config of a stack."""
        config = f"{encryption}config:\n  live-recording:site: {self.account.emulator.site}\n"
        (self.directory / f"stacks/Pulumi.{stack}.yaml").write_text(config, encoding="utf-8")

    def write(self, text: str, stack: str = "dev") -> None:
        """Write the stack file."""
        (self.directory / "stacks" / f"{stack}.yaml").write_text(HEAD + text, encoding="utf-8")

    def up(self, text: str | None = None, *arguments: str, stack: str = "dev") -> str:
        """Apply without a preview, and return the output."""
        if text is not None:
            self.write(text, stack)
        return self.run("up", "--yes", "--skip-preview", "--stack", stack, *arguments).stdout

    def refused(self, text: str, *verb: str, stack: str = "dev", env: Mapping[str, str] | None = None) -> str:
        """Run a command that must fail and change nothing, a preview unless *verb* names another; return both outputs."""
        self.write(text, stack)
        self.account.emulator.clear_log()
        done = self.run(*(verb or ("preview",)), "--stack", stack, check=False, env=env)
        assert done.returncode, done.stdout
        assert self.account.changes() == []
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout + done.stderr

    def plan(self, text: str | None = None, *arguments: str, stack: str = "dev") -> dict[str, Any]:
        """Return the output of `pulumi preview --json`."""
        if text is not None:
            self.write(text, stack)
        return self._json(self.run("preview", "--json", "--stack", stack, *arguments))

    def drift(self) -> dict[str, Any]:
        """Return what a refresh would find."""
        return self._json(self.run("refresh", "--preview-only", "--json", "--stack", "dev"))

    def state_file(self, stack: str = "dev") -> Path:
        """Return the file of the backend that has the state."""
        backend = Path(self.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
        project = Path(self.directory, "Pulumi.yaml").read_text(encoding="utf-8").partition("name: ")[2].split()[0]
        return backend / f".pulumi/stacks/{project}/{stack}.json"

    def state(self, stack: str = "dev") -> dict[str, Any]:
        """Return the resources in the state, by type and name; read from the backend's file, which costs no run."""
        saved = json.loads(self.state_file(stack).read_text(encoding="utf-8"))["checkpoint"]["latest"] or {}
        return {resource["urn"].split("::", 2)[2]: resource for resource in saved.get("resources") or []}

    def applied_config(self) -> dict[str, Any]:
        """Return the config that the resources of stack dev were deployed with, from the state."""
        (provider,) = (found for name, found in self.state().items() if name.startswith("pulumi:providers:"))
        inputs: dict[str, Any] = provider["inputs"]
        return inputs

    def outputs(self) -> dict[str, Any]:
        """Return the outputs of stack dev, from the state."""
        return next(
            found.get("outputs", {}) for found in self.state().values() if found["type"] == "pulumi:pulumi:Stack"
        )

    def set_now(self, now: datetime) -> None:
        """Set the time for program, provider, and account."""
        self.account.emulator.set_now(now)
        self.environment["LIVE_RECORDING_NOW"] = now.isoformat()

    @staticmethod
    def _json(done: CompletedProcess[str]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def steps(plan: Mapping[str, Any]) -> dict[str, str]:
    """Return the changes of a plan to our resources: name -> operation."""
    ours = (step for step in plan["steps"] if "dynamic/live:" in step["urn"] and step["op"] != "same")
    return {step["urn"].rpartition("::")[2]: step["op"] for step in ours}
