"""Every sentence about a stack file, with the file that yields it.

`golden/err/NAME.yaml` yields exactly the lines of `NAME.out`; `golden/ok/NAME.yaml` yields nothing, not even a warning.
A file may begin with settings in comments: `# site: cn`, `# now: 2026-11-20T12:00Z`, `# owner: live-recording--dev`.
`pytest tests/lint/test_golden.py --rewrite` writes the .out files anew: read the difference before you keep it.
"""

import hashlib
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest

from live_recording.core.findings import CATALOG, REVIEW_ONLY, Finding, errors
from live_recording.core.stack_ref import StackRef
from live_recording.core.vendor import SITES, SiteName
from live_recording.desired.declarations import desired_resources
from live_recording.project import CheckedFile, check_text
from tests.support.clock import NOW
from tests.support.emulated_account import in_comments

GOLDEN = Path(__file__).parent.parent / "golden"
ERR = sorted((GOLDEN / "err").glob("*.yaml"))
OK = sorted((GOLDEN / "ok").glob("*.yaml"))
DEFAULTS = {"site": "intl", "now": NOW.isoformat(), "owner": "live-recording--golden"}


def loaded(path: Path) -> CheckedFile:
    """The stack file, read with its own settings under its bare name."""
    text = path.read_bytes().decode("utf-8-sig")
    given = in_comments(DEFAULTS, text)
    site = SITES[cast("SiteName", given["site"])]
    return check_text(text, path.name, site, datetime.fromisoformat(given["now"]), StackRef.parse(given["owner"]))


def shown(found: tuple[Finding, ...]) -> str:
    """One finding per line."""
    return "".join(f"{finding}\n" for finding in found)


@pytest.mark.parametrize("path", ERR, ids=lambda path: path.stem)
def test_findings_are_the_expected_lines(path: Path, request: pytest.FixtureRequest) -> None:
    """A file with mistakes yields exactly the lines beside it."""
    expected, seen = path.with_suffix(".out"), shown(loaded(path).findings)
    if request.config.getoption("--rewrite"):
        expected.write_text(seen, encoding="utf-8")

    assert seen
    assert seen == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_good_files_yield_nothing(path: Path) -> None:
    """A file without mistakes yields no finding, no warning either, and a plan."""
    read = loaded(path)
    given = in_comments(DEFAULTS, path.read_text(encoding="utf-8-sig"))

    assert shown(read.findings) == ""
    assert read.stack is not None
    now = datetime.fromisoformat(given["now"])
    assert desired_resources(
        read.stack, StackRef.parse(given["owner"]), SITES[cast("SiteName", given["site"])], now
    ).usage


@pytest.mark.parametrize("kind", sorted(CATALOG.keys() - REVIEW_ONLY))
def test_every_kind_has_a_file_of_its_name(kind: str) -> None:
    """Each id of a finding has a golden file called after it, in which it is found."""
    path = GOLDEN / "err" / f"{kind}.yaml"

    assert kind in {found.id for found in loaded(path).findings}


@pytest.mark.parametrize("path", ERR, ids=lambda path: path.stem)
def test_findings_are_sorted_and_in_the_file(path: Path) -> None:
    """Findings stand once, in the order of file, line, path and id, on lines that the file has."""
    found = loaded(path).findings
    places = [(f.file, f.line, f.path_text, f.id) for f in found]
    lines = len(path.read_bytes().decode("utf-8-sig").splitlines())

    assert places == sorted(places)
    assert len(set(found)) == len(found)
    assert all(1 <= f.line <= max(lines, 1) for f in found)


@pytest.mark.parametrize("path", ERR, ids=lambda path: path.stem)
def test_sentences_are_whole(path: Path) -> None:
    """A sentence begins like one, ends like one, stays in its line, and says nothing of exceptions."""
    for found in loaded(path).findings:
        assert found.sentence.isprintable()
        assert found.sentence.endswith((".", "?"))
        assert not found.sentence.endswith("..")
        assert not found.sentence.startswith(" ")
        assert "Error" not in found.sentence
        assert "  " not in found.sentence


def test_every_expectation_has_its_file() -> None:
    """No expected line is left over from a file that is gone."""
    assert {path.stem for path in (GOLDEN / "err").glob("*.out")} == {path.stem for path in ERR}
    assert OK


def test_errors_stop_and_warnings_do_not() -> None:
    """A file that only warns has a plan."""
    only_warned = [path for path in ERR if not errors(loaded(path).findings)]

    assert only_warned
    assert all(loaded(path).stack is not None for path in only_warned)


DIGEST = """
import hashlib, sys
from pathlib import Path
from tests.lint.test_golden import ERR, loaded, shown
print(hashlib.sha256("".join(shown(loaded(path).findings) for path in ERR).encode()).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_findings_are_the_same_bytes_again(seed: str) -> None:
    """Another process with another order of sets says the same, byte for byte."""
    again = subprocess.run(
        [sys.executable, "-c", DIGEST],
        cwd=GOLDEN.parent.parent,
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(GOLDEN.parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    here = hashlib.sha256("".join(shown(loaded(path).findings) for path in ERR).encode()).hexdigest()

    assert again.stdout.strip() == here
