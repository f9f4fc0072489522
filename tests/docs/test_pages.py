"""The documentation says what the code does: generated parts, links, snippets, sentences; see also test_docs_commands."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from live_recording.cli.app import VERBS
from live_recording.config.settings import KEYS
from live_recording.core.findings import ACCOUNT_ONLY, CATALOG, REVIEW_ONLY, errors
from live_recording.core.stack_ref import StackRef
from live_recording.core.streams import StreamKey
from live_recording.core.vendor import SITES
from live_recording.desired.explain import explain
from live_recording.project import check_text
from live_recording.resources import KINDS as RESOURCES
from tests.support import doc_runner
from tests.support.doc_runner import PAGES, ROOT
from tools import docs, picture, priority

FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!\w+:)([^)#]*)(?:#([^)]+))?\)")
GENERATED = ROOT / "docs/findings.md"
"""Its blocks are golden files."""
PARTS = [(page, part) for page in PAGES if page != GENERATED for part in doc_runner.parts(page)]


def name(path: Path) -> str:
    """Return the test id of a page."""
    return str(path.relative_to(ROOT))


def text(page: Path) -> str:
    """Return the text of the page."""
    return page.read_text(encoding="utf-8")


def place(page: Path, part: doc_runner.Part) -> str:
    """Return the location of a block and its kind."""
    return f"{name(page)}:{part.line} {part.kind}"


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def scratch(root: Path) -> Path:
    """Copy what the documentation tool reads and writes."""
    for folder in ("docs", "schema", "stacks", "tools", "tests/golden"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "README.md", root)
    return root


def run(directory: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this Python in the directory, without user settings and without a check of its exit status."""
    return subprocess.run(
        [sys.executable, *command], cwd=directory, env={}, capture_output=True, text=True, check=False
    )


def test_generated_parts_are_current() -> None:
    """The committed pages equal the output of `make docs`."""
    assert docs.stale() == []


def test_check_names_what_is_stale(tmp_path: Path) -> None:
    """`--check` names each stale file and fails; without it they are rewritten."""
    root = scratch(tmp_path)
    for path in ("docs/findings.md", "schema/stack.schema.json"):
        (root / path).write_text("old\n", encoding="utf-8")

    stale = run(root, "tools/docs.py", "--check")
    assert (stale.returncode, stale.stdout.split()) == (1, ["docs/findings.md", "schema/stack.schema.json"])
    assert run(root, "tools/docs.py").returncode == 0
    assert run(root, "tools/docs.py", "--check").returncode == 0
    assert text(root / "docs/findings.md") == text(ROOT / "docs/findings.md")


def test_picture_is_current() -> None:
    """The terminal in the README shows what the commands of the tour print today, and fetches nothing."""
    drawn = picture.drawn()

    assert drawn == text(picture.PICTURE)
    known = {"http://www.w3.org/2000/svg", "https://www.textualize.io", "http://127.0.0.1"}  # the last is shown text
    assert set(re.findall(r"\w+://[\w./]+", drawn)) <= known


def test_picture_of_priority_is_what_explain_says() -> None:
    """Each stream of the picture has one winner, with the template that the command names; and the page shows it."""
    rows = list(priority.rows())
    stack = priority.stack()
    for place, stream in enumerate(priority.STREAMS):
        (winner,) = [row for row in rows if row.cells[place] not in (None, priority.OUTRANKED)]
        found = explain(stack, StreamKey("push.dev.example.com", *stream), datetime(2026, 11, 20, 12, tzinfo=UTC))
        assert found.winner
        assert found.winner.path == f"rules.{winner.name}"
        assert winner.cells[place] == priority.cell(found.winner.template)
    assert "](priority.svg)" in text(ROOT / "docs/priority.md")


def test_every_table_is_on_a_page() -> None:
    """Every generated table is used, every requested one exists, and each resource has its docstring."""
    asked = {found[1:3] for page in PAGES for found in docs.MARKED.findall(text(page))}

    assert {name for kind, name in asked if kind == "table"} == set(docs.TABLES)
    for part in ("docstring", "arguments"):
        assert {name for kind, name in asked if kind == part} == {made.__name__ for made in RESOURCES.values()}


