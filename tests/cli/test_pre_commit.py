"""The pre-commit hook: its entry runs, and it runs for the right files."""

import re
from pathlib import Path

import pytest
import yaml

from tests.support.pulumi_project import callers
from tests.support.verb_runner import run_verb

ROOT = Path(__file__).parent.parent.parent
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("template", "code"), [("archive", 0), ("archives", 1)])
def test_entry_checks_all_stacks(tmp_path: Path, template: str, code: int) -> None:
    """pre-commit runs the entry in the root directory, without names of files."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    text = f"templates:\n  archive: {{mp4: {{storage_time: 30d}}}}\nrules:\n  all: {{domain: a.example.com, template: {template}}}\n"
    (tmp_path / "stacks/dev.yaml").write_text(text, encoding="utf-8")
    command, *arguments = HOOK["entry"].split()
    done = run_verb(*arguments, directory=tmp_path, environment=callers())

    assert (command, HOOK["pass_filenames"]) == ("live-recording", False)
    assert done.returncode == code, done.stderr


FILES = {
    "stacks/dev.yaml": True,
    "stacks/shared/broadcast.yaml": True,
    "stacks/Pulumi.dev.yaml": True,
    "Pulumi.yaml": True,
    "sports/Pulumi.prod.yaml": True,
    "README.md": False,
    ".github/workflows/deploy.yaml": False,
}


@pytest.mark.parametrize(("path", "runs"), FILES.items(), ids=FILES)
def test_hook_runs_for_inputs_of_stacks(path: str, runs: bool) -> None:
    """Any file that `check` reads starts it, and no other one."""
    assert bool(re.search(HOOK["files"], path)) == runs
