"""The command line as a whole: help, version, exit codes, and what a shell completes."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from live_recording import __version__
from live_recording.cli.app import VERBS, app
from live_recording.cli.check import findings_renderers
from live_recording.cli.options import SiteOption, WhereKey
from live_recording.cli.output import FindingsFormat, ReviewFormat
from live_recording.config.where import KEYS
from live_recording.core.vendor import SITES
from live_recording.review.formats import FORMATS
from tests.cli.test_check import GOOD, WRITE_ONE, Scratch, scratch
from tests.support.pulumi_project import callers

__all__ = ["scratch"]

ROOT = Path(__file__).parent.parent.parent
NAMES = [name for name in VERBS if name != "ci"]
UNREACHABLE = {
    "LIVE_RECORDING_ENDPOINT": "http://127.0.0.1:1",
    "TENCENTCLOUD_SECRET_ID": "id",
    "TENCENTCLOUD_SECRET_KEY": "key",
}
ENDS = {
    "no-verb": (2, ()),
    "unknown-verb": (2, ("chekc",)),
    "unknown-option": (2, ("check", "--colour")),
    "check": (2, ("check", "nobody")),
    "explain": (2, ("explain", "nobody", "push.example.com/live/final")),
    "explain-half": (2, ("explain", "good", "push.example.com")),
    "plan": (2, ("plan", "nobody")),
    "plan-without-pulumi": (3, ("plan", "good")),
    "review": (2, ("review", "--stack", "nobody", "--plan", "plan.json")),
    "review-without-plan": (2, ("review", "--stack", "good", "--plan", "plan.json")),
    "deploy": (2, ("deploy", "nobody")),
    "audit": (2, ("audit", "nobody")),
    "audit-unreachable": (3, ("audit", "good")),
    "drift": (2, ("drift", "nobody")),
    "drift-unreachable": (3, ("drift", "good")),
    "adopt-unreachable": (3, ("adopt", "--stack", "found")),
    "adopt-there": (2, ("adopt", "--stack", "good")),
    "migrate": (2, ("migrate", "nothing.txt")),
    "snapshot": (2, ("snapshot", "--stack", "bad")),
    "snapshot-unknown": (2, ("snapshot", "--stack", "nobody")),
    "snapshot-unreachable": (3, ("snapshot",)),
    "emulate": (2, ("emulate", "--now", "soon")),
    "doctor": (2, ("doctor", "--stack", "nobody")),
}
"""Call -> its exit code, the same for every verb: 2 a mistake in the call, 3 the tool failed."""
COMPLETED = {
    "verb": ("live-recording exp", ["explain"]),
    "stacks": ("live-recording check ", ["dev", "prod", "staging"]),
    "second-stack": ("live-recording audit dev p", ["prod"]),
    "stack-option": ("live-recording review --stack sta", ["staging"]),
    "deploy": ("live-recording deploy d", ["dev"]),
    "form": ("live-recording check --format s", ["sarif"]),
    "nothing": ("live-recording explain nobody", []),
}
COMPLETE = """source /dev/stdin <<< "$(live-recording --show-completion bash)"
COMP_WORDS=($1) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
case $1 in *\\ ) COMP_WORDS+=("") COMP_CWORD=$((COMP_CWORD + 1)) ;; esac
_live_recording_completion live-recording
printf '%s\\n' "${COMPREPLY[@]}"
"""


def help_of(*verb: str) -> str:
    """Return the help for a terminal of 80 columns."""
    return CliRunner().invoke(app, [*verb, "--help"], env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"}).output


def test_help_tells_each_verb_whole() -> None:
    """The list of verbs cuts no sentence, and names the exit codes once."""
    said = help_of()
    listed = dict(re.findall(r"^  (\w+) {2,}(.+)$", said.partition("Commands:\n")[2], re.MULTILINE))

    assert list(listed) == [*VERBS]
    assert [sentence for sentence in listed.values() if not sentence.endswith(".") or "..." in sentence] == []
    codes = "0 no problem (warnings allowed), 1 findings that stop, 2 wrong usage, 3 the tool failed"
    assert codes in " ".join(said.split())


@pytest.mark.parametrize("verb", NAMES)
def test_help_has_an_example_that_can_be_called(verb: str) -> None:
    """The example is one line that can be copied, and the verb accepts it."""
    (example,) = re.findall(rf"^  Example: (live-recording {verb}\b.*)$", help_of(verb), re.MULTILINE)
    arguments = shlex.split(example.partition(" > ")[0])[2:]

    assert get_command(app).commands[verb].make_context(verb, arguments).args == []  # type: ignore[attr-defined]  # an app of several verbs is a group


def test_version_is_that_of_the_changelog() -> None:
    """`--version` names the newest version of the changelog, and what it runs on."""
    said = CliRunner().invoke(app, ["--version"])
    first = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]

    assert first == __version__
    assert re.fullmatch(
        rf"live-recording {first}, with pulumi \S+ and tencentcloud-\S+ \S+, on Python \S+\n", said.output
    )
    assert said.exit_code == 0


@pytest.mark.parametrize(("code", "arguments"), ENDS.values(), ids=ENDS)
def test_exit_codes_mean_the_same_for_every_verb(scratch: Scratch, code: int, arguments: tuple[str, ...]) -> None:
    """2 for a mistake in the call, 3 where the account or Pulumi fails; one sentence, nothing else."""
    scratch.write("stacks/good.yaml", GOOD)
    scratch.write("stacks/Pulumi.bad.yaml", "config: {live-recording:site: mars}\n")

    done = scratch.run(*arguments, **UNREACHABLE, PATH="/usr/bin:/bin")
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout + done.stderr


def test_options_offer_what_there_is() -> None:
    """The sites and the forms that a verb offers are those that the tables have."""
    assert [*SiteOption] == [*SITES]
    assert [*WhereKey] == [*KEYS]
    assert [*ReviewFormat] == [*FORMATS]
    assert [*FindingsFormat] == [*findings_renderers()]


@pytest.mark.parametrize("verb", ["check", "list", "plan", "audit"])
def test_project_without_stacks_gets_advice(scratch: Scratch, verb: str) -> None:
    """What works on all stacks does not succeed with none."""
    done = scratch.run(verb)

    assert (done.returncode, done.stderr) == (2, f"No stack files found in stacks/. {WRITE_ONE}\n")


def test_plans_go_into_a_directory(scratch: Scratch) -> None:
    """A file where a directory is expected is wrong usage, reported in one sentence."""
    scratch.write("stacks/good.yaml", GOOD)

    done = scratch.run("plan", "good", "--out", "stacks/good.yaml")
    assert (done.returncode, done.stderr) == (
        2,
        'Cannot create directory "stacks/good.yaml": File exists. Choose another one.\n',
    )


def test_another_python_gets_advice() -> None:
    """Without the packages of the virtualenv a verb ends with 3 and one sentence, not with a traceback."""
    command = [sys.executable, "-S", "-m", "live_recording", "check"]
    done = subprocess.run(command, cwd=ROOT / "provider", capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(
        r"\S+ cannot run live-recording: No module named '\w+'\. Use the Python .* `make setup`\.\n", done.stderr
    )


CLOSED = {
    "output": ('"$0" -m live_recording schema >&-', "Cannot write the output: standard output is closed.\n", 3),
    "full": (
        '"$0" -m live_recording --version > /dev/full',
        "Cannot write the output: No space left on device.\n",
        3,
    ),
    "errors": ('"$0" -m live_recording check nobody 2> /dev/full', "", 2),
}


@pytest.mark.parametrize(("call", "said", "code"), CLOSED.values(), ids=CLOSED)
def test_output_that_goes_nowhere(tmp_path: Path, call: str, said: str, code: int) -> None:
    """Where nothing can be written, one sentence says so, and the exit code keeps its meaning."""
    command = ["bash", "-c", call, sys.executable]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (code, "", said)


def test_json_stays_json_where_output_is_ascii(scratch: Scratch) -> None:
    """What the encoding of the output lacks is escaped as JSON escapes it."""
    scratch.write("stacks/dev.yaml", "templates:\n  é: {description: 007, mp4: {vod_file_name: '{😀直播}'}}\n")
    plain, ascii_only = (
        scratch.run_process("check", "dev", "--format", "json", PYTHONIOENCODING=encoding)
        for encoding in ("utf-8", "ascii")
    )

    assert "\\ud83d\\ude00" in ascii_only.stdout
    assert json.loads(ascii_only.stdout) == json.loads(plain.stdout)


def test_mistake_of_ours_is_a_sentence(scratch: Scratch) -> None:
    """An unexpected exception exits with 3 and asks for a report; LIVE_RECORDING_DEBUG=1 adds the traceback."""
    (scratch.directory / "stacks/dev.yaml").write_text(GOOD, encoding="utf-8")
    name = "x" * 255
    short, full = (scratch.run("doctor", "--stack", name, LIVE_RECORDING_DEBUG=debug) for debug in ("", "1"))

    assert (short.returncode, short.stderr.count("\n")) == (3, 1)
    assert short.stderr.startswith("This is a bug: OSError: ")
    assert "Traceback" in full.stderr


def test_emulator_uses_the_simulated_time(tmp_path: Path) -> None:
    """Without `--now` its clock begins at LIVE_RECORDING_NOW: it accepts tasks of the next day, not of another year."""
    fill = [sys.executable, str(ROOT / "examples/adoption/existing_account.py")]
    command = [
        sys.executable,
        "-m",
        "live_recording",
        "emulate",
        "--site",
        "cn",
        "--state",
        str(tmp_path / "state.json"),
    ]
    environment = callers() | {"LIVE_RECORDING_NOW": "2031-05-01T12:00Z"}

    assert subprocess.run([*command, "--", *fill], cwd=ROOT, env=environment, check=False).returncode == 0
    assert subprocess.run([*command, "--now", "2031-08-01T12:00Z", "--", *fill], cwd=ROOT, env=environment, check=False).returncode  # fmt: skip


@pytest.mark.parametrize(("typed", "offered"), COMPLETED.values(), ids=COMPLETED)
def test_words_are_completed(scratch: Scratch, typed: str, offered: list[str]) -> None:
    """Verbs, options and the names of stacks are offered to a shell."""
    for name in ("dev", "prod", "staging", "Pulumi.dev"):
        scratch.write(f"stacks/{name}.yaml", "")
    last = len(typed.split(" ")) - 1

    done = scratch.run(_LIVE_RECORDING_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD=str(last))
    assert done.stdout.split() == offered, done.stderr


def test_shell_completes(tmp_path: Path) -> None:
    """A shell that has learnt the command completes a word."""
    typed, offered = COMPLETED["verb"]
    path = f"{sys.prefix}/bin{os.pathsep}/usr/bin:/bin"  # a cold start: the command asks which shell started it

    done = subprocess.run(
        ["bash", "-c", COMPLETE, "bash", typed], cwd=tmp_path, env={"PATH": path}, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert done.stdout.split() == offered, done.stderr