@pytest.mark.parametrize(
    ("resource", "required", "replaces"),
    [
        ("RecordTemplate", [], "`delay_live`, `cos_store`"),
        ("RecordRule", ["domain", "template_id"], "`domain`, `app`, `stream`"),
        ("RecordTask", ["domain", "app", "stream"], "every argument but `protect`"),
        ("LiveRecord", ["stream"], "every argument but `protect`"),
    ],
)
def test_resources_page_says_what_is_needed_and_what_replaces(
    resource: str, required: list[str], replaces: str
) -> None:
    """The arguments of a resource are those that its constructor requires and that its diff replaces."""
    line = docs.arguments(resource)

    assert re.findall(r"\*\*`(\w+)`\*\*", line) == required
    assert line.endswith(f"Replaced when this changes: {replaces}.\n")


def test_every_page_is_tested() -> None:
    """Every page is tested here, except those of packages and scratch directories, and the template's: see test_template."""
    everywhere = {page for page in ROOT.rglob("*.md") if not any(part.startswith(".") for part in page.relative_to(ROOT).parts)}  # fmt: skip

    assert {page for page in everywhere if not {"golden", "template"} & set(page.parts)} == set(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that is there, and a heading that it has."""
    for path, anchor in LINK.findall(FENCED.sub("", text(page))):
        target = (page.parent / path) if path else page

        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_readme_leads_to_every_page() -> None:
    """From the README every page is one step away, those of examples two."""
    linked = {(ROOT / path).resolve() for path, _ in LINK.findall(text(ROOT / "README.md"))}

    assert {page for page in PAGES if page.parent in (ROOT, ROOT / "docs")} - linked == {ROOT / "README.md"}
    assert ROOT / "examples/README.md" in linked


def test_every_command_is_run_or_says_why_not() -> None:
    """A block of commands is run by a test, or the comment above it says why it is not."""
    unsaid = [place(page, part) for page, part in PARTS if part.note == "not run" and len(part.said.split()) < 3]
    kinds = {part.kind for _, part in PARTS} - {"heading", "run"}

    assert unsaid == []
    assert kinds <= {"sh", "text", "yaml", "python", "json"}, "a block of another kind would not be tested"
    run_by_tests = {page for page in PAGES if doc_runner.steps(page)}
    assert {page for page, part in PARTS if part.kind == "sh" and part.note != "not run"} <= run_by_tests


def test_commands_can_be_pasted() -> None:
    """No comment follows a command: by default, an interactive zsh passes the words of a comment as arguments."""
    commands = [line for _, part in PARTS if part.kind == "sh" for line in part.text.splitlines()]

    assert [line for line in commands if re.search(r"\S +# ", line)] == []


def test_every_output_is_compared_or_says_why_not() -> None:
    """A block of text follows the commands that print it, is a file that a command reads, or is labeled."""
    shown = {(page, step.start) for page in PAGES for step in doc_runner.steps(page) if step.shown is not None}
    loose = [
        place(page, part)
        for page, part in PARTS
        if part.kind == "text" and part.note != "not run" and not doc_runner.FILE.match(part.text)
        if (page, part.start) not in shown
    ]

    assert loose == []


SNIPPETS = [(page, part) for page, part in PARTS if part.kind in ("yaml", "python", "json")]


@pytest.mark.parametrize(("page", "part"), SNIPPETS, ids=[place(*snippet) for snippet in SNIPPETS])
def test_snippets_are_what_they_seem(page: Path, part: doc_runner.Part) -> None:
    """Python and JSON can be read; a stack file has no mistake but that it may leave its templates out."""
    if part.kind == "python":
        assert ast.parse(part.text)
    elif part.kind == "json":
        assert json.loads(part.text)
    elif not doc_runner.FILE.match(part.text):
        loaded = check_text(
            part.text,
            page.name,
            SITES["intl"],
            datetime(2026, 11, 20, 12, tzinfo=UTC),
            StackRef("live-recording", "docs"),
        )
        assert {found.id for found in errors(loaded.findings)} <= {"unknown-template"}


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_are_documented(verb: str) -> None:
    """Each verb is in the list of commands and on another page."""
    commands = ROOT / "docs/commands.md"
    assert re.search(rf"^- (`[a-z]+`, )*`{verb}`", text(commands), re.MULTILINE)
    assert any(f"live-recording {verb}" in text(page) for page in PAGES if page != commands)


@pytest.mark.parametrize("id_", sorted(CATALOG.keys() - ACCOUNT_ONLY))
def test_finding_is_documented(id_: str) -> None:
    """Each finding has a section with messages, and with the entries that they are about, unless they name field or config."""
    section = text(GENERATED).partition(f"\n## {id_}\n")[2].partition("\n## ")[0]
    example, _, messages = section.partition("```text\n")

    assert messages.strip("`\n")
    if id_ in REVIEW_ONLY:
        return
    assert ("```yaml" in example) != bool(docs.SHOWS_ITS_VALUE.match(messages))
    assert [key for key in re.findall(r"^\w+\.([\w-]+): ", messages, re.MULTILINE) if f"  {key}:" not in example] == []


SOURCES = [*(ROOT / "provider/live_recording").rglob("*.py"), ROOT / "tools/pulumi/install.py"]
SAID_BY_OTHERS = ("ModuleNotFoundError",)


def test_troubleshooting_quotes_the_code() -> None:
    """Each sentence that heads a section is a message of the code, apart from the values in it."""
    code = re.sub(r'"\s*\n\s*f?"', "", "".join(text(path) for path in SOURCES))
    headings = re.findall(r"^### (.+)$", text(ROOT / "docs/troubleshooting.md"), re.MULTILINE)
    parts = [part for heading in headings if not heading.startswith(SAID_BY_OTHERS) for part in heading.split("...")]

    assert parts
    assert [part for part in parts if part.strip(" :") not in code] == []


def test_site_has_every_page() -> None:
    """Its navigation names each page that the README leads to, and no other."""
    project = tomllib.loads(text(ROOT / "zensical.toml"))["project"]
    top = [page for entry in project["nav"] for page in entry.values()]
    listed = [
        page
        for entry in top
        for page in ([entry] if isinstance(entry, str) else [v for e in entry for v in e.values()])
    ]

    assert sorted(listed) == sorted(
        [*(name(page) for page in PAGES if page.parent in (ROOT, ROOT / "docs")), "examples/README.md"]
    )


def test_every_config_key_is_in_the_table() -> None:
    """The table of config keys has each key that the settings know, and no other."""
    rows = re.findall(r"^\| ([^|]*) \|", text(ROOT / "docs/start.md"), re.MULTILINE)

    assert {key for row in rows for key in re.findall(r"`live-recording:(\w+)`", row)} == set(KEYS)


def test_supported_versions_are_those_of_the_package_and_its_tests() -> None:
    """The table in the README, the bounds in pyproject.toml, the oldest CLI that set-up accepts, and the matrix of `ci`."""
    rows = dict(re.findall(r"^\| `?(.+?)`? \| (.+) \|$", text(ROOT / "README.md"), re.MULTILINE))
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    oldest = dict(requirement.split(">=") for requirement in project["dependencies"])
    matrix = yaml.safe_load(text(ROOT / ".github/workflows/ci.yml"))["jobs"]["versions"]["strategy"]["matrix"]

    assert rows["Python"].split(", ") == matrix["python"]
    assert project["requires-python"] == f">={matrix['python'][0]}"
    assert matrix["packages"] == ["oldest", "newest"]
    assert {package: rows[package] for package in ("pulumi", "tencentcloud-sdk-python-live")} == {
        package: f"{oldest[package]} or newer" for package in ("pulumi", "tencentcloud-sdk-python-live")
    }
    assert f"OLDEST = ({rows['Pulumi CLI'].split()[0].replace('.', ', ')})" in text(ROOT / "tools/pulumi/install.py")
