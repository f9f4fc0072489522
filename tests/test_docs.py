"""The documentation says what the code does: generated parts, links, commands with their output, and sentences."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from provider.cli import app
from provider.core.findings import KINDS, errors
from provider.core.limits import SITES
from provider.stackfile import load
from tools import docs

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*/*.md"))]  # fmt: skip
VERBS = sorted(get_command(app).commands)  # type: ignore[attr-defined]  # an app of several verbs is a group
CHEAP = re.compile(r"python -m provider (check|explain|schema)\b")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!\w+:)([^)#]*)(?:#([^)]+))?\)")


def name(path: Path) -> str:
    """A page as its test is called."""
    return str(path.relative_to(ROOT))


def text(page: Path) -> str:
    """What the page says."""
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(page: Path) -> Iterator[tuple[str, str]]:
    """The cheap commands of a page whose output is shown, with that output."""
    for (kind, block), (after, output) in pairwise(BLOCK.findall(text(page))):
        lines = [line for line in block.splitlines() if CHEAP.match(line)]
        if kind == "sh" and after == "text" and lines:
            yield lines[-1], output


SHOWN = [(page, *shown) for page in PAGES if "examples" not in page.parts for shown in commands(page)]


def scratch(root: Path) -> Path:
    """A copy of what the documentation tool and the command line read and write."""
    for folder in ("docs", "schema", "stacks", "tools", "tests/golden"):
        shutil.copytree(ROOT / folder, root / folder)
    for file in ("README.md", "Pulumi.yaml"):
        shutil.copy(ROOT / file, root)
    (root / "provider").symlink_to(ROOT / "provider")
    return root


def run(directory: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of this Python in the directory, whatever its exit status, without anybody's settings."""
    environment = {"LIVE_RECORDING_NOW": "2026-11-20T12:00Z"}
    return subprocess.run(
        [sys.executable, *command], cwd=directory, env=environment, capture_output=True, text=True, check=False
    )


def test_generated_parts_are_current() -> None:
    """What `make docs` writes is what stands there."""
    assert docs.stale() == []


def test_check_names_what_is_stale(tmp_path: Path) -> None:
    """`--check` names each stale file and fails; without it they are written anew."""
    root = scratch(tmp_path)
    for path in ("docs/findings.md", "schema/stack.schema.json"):
        (root / path).write_text("old\n", encoding="utf-8")

    stale = run(root, "tools/docs.py", "--check")
    assert (stale.returncode, stale.stdout.split()) == (1, ["docs/findings.md", "schema/stack.schema.json"])
    assert run(root, "tools/docs.py").returncode == 0
    assert run(root, "tools/docs.py", "--check").returncode == 0
    assert text(root / "docs/findings.md") == text(ROOT / "docs/findings.md")


def test_every_table_stands_on_a_page() -> None:
    """No generated table is left unused, and none is asked for that is not there."""
    asked = {found[1] for page in PAGES for found in docs.MARKED.findall(text(page))}

    assert asked == set(docs.TABLES)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that is there, and a heading that it has."""
    for path, anchor in LINK.findall(BLOCK.sub("", text(page))):
        target = (page.parent / path) if path else page

        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_are_documented(verb: str) -> None:
    """Each verb stands on a page and has help with an example."""
    said = CliRunner().invoke(app, [verb, "--help"]).output

    assert any(f"provider {verb}" in text(page) for page in PAGES)
    assert f"Example: python -m provider {verb}" in said


@pytest.mark.parametrize("id_", KINDS)
def test_findings_are_documented(id_: str) -> None:
    """Each finding has a section, with an example that shows it."""
    section = text(ROOT / "docs/findings.md").partition(f"\n## {id_}\n")[2].partition("\n## ")[0]

    assert f"[{id_}]" in section


@pytest.mark.parametrize(("page", "command", "output"), SHOWN, ids=[f"{name(p)}-{i}" for i, (p, _, _) in enumerate(SHOWN)])  # fmt: skip
def test_shown_output_is_the_output(
    page: Path, command: str, output: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A command on a page prints what stands below it; `--rewrite` puts it there."""
    root = scratch(tmp_path)
    for block in re.findall(r"^```yaml\n(# (stacks/\S+\.yaml)\n.*?)^```$", text(page), re.DOTALL | re.MULTILINE):
        (root / block[1]).write_text(block[0], encoding="utf-8")

    done = run(root, *shlex.split(command)[1:])
    if request.config.getoption("--rewrite"):
        page.write_text(text(page).replace(output, done.stdout + done.stderr), encoding="utf-8")
        return
    assert done.stdout + done.stderr == output


SNIPPETS = [(page, block) for page in PAGES if page.name != "findings.md" for kind, block in BLOCK.findall(text(page)) if kind == "yaml" and not block.startswith("# stacks/")]  # fmt: skip


@pytest.mark.parametrize(("page", "block"), SNIPPETS, ids=[f"{name(p)}-{i}" for i, (p, _) in enumerate(SNIPPETS)])
def test_snippets_are_parts_of_stack_files(page: Path, block: str) -> None:
    """A stack file on a page has no mistake but that it may leave its templates out."""
    loaded = load(block, page.name, SITES["intl"], datetime(2026, 11, 20, 12, tzinfo=UTC), "live-recording--docs")

    assert {found.id for found in errors(loaded.findings)} <= {"unknown-template"}


def test_readme_shows_output() -> None:
    """The tour in the README is among the commands that are run."""
    assert {CHEAP.match(command)[1] for page, command, _ in SHOWN if page.name == "README.md"} >= {"check", "explain"}  # type: ignore[index]  # SHOWN has matching commands only


SOURCES = [*(ROOT / "provider").glob("*.py"), *(ROOT / "provider/core").glob("*.py"), ROOT / "tools/pulumi/install.py"]
SAID_BY_OTHERS = ("ModuleNotFoundError",)


def test_troubleshooting_quotes_the_code() -> None:
    """Each sentence that heads a section is one that the code says, but for what stands in its gaps."""
    code = re.sub(r'"\s*\n\s*f?"', "", "".join(text(path) for path in SOURCES))
    headings = re.findall(r"^### (.+)$", text(ROOT / "docs/troubleshooting.md"), re.MULTILINE)
    parts = [part for heading in headings if not heading.startswith(SAID_BY_OTHERS) for part in heading.split("...")]

    assert parts
    assert [part for part in parts if part.strip(" :") not in code] == []
