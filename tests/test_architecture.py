"""Who looks for the place of a line is sent to it: the map of the modules, and the tables from a wish to a file."""

import ast
import re
from pathlib import Path

import pytest

from provider import machine
from tools.pulumi import install

ROOT = Path(__file__).parent.parent
PROVIDER = ROOT / "provider"
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILE = re.compile(r"`((?:[\w.*<>-]+/)*[\w.*<>-]+(?:\.\w+|/))`")
NAMED = re.compile(r"`(\w+)`(?: and `(\w+)`)? (?:in|of) `([\w./]+\.py)`")


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the table below a heading, without its head."""
    part = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in part.splitlines() if row.startswith("|")][
        2:
    ]


MAP = table(ARCHITECTURE, "What is where")
LINES = dict(table(ARCHITECTURE, "Where does this line go?"))
WISHES = dict(table(README, "I want to ..."))


def found(name: str) -> list[Path]:
    """The files that a page means: of the repository, or of the package, `<stack>` being any."""
    pattern = re.sub(r"<\w+>", "*", name)
    return [*ROOT.glob(pattern), *PROVIDER.glob(pattern)]


def defined(path: Path) -> set[str]:
    """The names that a module defines."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    made = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    targets = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in nodes if isinstance(node, ast.AnnAssign)]
    return made | {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def test_map_has_every_module() -> None:
    """Each module stands on it, and no module that is gone."""
    core, rest = (
        {name for row in MAP for cell in row[cells] for name in re.findall(r"`(\w+)`", cell)}
        for cells in (slice(1, 2), slice(2, None))
    )

    assert core == {path.stem for path in (PROVIDER / "core").glob("*.py")} - {"__init__"}
    assert rest == {path.stem for path in PROVIDER.glob("*.py")} - {"__init__", "__main__"}


@pytest.mark.parametrize(("wish", "place"), [*LINES.items(), *WISHES.items()], ids=[*LINES, *WISHES])
def test_each_wish_leads_to_files_that_are_there(wish: str, place: str) -> None:
    """A row names a file, a page or a folder, and each that it names is one."""
    named = [*FILE.findall(place), *re.findall(r"\]\(([^)#]+)", place), *re.findall(r"`(\.?\w[\w.]*/[\w./]+)`", place)]

    assert named or wish == "a sentence"
    assert [name for name in named if not found(name)] == []


@pytest.mark.parametrize("page", [ARCHITECTURE, README, CONTRIBUTING], ids=["architecture", "README", "CONTRIBUTING"])
def test_what_is_in_a_file_is_defined_there(page: str) -> None:
    """Where a page says that a table or a function is in a module, it is."""
    said = [(name, file) for *names, file in NAMED.findall(page) for name in names if name]

    assert [(name, file) for name, file in said if not any(name in defined(path) for path in found(file))] == []


def test_contributors_are_sent_to_files_that_are_there() -> None:
    """Each path that stands in CONTRIBUTING is one."""
    named = re.findall(r"`([\w.-]+/[\w./-]+)`", CONTRIBUTING)

    assert len(named) > 10
    assert [name for name in named if not found(name)] == []


KNOWLEDGE = {
    "a number of the vendor": (r"\b1500 \* 86400\b|timedelta\((hours=24|minutes=5)\)", {"core/limits.py"}),
    "a rule about several entries": (r"\bNEARLY\b|\b0\.9\b", {"core/quotas.py"}),
    "a field, its description and default": (r'"(RecordInterval|VodFileName|FlowContinueDuration)"', {"core/wire.py"}),
    "a format of recordings": (r'"Mp4Param"', {"core/wire.py"}),
    "how long a call may take, how often a read is tried": (r"\breqTimeout\b|\bRetrying\(", {"client.py"}),
    "an error code of the vendor": (r'"(FailedOperation|InternalError|ResourceNotFound)\b', {"reactions.py"}),
    "a key of the configuration, the variable that wins over it": (
        r'"(TENCENTCLOUD_REGION|LIVE_RECORDING_ENDPOINT)"',
        {"settings.py"},
    ),
    "a column or a colour in a terminal": (r"\bTable\(|\.add_column\(|Text\(", {"screen.py"}),
    "the verdict of a review": (r"\bVerdict\(", {"review_words.py"}),
    "what an audit finds": (r'"declared-twice": ', {"core/audit.py", "audit_words.py"}),
    "a verb of the command line": (r"\btyper\.Option\(", {"cli.py", "cli_account.py"}),
    "a step of the pipeline": (r'"--save-plan"', {"pipeline.py"}),
}
"""Line -> how to know such lines, and the only modules that have any."""


@pytest.mark.parametrize("line", KNOWLEDGE)
def test_what_stands_in_one_place_stands_nowhere_else(line: str) -> None:
    """Who follows the table finds all lines of that kind; the emulator says the vendor's rules again, on purpose."""
    pattern, files = KNOWLEDGE[line]
    modules = [*PROVIDER.glob("*.py"), *(PROVIDER / "core").glob("*.py")]
    seen = {str(path.relative_to(PROVIDER)) for path in modules if re.search(pattern, path.read_text(encoding="utf-8"))}

    assert seen == files
    assert files <= {*FILE.findall(LINES[line])}


def test_installer_and_doctor_ask_for_the_same_cli() -> None:
    """The installer runs before there is a virtualenv, so it says again which CLI will do; both mean the same."""
    assert (install.OLDEST, install.COMPANIONS) == (machine.OLDEST_CLI, machine.COMPANIONS)
