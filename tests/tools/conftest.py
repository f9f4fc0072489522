"""Fixtures of the tests that use the package as it is installed from its wheel."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Installation:
    """A wheel, and a virtualenv that holds it and its locked dependencies only."""

    wheel: Path
    virtualenv: Path


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Build the wheel and install it into an empty virtualenv, with the hashes of requirements.txt."""
    scratch = tmp_path_factory.mktemp("installation")
    virtualenv = scratch / "venv"
    uv = Path(sys.prefix) / "bin" / "uv"
    run = [str(uv), "--quiet", "--no-config"]
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", scratch], cwd=ROOT, check=True)
    (wheel,) = scratch.glob("*.whl")
    subprocess.run([*run, "venv", "--python", sys.executable, virtualenv], check=True)
    target = ["--python", str(virtualenv)]
    subprocess.run([*run, "pip", "sync", *target, "--require-hashes", ROOT / "requirements.txt"], check=True)
    template = ["--requirement", str(ROOT / "template" / "requirements.txt")]
    subprocess.run(
        [*run, "pip", "install", *target, "--offline", "--no-index", "--find-links", scratch, *template], check=True
    )
    return Installation(wheel, virtualenv)
