"""`python -m provider check` and `schema`, as people and pipelines call them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NOW = "2026-11-20T12:00Z"
ROOT = Path(__file__).parent.parent
PRIVATE = ("PULUMI_", "TENCENTCLOUD_", "LIVE_RECORDING_")
GOOD = "templates:\n  archive: {mp4: {storage_time: 30d}}\n"
WARNS = GOOD + "tasks:\n  final: {domain: push.example.com, app: live, stream: s, end: 2026-11-20T20:00}\n"
WRONG = GOOD + "rules:\n  all: {domain: push.example.com, template: gone}\n"
BUCKET = 'templates:\n  b: {cos_store: true, mp4: {cos_bucket_name: b, cos_bucket_region: r, cos_bucket_path: "/{RandomID}"}}\n'
UNKNOWN = (
    'stacks/wrong.yaml:4: rules.all.template: There is no template "gone". '
    'Templates of this file: "archive". [unknown-template]'
)


class Scratch:
    """A project directory in which the command runs."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "stacks").mkdir()
        (directory / "Pulumi.yaml").write_text("name: scratch\nruntime: python\n", encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """A file of the project."""
        (self.directory / name).write_text(text, encoding="utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The finished command."""
        rest = {name: value for name, value in os.environ.items() if not name.startswith(PRIVATE)}
        return subprocess.run(
            [sys.executable, "-m", "provider", *arguments],
            cwd=self.directory,
            env=rest | {"PYTHONPATH": str(ROOT), "LIVE_RECORDING_NOW": NOW, "NO_COLOR": "1"} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A project without stacks."""
    return Scratch(tmp_path)


EXITS = {
    "good": (GOOD, 0, "1 file checked: nothing wrong.\n"),
    "warns": (
        WARNS,
        0,
        (
            "stacks/dev.yaml:4: tasks.final: Without template the vendor records this as HLS and keeps it for "
            "ever. Name a template. [records-hls-forever]\n1 file checked: 0 errors, 1 warning.\n"
        ),
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
                "sentence": 'There is no template "gone". Templates of this file: "archive".',
            }
        ],
        "later": {},
    }
    assert (wrong.returncode, good.returncode, json.loads(good.stdout)) == (1, 0, {"findings": [], "later": {}})


USAGE = {
    "unknown-stack": (
        ["check", "prd"],
        'There is no stack file "stacks/prd.yaml". Stacks of this project: dev.',
    ),
    "unknown-path": (["check", "elsewhere/a.yaml"], 'There is no stack file "elsewhere/a.yaml".'),
    "unknown-option": (["check", "--strict"], "No such option: --strict"),
    "unknown-format": (["check", "--format", "xml"], "'xml' is not one of"),
    "unknown-verb": (["chekc"], "No such command 'chekc'"),
}


@pytest.mark.parametrize(("arguments", "sentence"), USAGE.values(), ids=USAGE)
def test_wrong_usage_ends_with_2(scratch: Scratch, arguments: list[str], sentence: str) -> None:
    """What cannot be asked is told on standard error, without a traceback."""
    scratch.write("stacks/dev.yaml", GOOD)
    done = scratch.run(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_site_comes_from_the_stacks_config(scratch: Scratch) -> None:
    """What the vendor takes depends on the site that the stack's Pulumi config names."""
    for name, site in (("here", "cn"), ("there", "intl")):
        scratch.write(f"stacks/{name}.yaml", BUCKET)
        scratch.write(f"stacks/Pulumi.{name}.yaml", f"config:\n  live-recording:site: {site}\n")
    here, there = scratch.run("check", "here"), scratch.run("check", "there")

    assert (here.returncode, here.stdout) == (0, "1 file checked: nothing wrong.\n")
    assert (there.returncode, there.stdout.count("[site-mismatch]")) == (1, 1)


def test_encrypted_values_are_no_hindrance(scratch: Scratch) -> None:
    """A stack's secrets are not needed to check its file."""
    scratch.write("stacks/dev.yaml", GOOD)
    config = "encryptionsalt: v1:x\nconfig:\n  live-recording:secretKey: {secure: v1:abc}\n  live-recording:site: cn\n"
    scratch.write("stacks/Pulumi.dev.yaml", config)

    assert scratch.run("check", "dev").returncode == 0


CONFIG = {
    "site": (
        "config: {live-recording:site: us}",
        'The config value live-recording:site is "us", but it is intl or cn. Set one of them.',
    ),
    "region": (
        "config: {live-recording:region: eu-west-1}",
        'The region "eu-west-1" has no recording tasks on site intl.',
    ),
    "endpoint": (
        "config: {live-recording:endpoint: http://example.com}",
        'The endpoint "http://example.com" would be spoken to in clear. Use https, or a loopback address.',
    ),
    "broken": ("config: {", "stacks/Pulumi.dev.yaml cannot be read"),
}


@pytest.mark.parametrize(("text", "sentence"), CONFIG.values(), ids=CONFIG)
def test_unusable_config_ends_with_2(scratch: Scratch, text: str, sentence: str) -> None:
    """A config value that cannot be used is told in a sentence."""
    scratch.write("stacks/dev.yaml", GOOD)
    scratch.write("stacks/Pulumi.dev.yaml", text)
    done = scratch.run("check", "dev")

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_path_may_stand_for_a_name(scratch: Scratch) -> None:
    """A stack file may lie anywhere; findings call it by the path that was given."""
    (scratch.directory / "drafts").mkdir()
    scratch.write("drafts/wrong.yaml", WRONG)
    done = scratch.run("check", "drafts/wrong.yaml")

    assert done.returncode == 1
    assert done.stdout.startswith("drafts/wrong.yaml:4: rules.all.template: ")


def test_pinned_time_is_the_time(scratch: Scratch) -> None:
    """With LIVE_RECORDING_NOW a file is checked as it will be then."""
    task = "  final: {domain: push.example.com, app: live, stream: s, end: 2026-11-24T08:00, template: archive}\n"
    scratch.write("stacks/dev.yaml", f"{GOOD}tasks:\n{task}")

    assert "would last 92 h 00 m from now" in scratch.run("check", "dev").stdout
    assert (
        scratch.run("check", "dev", LIVE_RECORDING_NOW="2026-11-24T00:00Z").stdout == "1 file checked: nothing wrong.\n"
    )


def test_unreadable_time_ends_with_2(scratch: Scratch) -> None:
    """A pinned time that is none is refused, not ignored."""
    scratch.write("stacks/dev.yaml", GOOD)
    done = scratch.run("check", LIVE_RECORDING_NOW="tomorrow")

    assert done.returncode == 2
    assert done.stderr.startswith('LIVE_RECORDING_NOW cannot be read. This is "tomorrow", but a time is written like')


def test_file_that_is_no_text_ends_with_2(scratch: Scratch) -> None:
    """A file in another encoding is refused in a sentence that names it."""
    (scratch.directory / "stacks/dev.yaml").write_bytes(GOOD.encode("utf-16"))
    done = scratch.run("check", "dev")

    assert done.returncode == 2
    assert done.stderr.startswith('The stack file "stacks/dev.yaml" cannot be read: ')


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
    assert all(verb in done.stdout for verb in ("check", "schema", "emulate"))
