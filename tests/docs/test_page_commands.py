"""Every command on a page does what the page shows: pages are run whole, in order, each in one shell."""

import os
import subprocess
from pathlib import Path

import pytest

from live_recording.emulator import Emulator
from live_recording.emulator.domains import Domain
from tests.support import doc_runner, warm_python
from tests.support.clock import NOW
from tests.support.doc_runner import PAGES, ROOT
from tests.support.emulated_account import Account

RUN = [page for page in PAGES if "examples" not in page.parts and any(step.commands for step in doc_runner.steps(page))]
"""tests/docs/test_examples.py runs the pages of examples."""
BEGINNER = ROOT / "docs/tour.md"
"""Its reader has cloned the repository and nothing else."""
CN = {ROOT / "docs" / f"{name}.md" for name in ("adoption", "audit", "pipelines", "review")}
"""Their stack is prod, which is on site cn."""
ZONES = ("dev.example.com", "staging.example.com", "west.example.com", "example.com")
DOMAINS = tuple(Domain(name=f"{use}.{zone}") for zone in ZONES for use in ("push", "events", "check"))
"""Those of the example stacks and of the account to adopt; an account whose domains can be listed."""


def name(page: Path) -> str:
    """Return the test id of a page."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", RUN, ids=name)
def test_page_does_what_it_shows(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each block exits and prints as its page says; `--rewrite` updates the page with the printed output.

    Who follows the tour to its end has the clone that they began with.
    """
    directory = tmp_path / "project"
    doc_runner.copy(directory, warm_python.virtualenv())
    steps = doc_runner.steps(page)
    with Emulator(site="cn" if page in CN else "intl", now=NOW, domains=DOMAINS) as emulator:
        account = {} if page == BEGINNER else Account(emulator).environment
        environment = doc_runner.equipped(tmp_path, directory, account)
        ran = doc_runner.run(steps, directory, environment | ({"PATH": os.environ["PATH"]} if page == BEGINNER else {}))
    if request.config.getoption("--rewrite"):
        doc_runner.rewrite(page, steps, ran)
        return

    for step, seen in zip(steps, ran, strict=False):
        assert seen.exits == ((step.exits,) if step.exits else ()), f"{page.name}:{step.line}:\n{seen.printed}"
        assert step.shown is None or doc_runner.shows(step.shown, seen.printed), (
            f"{page.name}:{step.line}:\n{seen.printed}"
        )
    assert len(ran) == len(steps)
    if page == BEGINNER:
        assert (
            subprocess.run(["git", "status", "--porcelain"], cwd=directory, capture_output=True, check=True).stdout
            == b""
        )
