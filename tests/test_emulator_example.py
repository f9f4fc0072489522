"""The emulator's page: what it says about faults is all there is, and its example runs exactly as it stands there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from provider.cli import app
from provider.emulator.control import PREFIX
from provider.emulator.faults import KINDS
from tests.pulumi_cli import Project

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/emulator.md").read_text(encoding="utf-8")


def blocks(heading: str, kind: str) -> list[str]:
    """The code blocks of a kind below a heading."""
    section = re.split(r"^#+ ", PAGE.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(rf"^```{kind}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def test_page_has_every_kind_of_fault() -> None:
    """The table of faults has a row for each kind and no other."""
    section = PAGE.partition("\n## Faults on order\n")[2].partition("\n### ")[0]

    assert set(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)) == set(KINDS)


def test_help_leads_to_the_control_path() -> None:
    """Who only reads the help learns where faults are ordered, and where to read on."""
    said = CliRunner().invoke(app, ["emulate", "--help"]).output

    assert f"URL{PREFIX}" in said
    assert "docs/emulator.md" in said


def test_example_runs_as_written(tmp_path: Path) -> None:
    """The commands of the page, in a shell, end well and print what stands below them."""
    directory = tmp_path / "checkout"
    directory.mkdir()
    for name in ("provider", ".venv"):
        (directory / name).symlink_to(ROOT / name)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, directory)
    shutil.copytree(ROOT / "stacks", directory / "stacks")
    environment = Project(directory, tmp_path).environment
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    commands, (shown,) = blocks("Try your own pipeline", "sh"), blocks("Try your own pipeline", "text")
    done = subprocess.run(
        ["sh", "-euc", "".join(commands)],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(shown)
