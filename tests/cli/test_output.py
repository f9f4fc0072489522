"""Terminals and pipes get the same content, with and without colors and tables."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from live_recording.cli import rich_output
from live_recording.emulator import Emulator
from live_recording.pipeline.listing import ListedStack
from tests.support import warm_python
from tests.support.clock import NOW
from tests.support.emulated_account import Account
from tests.support.terminals import XTERM, Seen, watched, without_terminal

ROOT = Path(__file__).parent.parent.parent
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
STACK = """templates:
  archive: {mp4: {record_interval: 1h, storage_time: 30d}}
  "[red]x[/red]": {mp4: {storage_time: 1d}}
  forever: {mp4: {}}
rules:
  everything: {domain: push.example.com, template: archive}
  studio: {domain: push.example.com, app: studio, template: forever}
  headline: {domain: push.example.com, stream: headline, template: archive}
tasks:
  决赛: {domain: push.example.com, app: live, stream: final, start: 2026-11-20T11:00Z, duration: 2h, template: archive}
  gala: {domain: push.example.com, app: live, stream: gala, start: 2026-12-24T20:00Z, duration: 2h, template: archive}
"""
WRONG = STACK.replace("[red]x[/red]", "red").replace("template: archive}\n  studio", "template: archiv}\n  studio")
GOOD = STACK.replace("[red]x[/red]", "red")
COMMANDS = {
    "check": ("check", "good"),
    "check-errors": ("check", "good", "wrong", "markup"),
    "explain": ("explain", "good", "push.example.com/studio/headline"),
    "explain-task": ("explain", "good", "push.example.com/live/final"),
    "explain-nothing": ("explain", "good", "other.example.com/live/final"),
    "explain-wrong": ("explain", "wrong", "push.example.com/live/final"),
    "audit": ("audit", "good"),
    "audit-errors": ("audit",),
    "doctor": ("doctor", "--stack", "good"),
}
PLAIN = {"no-color": {"NO_COLOR": "1"}, "ci": {"CI": "true"}, "dumb": {"TERM": "dumb"}}


class Person:
    """A person in a project with an account, who runs commands in a terminal or in a pipe."""

    def __init__(self, directory: Path, account: Account) -> None:
        self.directory = directory
        (directory / "stacks").mkdir()
        for name, text in {"good": GOOD, "wrong": WRONG, "markup": STACK}.items():
            (directory / f"stacks/{name}.yaml").write_text(text, encoding="utf-8")
        (directory / "Pulumi.yaml").write_text(
            "name: scratch\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8"
        )
        self.environment = without_terminal(account.environment) | {"PYTHONPATH": str(ROOT), "HOME": str(directory)}
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}/usr/bin:/bin"

    def run_in_terminal(self, *arguments: str, columns: int = 400, kind: Mapping[str, str] = XTERM) -> Seen:
        """Run a command in a terminal."""
        command = [str(warm_python.virtualenv() / "bin/live-recording"), *arguments]
        return watched(command, self.directory, {**self.environment, **XTERM, **kind}, columns)

    def run_in_pipe(self, *arguments: str, kind: Mapping[str, str] = XTERM) -> Seen:
        """Run a command in a pipe."""
        done = warm_python.run(["live_recording", *arguments], self.directory, {**self.environment, **XTERM, **kind})
        return Seen(done.stdout + done.stderr, done.returncode)


@pytest.fixture(name="person")
def _person(tmp_path: Path, account: Account) -> Person:
    """Return a person with an account that has a manually created rule."""
    account.rule(account.template("by-hand"), "push.example.com", "studio")
    return Person(tmp_path, account)


def said(text: str) -> str:
    """Return the text without colors, and without clock differences."""
    return re.sub(r"\d+(\.\d+)? (second|s)\b", "", ESCAPE.sub("", text))


def words(text: str) -> set[str]:
    """Return the words, without table borders and punctuation."""
    return {word.strip(":,.()[]") for word in said(text).split()} - {""}


def letters(text: str) -> list[str]:
    """Return the letters, whatever the lines."""
    return sorted(re.sub(r"\W|_", "", said(text)))


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_terminal_shows_all_that_a_pipe_gets(person: Person, command: tuple[str, ...]) -> None:
    """A terminal shows colors and every word of the plain text; a narrow one cuts nothing."""
    piped, wide, narrow = (
        person.run_in_pipe(*command),
        person.run_in_terminal(*command),
        person.run_in_terminal(*command, columns=30),
    )

    assert ESCAPE.search(wide.text)
    assert not ESCAPE.search(piped.text)
    assert words(piped.text) <= words(wide.text)
    assert letters(narrow.text) == letters(wide.text)
    assert {piped.status} == {wide.status, narrow.status}


@pytest.mark.parametrize("kind", PLAIN.values(), ids=PLAIN)
@pytest.mark.parametrize("command", [COMMANDS["check-errors"], COMMANDS["explain"], COMMANDS["audit-errors"]], ids=lambda command: command[0])  # fmt: skip
def test_plain_text_is_what_a_pipe_gets(person: Person, command: tuple[str, ...], kind: Mapping[str, str]) -> None:
    """NO_COLOR, CI and terminals without colors get the bytes of a pipe."""
    assert person.run_in_terminal(*command, kind=kind) == person.run_in_pipe(*command)


@pytest.mark.parametrize("asked", [{"FORCE_COLOR": "1"}, {"TTY_COMPATIBLE": "1"}], ids=lambda asked: next(iter(asked)))
def test_pipe_gets_plain_text_whatever_is_forced(person: Person, asked: Mapping[str, str]) -> None:
    """A file never gets colors, so that outputs can be compared."""
    assert person.run_in_pipe("check", "wrong", kind=asked) == person.run_in_pipe("check", "wrong")


def test_names_are_no_markup(person: Person) -> None:
    """Text that looks like markup or an escape sequence is shown unchanged."""
    assert '"[red]x[/red]"' in ESCAPE.sub("", person.run_in_terminal("check", "markup").text)

    (person.directory / "stacks/odd.yaml").write_text('rules:\n  "\\x1b[31mred": {}\n', encoding="utf-8")
    assert "\\u001b[31mred" in person.run_in_terminal("check", "odd").text


def test_terminal_that_knows_ascii_only(person: Person) -> None:
    """Characters that the terminal cannot show are escaped."""
    seen = person.run_in_terminal("explain", "good", "push.example.com/live/final", kind={"PYTHONIOENCODING": "ascii"})

    assert "\\u51b3\\u8d5b" in seen.text
    assert "Traceback" not in seen.text
    assert seen.status == 0


def test_severities_have_colors(person: Person) -> None:
    """Errors are red and warnings yellow, next to their location."""
    said = person.run_in_terminal("check", "wrong").text

    assert "\x1b[1;31merror\x1b[0m" in said
    assert "\x1b[33mwarning\x1b[0m" in said
    assert "\x1b[36mstacks/wrong.yaml:6\x1b[0m" in said


def test_failures_are_sentences(person: Person) -> None:
    """A terminal shows failures as a pipe does: one sentence, exit code 2 or 3."""
    gone = {"LIVE_RECORDING_ENDPOINT": "http://127.0.0.1:1"}

    assert person.run_in_terminal("check", "nobody") == person.run_in_pipe("check", "nobody")
    assert person.run_in_terminal("check", "nobody").status == 2
    assert person.run_in_terminal("snapshot", kind=gone) == person.run_in_pipe("snapshot", kind=gone)
    assert person.run_in_terminal("snapshot", kind=gone).status == 3


def test_account_that_differs_in_nothing_is_green(person: Person) -> None:
    """An audit without a difference says so, in green, and ends with 0."""
    (person.directory / "stacks/empty.yaml").write_text("rules: {}\n", encoding="utf-8")
    with Emulator(now=NOW) as emulator:
        seen = person.run_in_terminal("audit", "empty", kind={"LIVE_RECORDING_ENDPOINT": emulator.url})

    assert "\x1b[32mNo differences.\x1b[0m" in seen.text
    assert seen.status == 0


def test_reader_may_stop(person: Person) -> None:
    """A reader may close the pipe early: no message, and the exit code is that of the check."""
    long = "tasks:\n" + "".join(f"  t{number}: {{}}\n" for number in range(2000))
    (person.directory / "stacks/long.yaml").write_text(long, encoding="utf-8")
    command = [sys.executable, "-m", "live_recording", "check", "long"]
    with subprocess.Popen(
        command, cwd=person.directory, env=person.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stderr
        assert running.stdout.readline().startswith(b"stacks/long.yaml:2: tasks.t0")
        running.stdout.close()

        assert (running.stderr.read(), running.wait()) == (b"", 1)


def test_full_disk_is_reported(person: Person) -> None:
    """Output that cannot be written is a failure of the tool, in one sentence."""
    command = [sys.executable, "-m", "live_recording", "check", "good"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, cwd=person.directory, env=person.environment, stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert done.stderr == b"Cannot write the output: No space left on device.\n"
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (
            40,
            "stack file site\n  account\nprod-of-a-long-name\nstacks/prod-of-a-long-name.yaml intl\n  100000000001\nnew stacks/new.yaml intl\n",
        ),
        (
            79,
            "stack file site\n  account\nprod-of-a-long-name stacks/prod-of-a-long-name.yaml intl\n  100000000001\nnew stacks/new.yaml intl\n",
        ),
    ],
)
def test_narrow_terminals_get_paragraphs(width: int, expected: str) -> None:
    """Where a table would break words, the last cell of a row is below the others."""
    stacks = [
        ListedStack("prod-of-a-long-name", "stacks/prod-of-a-long-name.yaml", "intl", "100000000001"),
        ListedStack("new", "stacks/new.yaml", "intl", None),
    ]
    console = Console(width=width, file=StringIO())
    console.print(rich_output.stack_table(stacks))
    drawn = console.file
    assert isinstance(drawn, StringIO)

    assert re.sub(" +\n", "\n", drawn.getvalue()) == expected
