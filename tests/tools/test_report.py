"""`tools/report`: updates its own comment and its own issue, and leaves those of others alone."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.workflow_runner import GH, ROOT

FIRST = "<!-- live-recording review: dev -->\n**Recording loss**\n"
SECOND = "<!-- live-recording review: dev, prod -->\n**Nothing changes**\n"
OTHERS = (
    {"viewerDidAuthor": False, "body": FIRST, "url": "https://github.com/o/r/pull/7#issuecomment-1"},
    {"viewerDidAuthor": True, "body": "Coverage: 97 %", "url": "https://github.com/o/r/pull/7#issuecomment-2"},
)
"""A comment of another user with the same marker, and a comment of another workflow with the same token."""
PERSONAL = {"number": 1, "title": "Drift", "author": {"is_bot": False}, "state": "open", "body": "Is there any?"}
LONG = "## audit\n\n```text\n" + "somebody made a rule by hand\n" * 4000 + "```\n"

Kept = Mapping[str, list[dict[str, Any]]]


class GitHub:
    """The data that GitHub keeps, and a directory for reports."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "gh").write_text(GH, encoding="utf-8")
        (directory / "gh").chmod(0o755)
        self.file = directory / "github.json"

    def keeps(self, kept: Mapping[str, object]) -> None:
        """Set what GitHub keeps."""
        self.file.write_text(json.dumps(kept), encoding="utf-8")

    def report(self, *arguments: str, text: str | None = None) -> Kept:
        """Run the tool, with a report if *text* is given; return what GitHub keeps afterwards."""
        file = self.directory / "report.md"
        if text is not None:
            file.write_text(text, encoding="utf-8")
        environment = {"PATH": f"{self.directory}:{os.environ['PATH']}", "GH_KEPT": str(self.file)}
        command = [sys.executable, str(ROOT / "tools/report"), *arguments, *([str(file)] if text is not None else [])]
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        kept: Kept = json.loads(self.file.read_text(encoding="utf-8"))
        return kept


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    """Create a pull request with comments of others, and an issue of another user."""
    made = GitHub(tmp_path)
    made.keeps({"comments": OTHERS, "issues": [PERSONAL]})
    return made


def test_review_is_one_comment(github: GitHub) -> None:
    """A second review takes the place of the first one, and comments of others stay as they are."""
    github.report("comment", "7", text=FIRST)
    found = github.report("comment", "7", text=SECOND)["comments"]

    assert [one["body"] for one in found] == [*(one["body"] for one in OTHERS), SECOND]


def test_drift_is_one_issue_until_it_is_over(github: GitHub) -> None:
    """The issue is opened, updated, closed when drift is over, and opened again."""
    seen = []
    for text in ("One rule.", "Two rules.", None, None, "Another one."):
        found = github.report("issue", "Drift", text=text)["issues"]
        seen.append([(one["number"], one["state"], one["body"]) for one in found if one["author"]["is_bot"]])

    closed = (2, "closed", "Two rules.")
    assert seen == [
        [(2, "open", "One rule.")], [(2, "open", "Two rules.")], [closed], [closed], [closed, (3, "open", "Another one.")]
    ]  # fmt: skip
    assert found[0] == PERSONAL


def test_report_fits(github: GitHub) -> None:
    """GitHub refuses 65,536 letters; what is left out is said below the code, not in it."""
    (made,) = (one for one in github.report("issue", "Drift", text=LONG)["issues"] if one["author"]["is_bot"])

    assert 50_000 < len(made["body"]) < 65_536
    assert made["body"].count("\n```") == 2
    assert made["body"].endswith("\n```\n\nThis is too long for GitHub. The log of the job has the rest.\n")
