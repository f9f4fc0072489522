"""Every command on a page does what the page shows: pages are run whole, in order, each in one shell."""

import os
import subprocess
from pathlib import Path

import pytest

from provider.emulator import Emulator
from tests import pages
from tests.emulator_client import NOW
from tests.fixtures import Account
from tests.pages import PAGES, ROOT

RUN = [page for page in PAGES if "examples" not in page.parts and any(step.commands for step in pages.steps(page))]
"""tests/test_examples.py runs the pages of examples."""
BEGINNER = ROOT / "README.md"
"""Its reader has cloned the repository and nothing else."""
CN = {ROOT / "docs" / f"{name}.md" for name in ("adoption", "audit", "pipelines", "review")}
"""Their stack is prod, which is on site cn."""


def name(page: Path) -> str:
    """A page as its test is called."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", RUN, ids=name)
def test_page_does_what_it_shows(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each block ends as the page says and prints what stands below it; `--rewrite` puts there what was printed.

    Who follows the README to its end has the clone that they began with.
    """
    directory = tmp_path / "project"
    pages.copy(directory)
    steps = pages.steps(page)
    with Emulator(site="cn" if page in CN else "intl", now=NOW) as emulator:
        account = {} if page == BEGINNER else Account(emulator).environment
        environment = pages.equipped(tmp_path, directory, account)
        ran = pages.run(steps, directory, environment | ({"PATH": os.environ["PATH"]} if page == BEGINNER else {}))
    if request.config.getoption("--rewrite"):
        pages.rewrite(page, steps, ran)
        return

    for step, seen in zip(steps, ran, strict=False):
        assert seen.exits == ((step.exits,) if step.exits else ()), f"{page.name}:{step.line}:\n{seen.printed}"
        assert step.shown is None or pages.shows(step.shown, seen.printed), f"{page.name}:{step.line}:\n{seen.printed}"
    assert len(ran) == len(steps)
    if page == BEGINNER:
        assert (
            subprocess.run(["git", "status", "--porcelain"], cwd=directory, capture_output=True, check=True).stdout
            == b""
        )
