"""Our own project under the real CLI: a scratch copy with its own backend, on an emulated account."""

import json
import shutil
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.emulated_account import Account
from tests.support.pulumi_project import Project

ROOT = Path(__file__).parent.parent.parent
HEAD = "time_zone: Asia/Shanghai\n"


class LiveProject(Project):
    """A copy of this project, perhaps of another *name*, with the stack "dev", whose file a test writes."""

    def __init__(self, scratch: Path, account: Account, name: str = "live-recording") -> None:
        directory = scratch / "project"
        (directory / "stacks").mkdir(parents=True)
        declared = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
        (directory / "Pulumi.yaml").write_text(declared.replace("name: live-recording\n", f"name: {name}\n"), "utf-8")
        shutil.copy(ROOT / "__main__.py", directory)
        (directory / ".venv").symlink_to(ROOT / ".venv")
        super().__init__(directory, scratch)
        self.account = account
        live = ("LIVE_RECORDING_", "TENCENTCLOUD_")
        self.environment |= {name: value for name, value in account.environment.items() if name.startswith(live)}
        self.init("dev")

    def init(self, stack: str) -> None:
        """Another stack of the project, on the account's site; copied, because to make one takes most of a second."""
        made, encryption = _made((self.directory / "Pulumi.yaml").read_text(encoding="utf-8"), stack)
        shutil.copytree(made, self.environment["PULUMI_BACKEND_URL"].removeprefix("file://"), dirs_exist_ok=True)
        self.configure(stack, encryption)

    def configure(self, stack: str, encryption: str = "") -> None:
        """Set the stack's config."""
        config = f"{encryption}config:\n  live-recording:site: {self.account.emulator.site}\n"
        (self.directory / f"stacks/Pulumi.{stack}.yaml").write_text(config, encoding="utf-8")

    def write(self, text: str, stack: str = "dev") -> None:
        """Write the stack file of the stack."""
        (self.directory / "stacks" / f"{stack}.yaml").write_text(HEAD + text, encoding="utf-8")

    def up(self, text: str | None = None, *arguments: str, stack: str = "dev") -> str:
        """Apply; what the CLI said."""
        if text is not None:
            self.write(text, stack)
        return self.run("up", "--yes", "--skip-preview", "--stack", stack, *arguments).stdout

    def refused(self, text: str, *verb: str, stack: str = "dev", env: Mapping[str, str] | None = None) -> str:
        """Expect the CLI to reject this stack file without changes; return its output."""
        self.write(text, stack)
        self.account.emulator.clear_log()
        done = self.run(*(verb or ("preview",)), "--stack", stack, check=False, env=env)
        assert done.returncode, done.stdout
        assert self.account.changes() == []
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout + done.stderr

    def plan(self, text: str | None = None, *arguments: str, stack: str = "dev") -> dict[str, Any]:
        """Return the plan of `pulumi preview --json`."""
        if text is not None:
            self.write(text, stack)
        return self._json(self.run("preview", "--json", "--stack", stack, *arguments))

    def drift(self) -> dict[str, Any]:
        """Return the changes that a refresh would find."""
        return self._json(self.run("refresh", "--preview-only", "--json", "--stack", "dev"))

    def state(self, stack: str = "dev") -> dict[str, Any]:
        """Return the resources in the stack's state, by name."""
        exported = json.loads(self.run("stack", "export", "--stack", stack).stdout)
        found = exported["deployment"].get("resources", [])
        return {r["urn"].split("::", 2)[2]: r for r in found}

    @staticmethod
    def _json(done: CompletedProcess[str]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(done.stdout)
        return found


_SCRATCH = TemporaryDirectory(prefix="live-recording-tests-")


@cache
def _made(declared: str, stack: str) -> tuple[Path, str]:
    """Return a backend with a new stack of a project with this Pulumi.yaml, and the encryption settings of its config."""
    scratch = Path(_SCRATCH.name, sha256(declared.encode()).hexdigest(), stack)
    (scratch / "project/stacks").mkdir(parents=True)
    (scratch / "project/Pulumi.yaml").write_text(declared, encoding="utf-8")
    Project(scratch / "project", scratch).run("stack", "init", stack)
    return scratch / "backend", (scratch / f"project/stacks/Pulumi.{stack}.yaml").read_text(encoding="utf-8")


def steps(plan: Mapping[str, Any]) -> dict[str, str]:
    """Return the changes of a plan (name -> operation) for resources of this provider."""
    ours = (step for step in plan["steps"] if "dynamic/live:" in step["urn"] and step["op"] != "same")
    return {step["urn"].rpartition("::")[2]: step["op"] for step in ours}
