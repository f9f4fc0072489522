"""The golden stack files: each message about a stack file, with a file that produces it.

`golden/err/NAME.yaml` yields exactly the lines of `NAME.out`; `golden/ok/NAME.yaml` yields no finding, not even a warning.
A file can begin with settings in comments: `# site: cn`, `# now: 2026-11-20T12:00Z`, `# owner: live-recording--dev`,
`# config: other:site live-recording:sit` (the keys of its Pulumi config).
`pytest tests/lint/test_golden.py --rewrite` writes the .out files again: read the difference before you commit it.
"""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from live_recording.config.sources import unknown_keys
from live_recording.core.findings import ACCOUNT_ONLY, CATALOG, REVIEW_ONLY, Finding, errors
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES, Site, SiteName
from live_recording.desired.declarations import desired_resources
from live_recording.project import CheckedStack, check_text
from tests.support.clock import NOW
from tests.support.emulated_account import in_comments

GOLDEN = Path(__file__).parent.parent / "golden"
ERR = sorted((GOLDEN / "err").glob("*.yaml"))
OK = sorted((GOLDEN / "ok").glob("*.yaml"))
DEFAULTS = {"site": "intl", "now": NOW.isoformat(), "owner": "live-recording--golden", "config": ""}


@dataclass(frozen=True)
class GoldenFile:
    """A golden stack file, checked with the settings in its comments."""

    lines: int
    site: Site
    now: datetime
    owner: StackRef
    checked: CheckedStack

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings."""
        return self.checked.findings

    @property
    def output(self) -> str:
        """Return the findings as `check` prints them, one per line."""
        return "".join(f"{finding}\n" for finding in self.findings)


@cache
def golden(path: Path) -> GoldenFile:
    """Check the file at *path* under its bare name."""
    text = path.read_bytes().decode("utf-8-sig")
    settings = in_comments(DEFAULTS, text)
    site = SITES[cast("SiteName", settings["site"])]
    now, owner = datetime.fromisoformat(settings["now"]), StackRef.parse(settings["owner"])
    config = [finding.at(path.name, 1) for finding in unknown_keys(settings["config"].split(), owner.project).values()]
    checked = check_text(text, path.name, site, now, owner).with_findings(config)
    return GoldenFile(len(text.splitlines()), site, now, owner, checked)


@pytest.mark.parametrize("path", ERR, ids=lambda path: path.stem)
def test_file_with_findings(path: Path, request: pytest.FixtureRequest) -> None:
    """A file in `err` yields the expected lines: sorted, each once, at lines of the file, in whole sentences."""
    file, expected = golden(path), path.with_suffix(".out")
    if request.config.getoption("--rewrite"):
        expected.write_text(file.output, encoding="utf-8")

    assert file.output
    assert file.output == expected.read_text(encoding="utf-8")
    places = [(f.file, f.line, f.path_text, f.id) for f in file.findings]
    assert places == sorted(places)
    assert len(set(file.findings)) == len(file.findings)
    assert all(1 <= f.line <= max(file.lines, 1) for f in file.findings)
    for finding in file.findings:
        assert_is_sentence(finding.sentence)


def assert_is_sentence(sentence: str) -> None:
    """Check that a message is one printable line of whole sentences and names no exception."""
    assert sentence.isprintable()
    assert sentence.endswith((".", "?"))
    assert not sentence.endswith("..")
    assert not sentence.startswith(" ")
    assert "Error" not in sentence
    assert "  " not in sentence


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_file_without_findings(path: Path) -> None:
    """A file in `ok` yields no finding, and a desired state."""
    file = golden(path)

    assert file.output == ""
    assert file.checked.stack is not None
    assert desired_resources(file.checked.stack, file.owner, file.site, file.now).usage


def test_each_finding_id_has_a_file_of_its_name() -> None:
    """Each finding id has a golden file that is named after it and yields it."""
    ids = CATALOG.keys() - REVIEW_ONLY - ACCOUNT_ONLY
    found = {name for name in ids if name in {f.id for f in golden(GOLDEN / "err" / f"{name}.yaml").findings}}

    assert found == ids


def test_each_expected_output_has_its_file() -> None:
    """No .out file is left over from a deleted stack file."""
    assert {path.stem for path in (GOLDEN / "err").glob("*.out")} == {path.stem for path in ERR}
    assert OK


def test_warnings_alone_leave_a_stack() -> None:
    """A file with warnings only still yields a stack."""
    with_warnings_only = [path for path in ERR if not errors(golden(path).findings)]

    assert with_warnings_only
    assert all(golden(path).checked.stack is not None for path in with_warnings_only)


DIGEST = """
import hashlib
from tests.lint.test_golden import ERR, golden
print(hashlib.sha256("".join(golden(path).output for path in ERR).encode()).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "4711"])
def test_output_is_byte_stable(seed: str) -> None:
    """Another process with another hash seed prints the same bytes."""
    root = GOLDEN.parent.parent
    process = subprocess.run(
        [sys.executable, "-c", DIGEST],
        cwd=root,
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert process.stdout.strip() == hashlib.sha256("".join(golden(path).output for path in ERR).encode()).hexdigest()
