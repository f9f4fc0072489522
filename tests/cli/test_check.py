"""`live-recording check` and `schema`, as people and pipelines call them."""

import json
import subprocess
from pathlib import Path

import pytest

from live_recording.core.findings import CATALOG
from tests.support import warm_python
from tests.support.pulumi_project import callers
from tests.support.verb_runner import run_verb

NOW = "2026-11-20T12:00Z"
ROOT = Path(__file__).parent.parent.parent
GOOD = "templates:\n  archive: {mp4: {storage_time: 30d}}\n"
WARNS = GOOD + "tasks:\n  final: {domain: push.example.com, app: live, stream: s, end: 2026-11-20T20:00}\n"
WRONG = GOOD + "rules:\n  all: {domain: push.example.com, template: gone}\n"
HLS = "Without a template this is recorded as HLS and kept indefinitely. Set `template`."
WRITE_ONE = "Create stacks/dev.yaml, or change to the root directory of the project."
UNKNOWN = (
    'stacks/wrong.yaml:4: rules.all.template: Unknown template "gone". This file defines "archive". [unknown-template]'
)


class Scratch:
    """A project directory in which the command runs."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "stacks").mkdir()
        (directory / "Pulumi.yaml").write_text(
            "name: scratch\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8"
        )

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        (self.directory / name).write_text(text, encoding="utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command line in this process."""
        return run_verb(*arguments, directory=self.directory, environment=self.environment | environment)

    def run_process(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command line in a process of its own, for what depends on one."""
        return warm_python.run(["live_recording", *arguments], self.directory, self.environment | environment)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of the command line."""
        return callers() | {"LIVE_RECORDING_NOW": NOW, "NO_COLOR": "1"}


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """Return a project without stacks."""
    return Scratch(tmp_path)


EXITS = {
    "good": (GOOD, 0, "1 file checked, no problems found.\n"),
    "warns": (
        WARNS,
        0,
        (f"stacks/dev.yaml:4: tasks.final: {HLS} [records-hls-forever]\n1 file checked: 0 errors, 1 warning.\n"),
    ),
    "wrong": (WRONG, 1, f"{UNKNOWN.replace('wrong', 'dev')}\n1 file checked: 1 error, 0 warnings.\n"),
}


@pytest.mark.parametrize(("text", "code", "output"), EXITS.values(), ids=EXITS)
def test_exit_code_says_whether_anything_stops(scratch: Scratch, text: str, code: int, output: str) -> None:
    """Errors end with 1, warnings and nothing with 0; standard error stays empty."""
    scratch.write("stacks/dev.yaml", text)
    done = scratch.run("check", "dev")

    assert (done.returncode, done.stdout, done.stderr) == (code, output, "")


def test_all_stacks_are_checked_by_default(scratch: Scratch) -> None:
    """Without a name every stack file is read, in sorted order; Pulumi's own files are not stacks."""
    for name in ("wrong", "also"):
        scratch.write(f"stacks/{name}.yaml", WRONG)
    scratch.write("stacks/fine.yaml", GOOD)
    scratch.write("stacks/Pulumi.wrong.yaml", "config: {live-recording:site: intl}\n")
    done = scratch.run("check")

    assert done.returncode == 1
    assert done.stdout == f"{UNKNOWN.replace('wrong', 'also')}\n{UNKNOWN}\n3 files checked: 2 errors, 0 warnings.\n"


def test_file_is_checked_once_by_whatever_name(scratch: Scratch) -> None:
    """A stack and the path of its file are the same."""
    scratch.write("stacks/dev.yaml", GOOD)

    assert scratch.run("check", "dev", "stacks/dev.yaml").stdout == "1 file checked, no problems found.\n"


def test_stack_whose_file_is_elsewhere_is_one_of_all(scratch: Scratch) -> None:
    """What a stack's config names in place of `stacks/STACK.yaml` is not forgotten; what stacks share is said once."""
    scratch.write("shared.yaml", WRONG)
    for stack in ("qa", "prod"):
        scratch.write(f"stacks/Pulumi.{stack}.yaml", "config: {live-recording:recordings: shared.yaml}\n")
    done = scratch.run("check")
    sentence = UNKNOWN.replace("stacks/wrong.yaml", "shared.yaml")

    assert (done.returncode, done.stdout) == (1, f"{sentence}\n1 file checked: 1 error, 0 warnings.\n")


def test_json_is_the_same_for_programs(scratch: Scratch) -> None:
    """Every finding has its place, id, severity and sentence; nothing wrong is an empty list."""
    scratch.write("stacks/wrong.yaml", WRONG)
    scratch.write("stacks/good.yaml", GOOD)
    wrong, good = scratch.run("check", "wrong", "--format", "json"), scratch.run("check", "good", "--format", "json")

    assert json.loads(wrong.stdout) == {
        "findings": [
            {
                "file": "stacks/wrong.yaml",
                "line": 4,
                "path": "rules.all.template",
                "id": "unknown-template",
                "severity": "error",
                "sentence": 'Unknown template "gone". This file defines "archive".',
            }
        ],
        "later": {},
    }
    assert (wrong.returncode, good.returncode, json.loads(good.stdout)) == (1, 0, {"findings": [], "later": {}})


USAGE = {
    "unknown-stack": (
        ["check", "prd"],
        'Stack file "stacks/prd.yaml" not found. Stacks in this project: dev.',
    ),
    "unknown-path": (["check", "elsewhere/a.yaml"], 'Stack file "elsewhere/a.yaml" not found.'),
    "unknown-option": (["check", "--strict"], "No such option: --strict"),
    "unknown-format": (["check", "--format", "xml"], "'xml' is not one of"),
    "unknown-verb": (["chekc"], "No such command 'chekc'"),
}


@pytest.mark.parametrize(("arguments", "sentence"), USAGE.values(), ids=USAGE)
def test_wrong_usage_ends_with_2(scratch: Scratch, arguments: list[str], sentence: str) -> None:
    """Wrong usage is reported on standard error, without a traceback."""
    scratch.write("stacks/dev.yaml", GOOD)
    done = scratch.run(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_no_stack_file_at_all_ends_with_2(scratch: Scratch) -> None:
    """A project without stacks has nothing to check; the message says what to do."""
    done = scratch.run("check")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"No stack files found in stacks/. {WRITE_ONE}\n"


def test_stack_where_there_is_none_ends_with_2(scratch: Scratch) -> None:
    """Outside a project the message says so."""
    done = scratch.run("check", "prd")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f'Stack file "stacks/prd.yaml" not found. This project has no stack files. {WRITE_ONE}\n'


def test_stack_that_is_named_twice_is_checked_once(scratch: Scratch) -> None:
    """A finding is reported once."""
    scratch.write("stacks/wrong.yaml", WRONG)

    assert scratch.run("check", "wrong", "wrong").stdout == f"{UNKNOWN}\n1 file checked: 1 error, 0 warnings.\n"


def test_terminal_may_know_ascii_only(scratch: Scratch) -> None:
    """What cannot be printed there is printed escaped, in the same lines."""
    scratch.write("stacks/dev.yaml", WRONG.replace("gone", "\u6a21\u677f"))
    done = scratch.run_process("check", "dev", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert (done.returncode, done.stderr) == (1, "")
    assert 'Unknown template "\\u6a21\\u677f".' in done.stdout


LATER = GOOD + (
    "tasks:\n  far: {domain: push.example.com, app: live, stream: s, start: 2026-12-05T20:00, duration: 2h, "
    "template: archive}\n"
)


def test_later_tasks_are_listed_with_their_day(scratch: Scratch) -> None:
    """What the vendor does not take yet is nothing wrong, and is listed with the day from which it is created."""
    scratch.write("stacks/dev.yaml", LATER)
    people, programs = scratch.run("check", "dev"), scratch.run("check", "dev", "--format", "json")

    assert (people.returncode, people.stdout) == (
        0,
        (
            "stacks/dev.yaml: far is too far in the future. It can be created from 2026-11-30; run `pulumi up` then.\n"
            "1 file checked, no problems found.\n"
        ),
    )
    assert json.loads(programs.stdout) == {"findings": [], "later": {"stacks/dev.yaml": {"far": "2026-11-30"}}}


def test_sarif_has_rules_and_results(scratch: Scratch) -> None:
    """Code scanning sees every kind of finding as a rule, and each finding as a result at its line."""
    scratch.write("stacks/warns.yaml", WARNS)
    scratch.write("stacks/wrong.yaml", WRONG)
    done = scratch.run("check", "--format", "sarif")
    log = json.loads(done.stdout)
    (run,) = log["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}

    assert (done.returncode, done.stderr) == (1, "")
    assert (log["version"], log["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    assert run["tool"]["driver"]["name"] == "live-recording"
    assert {name: rule["defaultConfiguration"]["level"] for name, rule in rules.items()} == {
        name: kind.severity for name, kind in CATALOG.items()
    }
    assert {name: rule["shortDescription"]["text"] for name, rule in rules.items()} == {
        name: kind.meaning for name, kind in CATALOG.items()
    }
    assert {name: rule["help"]["text"] for name, rule in rules.items()} == {
        name: f"{kind.meaning} Source: {kind.source}." for name, kind in CATALOG.items()
    }
    assert not [rule for rule in rules.values() if "helpUri" in rule]
    assert [
        (
            result["ruleId"],
            result["level"],
            result["message"]["text"],
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            result["locations"][0]["physicalLocation"]["region"]["startLine"],
        )
        for result in run["results"]
    ] == [
        ("records-hls-forever", "warning", f"tasks.final: {HLS}", "stacks/warns.yaml", 4),
        ("unknown-template", "error", UNKNOWN.partition(": ")[2].partition(" [")[0], "stacks/wrong.yaml", 4),
    ]
    prints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_sarif_without_findings_is_whole(scratch: Scratch) -> None:
    """Nothing wrong is a run without results, so that code scanning closes what was open."""
    scratch.write("stacks/good.yaml", GOOD)
    page = "https://git.example.com/recordings/docs/findings.md"
    done = scratch.run("check", "--format", "sarif", LIVE_RECORDING_FINDINGS_URL=page)
    (run,) = json.loads(done.stdout)["runs"]

    assert run["results"] == []
    assert run["tool"]["driver"]["rules"][0]["helpUri"].startswith(f"{page}#")


def test_a_path_may_stand_for_a_name(scratch: Scratch) -> None:
    """A stack file may lie anywhere; findings call it by the path that was given."""
    (scratch.directory / "drafts").mkdir()
    scratch.write("drafts/wrong.yaml", WRONG)
    done = scratch.run("check", "drafts/wrong.yaml")

    assert done.returncode == 1
    assert done.stdout.startswith("drafts/wrong.yaml:4: rules.all.template: ")


def test_file_in_another_encoding_is_a_finding(scratch: Scratch) -> None:
    """The other stacks are checked, and programs get their report."""
    (scratch.directory / "stacks/dev.yaml").write_bytes(GOOD.encode("utf-16"))
    scratch.write("stacks/wrong.yaml", WRONG)
    done = scratch.run("check", "dev", "wrong", "--format", "json")
    findings = json.loads(done.stdout)["findings"]

    assert done.returncode == 1
    assert [(finding["file"], finding["id"]) for finding in findings] == [
        ("stacks/dev.yaml", "bad-yaml"),
        ("stacks/wrong.yaml", "unknown-template"),
    ]


def test_output_does_not_depend_on_the_width_of_the_terminal(scratch: Scratch) -> None:
    """A finding is one line, so that tools can read it."""
    scratch.write("stacks/wrong.yaml", WRONG)
    wide, narrow = (scratch.run("check", COLUMNS=columns) for columns in ("400", "20"))

    assert narrow.stdout == wide.stdout
    assert len(wide.stdout.splitlines()) == 2


def test_schema_is_json(scratch: Scratch) -> None:
    """The schema is printed whole, in any directory."""
    done = scratch.run("schema")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_help_names_the_verbs(scratch: Scratch) -> None:
    """The command explains itself."""
    done = scratch.run("--help")

    assert done.returncode == 0
    assert all(verb in done.stdout for verb in ("check", "explain", "schema", "emulate"))


def test_a_shared_file_is_not_a_stack(scratch: Scratch) -> None:
    """Its domains and templates are those of the stacks that extend it: they are named."""
    (scratch.directory / "stacks/shared").mkdir()
    scratch.write("stacks/shared/all.yaml", "rules: {all: {domain: main, template: archive}}\n")
    for name in ("dev", "prod"):
        scratch.write(f"stacks/{name}.yaml", f"extends: shared/all.yaml\ndomains: {{main: push.example.com}}\n{GOOD}")
    done = scratch.run("check", "stacks/shared/all.yaml")

    sentence = "stacks/shared/all.yaml is a shared file of dev and prod, not a stack. Name a stack: live-recording check dev prod"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{sentence}\n")
    assert scratch.run("check").returncode == 0
