"""`make demo` shows what it announces, step by step, and changes nothing outside its checkout."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import doc_runner, warm_python
from tests.support.pulumi_project import callers, cli_directory

SHOWS = (
    (
        'rules.weather.template: Unknown template "reharsal". Did you mean "rehearsal"? [unknown-template]',
        "tasks.final: The recording starts at 2026-11-21T12:00Z but ends at 2026-11-21T04:30Z.",
    ),
    ("+ 11 created", 'push.dev.example.com/*/countdown      : "not recorded"', "10 of them changed something."),
    ("11 unchanged", "10 of them changed something."),
    ("is recorded by rules.headline, with studio, because it matches domain and stream (level 2).",),
    ("**Recording loss: ", "push.dev.example.com/\\*/headline is no longer recorded as FLV and HLS"),
    ("**Acknowledged recording loss: ", "/.demo/review.html"),
    ("drop-after, so its outcome was unknown.", "records final once, final-mix once, interview once."),
    ("partly recorded: events.dev.example.com/live/final (tasks.final)", "30 m of 2 h 30 m pushed are missing"),
    ("Left in the account: 0 templates, 0 rules, 0 tasks.", "Next: open .demo/review.html"),
)
"""What each step must show, in order."""
OLD_PYTHON = """#!/bin/sh
exec {} -c 'import sys; sys.version, sys.version_info = "3.9.2 (default)", (3, 9, 2); exec(sys.argv[1])' "$2"
"""
"""A command that behaves like an older Python, called with -c."""
PRIVATE_SETTINGS = {
    "LIVE_RECORDING_ENDPOINT": "https://example.com",
    "LIVE_RECORDING_NOW": "2031-01-01T00:00Z",
    "PULUMI_BACKEND_URL": "file:///nowhere",
    "TENCENTCLOUD_SECRET_ID": "AKID",
}
"""A user's own account and backend, which a demo must not use."""


class Demo(NamedTuple):
    """A demo that was run in a clone, with a home directory of its own."""

    checkout: Path
    home: Path
    done: subprocess.CompletedProcess[str]


def run(root: Path, settings: Mapping[str, str], edit: tuple[str, str] = ("\0", "")) -> Demo:
    """Run the demo like `make demo` in a checkout that is set up, with an edit of the dev stack."""
    demo = root / "demo"
    demo.mkdir(parents=True)
    checkout, home = demo / "checkout", demo / "home"
    doc_runner.copy(checkout, warm_python.virtualenv())
    stack = checkout / "stacks/dev.yaml"
    stack.write_text(stack.read_text(encoding="utf-8").replace(*edit), encoding="utf-8")
    home.mkdir()
    own = {"HOME": str(home), "TMPDIR": str(home), "PATH": f"{cli_directory()}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["tools/demo"],
        cwd=checkout,
        env=callers() | own | dict(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return Demo(checkout, home, done)


@pytest.fixture(name="demo", scope="module")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run one demo in an environment with private settings."""
    return run(tmp_path_factory.mktemp("run"), PRIVATE_SETTINGS)


def test_demo_shows_each_step(demo: Demo) -> None:
    """Every step is announced in one line, in order, and shows what it announces."""
    said = re.split(r"^== (\d+\. .*)$", demo.done.stdout, flags=re.MULTILINE)
    announced, shown = said[1::2], said[2::2]

    assert demo.done.returncode == 0, demo.done.stdout
    assert [line.partition(".")[0] for line in announced] == [str(1 + number) for number in range(len(SHOWS))]
    for text, expected in zip(shown, SHOWS, strict=True):
        assert [part for part in expected if part not in text] == [], text
    assert "Traceback" not in demo.done.stdout
    assert "\x1b[" not in demo.done.stdout


def test_demo_leaves_the_review_and_nothing_else(demo: Demo) -> None:
    """The review can be opened afterwards; the clone, the home directory and the scratch directory are as before."""
    status = subprocess.run(["git", "status", "--porcelain"], cwd=demo.checkout, capture_output=True, text=True, check=True)  # fmt: skip

    assert sorted(path.name for path in (demo.checkout / ".demo").iterdir()) == ["review.html", "review.md"]
    assert "<!doctype html>" in (demo.checkout / ".demo/review.html").read_text(encoding="utf-8")[:100].lower()
    assert f"{demo.checkout}/.demo/review.html" in demo.done.stdout
    assert status.stdout == ""
    assert [str(path.relative_to(demo.home)) for path in demo.home.rglob("*")] == []


def test_old_python_is_refused(tmp_path: Path) -> None:
    """A Python that is too old is reported before anything is installed, with how to choose another one."""
    old = tmp_path / "python3.9"
    old.write_text(OLD_PYTHON.format(sys.executable), encoding="utf-8")
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(doc_runner.ROOT / name, tmp_path)

    made = subprocess.run(["make", "demo", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 2
    assert f"{old} is Python 3.9.2, but 3.11 or newer is needed. Name one: make demo PYTHON=python3.12\n" in made.stderr
    assert not (tmp_path / ".venv").exists()


def test_demo_says_when_the_stack_was_edited(tmp_path: Path) -> None:
    """If the changes do not fit the stack file, the demo ends with a message before anything is applied."""
    demo = run(tmp_path, {}, edit=("  final: {", "  endgame: {"))

    assert demo.done.returncode == 1
    assert "stacks/dev.yaml has changed, so examples/changes/mistake.patch does not apply." in demo.done.stdout
    assert "== 2." not in demo.done.stdout
    assert not list((demo.checkout / ".demo").iterdir())
