"""`check --format github`, `gitlab` and `junit`: what pipelines read, with values from hostile files."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_recording.core.findings import CATALOG, Finding
from live_recording.lint.pipeline_formats import as_github, as_gitlab, as_junit, fingerprints
from live_recording.lint.report import FileReport
from tests.support.pulumi_project import callers
from tests.support.verb_runner import run_verb

ERROR = Finding("stacks/prod.yaml", 12, ("rules", "studio", "template"), "unknown-template", 'Unknown template "clip".')
WARNING = Finding("stacks/prod.yaml", 7, ("templates", "clips"), "kept-forever", "Kept 100 %, billed: always.")
WHOLE_FILE = Finding("stacks/dev.yaml", 0, (), "bad-yaml", "Not YAML.")
FILES = [
    FileReport("stacks/dev.yaml", (WHOLE_FILE,), {}),
    FileReport("stacks/fine.yaml", (), {}),
    FileReport("stacks/prod.yaml", (ERROR, WARNING), {}),
]
TEXT = st.text(st.characters() | st.sampled_from(":,%\r\n\0<>&\"']\u2028\x1b"), max_size=20)
FINDING = st.builds(
    Finding, TEXT, st.integers(0, 9), st.tuples(TEXT) | st.just(()), st.sampled_from(sorted(CATALOG)), TEXT
)


def test_github_annotates_lines() -> None:
    """One command per finding, with the file, the line and the id, then the summary."""
    assert as_github(FILES).splitlines() == [
        "::error file=stacks/dev.yaml,line=1,title=bad-yaml::Not YAML.",
        "::warning file=stacks/prod.yaml,line=7,title=kept-forever::templates.clips: Kept 100 %25, billed: always.",
        '::error file=stacks/prod.yaml,line=12,title=unknown-template::rules.studio.template: Unknown template "clip".',
        "3 files checked: 2 errors, 1 warning.",
    ]


def test_gitlab_compares_reports() -> None:
    """Each entry has the required fields of a Code Quality report."""
    entries = json.loads(as_gitlab(FILES))

    assert [(entry["check_name"], entry["severity"], entry["location"]) for entry in entries] == [
        ("bad-yaml", "critical", {"path": "stacks/dev.yaml", "lines": {"begin": 1}}),
        ("kept-forever", "minor", {"path": "stacks/prod.yaml", "lines": {"begin": 7}}),
        ("unknown-template", "critical", {"path": "stacks/prod.yaml", "lines": {"begin": 12}}),
    ]
    assert entries[1]["description"] == "templates.clips: Kept 100 %, billed: always."


def test_fingerprints_are_stable_and_unique() -> None:
    """Another line is the same finding; two findings at one path are two."""
    moved = ERROR.at("stacks/prod.yaml", 99)

    assert fingerprints([ERROR]) == fingerprints([moved])
    assert len({*fingerprints([ERROR, moved, WARNING])}) == 3


def test_junit_fails_for_errors_only() -> None:
    """A file without findings passes, a warning is output of a test that passed."""
    root = ET.fromstring(as_junit(FILES))  # noqa: S314 - our own output
    tests = {test.attrib["name"]: [child.tag for child in test] for test in root.iter("testcase")}

    assert root.attrib == {"name": "live-recording check", "tests": "4", "failures": "2", "errors": "0"}
    assert tests == {
        "[bad-yaml]": ["failure"],
        "check": [],
        "templates.clips [kept-forever]": ["system-out"],
        "rules.studio.template [unknown-template]": ["failure"],
    }


@given(st.lists(FINDING, max_size=3))
def test_no_value_changes_a_format(findings: list[Finding]) -> None:
    """One command per finding, whose parts can be decoded; valid JSON; XML with one test per finding."""
    files = [FileReport("stacks/dev.yaml", tuple(findings), {})]
    *commands, _ = as_github(files).split("\n")
    form = re.compile(r"::(error|warning) file=[^:,]*,line=\d+,title=[a-z-]+::[^\r\n]*")

    assert len(commands) == len(findings)
    assert all(form.fullmatch(command) for command in commands)
    assert len(json.loads(as_gitlab(files))) == len(findings)
    root = ET.fromstring(as_junit(files).encode("utf-8", "strict"))  # noqa: S314 - our own output
    assert len([*root.iter("testcase")]) == max(len(findings), 1)


WRONG = """templates:
  archive: {mp4: {storage_time: 30d}}
rules:
  "::error::x": {domain: push.example.com, template: "%0A::stop-commands::x"}
"""


@pytest.mark.parametrize("form", ["github", "gitlab", "junit"])
def test_verb_prints_the_format_only(tmp_path: Path, form: str) -> None:
    """The output is what a pipeline reads, and the exit code is that of the text format."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    (tmp_path / "stacks/dev.yaml").write_text(WRONG, encoding="utf-8")
    done = run_verb("check", "--format", form, directory=tmp_path, environment=callers())
    parsers: dict[str, Callable[[str], Iterable[object]]] = {
        "github": str.splitlines,
        "gitlab": json.loads,
        "junit": ET.fromstring,
    }

    assert (done.returncode, done.stderr) == (1, "")
    assert [*parsers[form](done.stdout)]
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert all(line.startswith("::error file=stacks/dev.yaml,line=4,") for line in commands)
    assert bool(commands) == (form == "github")
