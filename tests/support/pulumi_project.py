"""The real Pulumi CLI for tests: a project directory with its own home and file backend.

Nothing of the caller's Pulumi or cloud account reaches a test. Programs run in the virtualenv that runs the tests.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support import key_service

INSTALL = Path(__file__).parent.parent.parent / "tools" / "pulumi" / "install.py"
PRIVATE = ("PULUMI_", "TENCENTCLOUD_", "LIVE_RECORDING_")


def callers() -> dict[str, str]:
    """Return the caller's environment, without Pulumi's variables and accounts; in CI some settings are not allowed."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PRIVATE) and name != "CI"}


@functools.cache
def cli_directory() -> Path:
    """Return the directory of the CLI; the first call on a machine may take minutes."""
    found = subprocess.run([sys.executable, INSTALL], stdout=subprocess.PIPE, text=True, check=True)
    return Path(found.stdout.strip())


def built_here(directory: Path) -> bool:
    """Return whether install.py built the CLI in this directory, rather than found a user's own."""
    return re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]{12}", directory.name) is not None


class Project:
    """A project directory, and the CLI that runs in it against a backend in `scratch`."""

    def __init__(self, directory: Path, scratch: Path) -> None:
        self.directory = directory
        for name in ("home", "backend"):
            (scratch / name).mkdir(parents=True, exist_ok=True)
        self.environment = callers() | {
            "PATH": os.pathsep.join([str(cli_directory()), f"{sys.prefix}/bin", os.environ["PATH"]]),
            "PULUMI_HOME": str(scratch / "home"),
            "PULUMI_BACKEND_URL": f"file://{scratch / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "for tests only",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "NO_COLOR": "1",
            **key_service.environment(),
        }

    @classmethod
    def throwaway(cls, root: Path, program: str) -> "Project":
        """Create a project in a new directory, with this program and a stack "dev"."""
        directory = root / "project"
        directory.mkdir()
        (directory / "__main__.py").write_text(program, encoding="utf-8")
        runtime = f'{{name: python, options: {{toolchain: pip, virtualenv: "{sys.prefix}"}}}}'
        (directory / "Pulumi.yaml").write_text(f"name: throwaway\nruntime: {runtime}\n", encoding="utf-8")
        project = cls(directory, root)
        (directory / "Pulumi.dev.yaml").write_text(project.add_stack("dev"), encoding="utf-8")
        project.environment["PULUMI_STACK"] = "dev"
        return project

    def add_stack(self, stack: str) -> str:
        """Create a stack and return the encryption for its config: a copy of an empty one, because `pulumi stack init` is slow."""
        backend, encryption = _empty_stack((self.directory / "Pulumi.yaml").read_text(encoding="utf-8"), stack)
        shutil.copytree(backend, self.environment["PULUMI_BACKEND_URL"].removeprefix("file://"), dirs_exist_ok=True)
        return encryption

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start a CLI and leave it running, both outputs in one pipe."""
        return subprocess.Popen(
            self._command(*arguments),
            cwd=self.directory,
            env=self.environment | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(
        self, *arguments: str, check: bool = True, timeout: float = 300, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the CLI to its end; with `check`, a failed one fails the test and shows both outputs."""
        done = subprocess.run(
            self._command(*arguments),
            cwd=self.directory,
            env=self.environment | dict(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(
                f"pulumi {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done

    def _command(self, *arguments: str) -> list[str | Path]:
        return [cli_directory() / "pulumi", "--non-interactive", *arguments]


_SCRATCH = TemporaryDirectory(prefix="live-recording-tests-")


@functools.cache
def _empty_stack(declared: str, stack: str) -> tuple[Path, str]:
    """Return a backend in which a project with this Pulumi.yaml has an empty stack, and the encryption in its config."""
    scratch = Path(_SCRATCH.name, sha256(declared.encode()).hexdigest(), stack)
    (scratch / "project").mkdir(parents=True)
    (scratch / "project/Pulumi.yaml").write_text(declared, encoding="utf-8")
    Project(scratch / "project", scratch).run("stack", "init", stack)
    (config,) = (scratch / "project").rglob(f"Pulumi.{stack}.yaml")
    return scratch / "backend", config.read_text(encoding="utf-8")
