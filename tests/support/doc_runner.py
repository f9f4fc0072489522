"""A page as its reader uses it: the commands in order, in one shell, and what they print below them.

    ```sh                       is run
    ```text                     is what the commands above print, stdout and stderr; a line ... is any number of lines.
                                Between them is prose, but no heading and no other block
    ```KIND with a line `# FILE` first   is written to that file
    <!-- output -->             a block of another kind below is output too
    <!-- exit: 1 -->            one command of the block below ends with that
    <!-- run: COMMANDS -->      is run too, and not shown
    <!-- not run: REASON -->    the block below is not

Rule 1: a page is run unchanged, in a copy of the project with a backend of its own.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.pulumi_project import Project

ROOT = Path(__file__).parent.parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("**/*.md")), *sorted((ROOT / "tools").glob("**/*.md"))]  # fmt: skip
PART = re.compile(r"^<!-- (?P<note>output|exit|run|not run)(?:: (?P<said>.*?))? -->$|^```(?P<kind>[^\n]*)\n(?P<block>.*?)^```$|^(?P<heading>#+) ", re.DOTALL | re.MULTILINE)  # fmt: skip
FILE = re.compile(r"# ([\w./-]+\.\w+)\n")
LEFT_OUT = "...\n"
COPIED = ("Makefile", "Pulumi.yaml", "pyproject.toml", "__main__.py", "requirements.txt", "requirements-dev.txt", "stacks", "schema", "examples", "tools", ".gitignore")  # fmt: skip
NORMAL = (
    (re.compile(r"^@ (previewing|updating|importing|destroying).*\n", re.MULTILINE), ""),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"file:///\S+|/tmp/\S+|(/[\w.-]+)+/pulumi\b"), "PATH"),
    (re.compile(r"(?<![\d.])\d+\.\d+\.\d+\b|\b\d+(?= packages)"), "VERSION"),
    (re.compile(r"(Duration: |in )\d+(\.\d+)? ?m?s\b"), r"\1TIME"),
    (re.compile(r"(2026-11-20T12:)0[0-4]:\d\d"), r"\g<1>00:00"),
    (re.compile(r'(\[id=|template_id: *|template |")\d{3,5}\b'), r"\1ID"),
    (re.compile(r"\b[0-9A-Za-z]{60}\b"), "TASK"),
)
"""What differs from run to run or between machines: progress, ports, directories, versions, how long it took, clock and ids."""
SCRIPT = """exec 2>&1 3> "$STATUS"
trap 'echo "$?" >&3' ERR
{}"""
STEP = 'printf "\\036"; echo step >&3\n'


class Part(NamedTuple):
    """A block, a hidden command or a heading of a page, and the comment right above it with what that says."""

    line: int
    start: int  # of its text in the page
    kind: str
    text: str
    note: str
    said: str


class Step(NamedTuple):
    """Commands, what is shown below them and where, and the exit status that one of them has, if any."""

    line: int
    commands: str
    shown: str | None = None
    start: int = 0
    exits: int = 0


class Ran(NamedTuple):
    """What the commands of a step printed, and every exit status that was not 0."""

    printed: str
    exits: tuple[int, ...]


def parts(page: Path) -> Iterator[Part]:
    """Yield the blocks, the hidden commands, and the headings of a page."""
    text = page.read_text(encoding="utf-8")
    note, said, end = "", "", -1
    for found in PART.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if found["note"] == "run":
            yield Part(line, found.start("said"), "run", f"{found['said']}\n", "", "")
        elif found["note"]:
            note, said, end = found["note"], found["said"] or "", found.end()
            continue
        elif found["heading"]:
            yield Part(line, found.start(), "heading", "", "", "")
        else:
            near = text[end : found.start()] == "\n"
            yield Part(line, found.start("block"), found["kind"], found["block"], *((note, said) if near else ("", "")))
        note, said, end = "", "", -1


def steps(page: Path) -> list[Step]:
    """Return the steps of a page, in order."""
    made: list[Step] = []
    follows = False
    for part in parts(page):
        follows, before = False, follows
        if part.note == "not run":
            continue
        if before and (part.kind == "text" or part.note == "output"):
            made[-1] = made[-1]._replace(shown=part.text, start=part.start)
        elif part.kind in ("sh", "run"):
            made.append(Step(part.line, part.text, exits=int(part.said) if part.note == "exit" else 0))
            follows = part.kind == "sh"
        elif file := FILE.match(part.text):
            written = f"mkdir -p {Path(file[1]).parent}\ncat > {file[1]} <<'END OF FILE'\n{part.text}END OF FILE\n"
            made.append(Step(part.line, written))
    return made


def copy(directory: Path, virtualenv: Path = ROOT / ".venv") -> None:
    """Clone the project, with this virtualenv."""
    directory.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, directory / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, directory)
            os.utime(directory / name, (0, 0))  # older than the virtualenv, so that make finds it ready
    (directory / ".venv").symlink_to(virtualenv)
    author = ("-c", "user.name=Reader", "-c", "user.email=reader@example.com")
    for command in (("init", "--quiet"), ("add", "."), (*author, "commit", "--quiet", "-m", "Clone")):
        subprocess.run(["git", *command], cwd=directory, check=True)


def equipped(scratch: Path, directory: Path, account: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a reader after setup: python and pulumi on the path, an account, a backend."""
    project = Project(directory, scratch)
    path = f"{directory / '.venv/bin'}{os.pathsep}{project.environment['PATH']}"
    return {**project.environment, **account, "PATH": path}


def run(made: list[Step], directory: Path, environment: Mapping[str, str]) -> list[Ran]:
    """Run the steps in one shell; the result is shorter than *made* if the shell ended early."""
    status = directory.parent / "status"
    done = subprocess.run(
        ["bash", "-c", SCRIPT.format("".join(f"{STEP}{step.commands}" for step in made))],
        cwd=directory,
        env={**environment, "STATUS": str(status)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    exits = [tuple(map(int, lines.split())) for lines in status.read_text(encoding="utf-8").split("step\n")]
    return [Ran(*both) for both in zip(done.stdout.split("\036")[1:], exits[1:], strict=True)]


def normal(text: str) -> str:
    """Remove what differs from run to run."""
    for pattern, same in NORMAL:
        text = pattern.sub(same, text)
    return text


def shows(shown: str, printed: str) -> bool:
    """Return whether the text was printed; a line `...` matches any number of lines."""
    pattern = "(?:.*\n)*".join(map(re.escape, re.split(r"^\.\.\.\n", normal(shown), flags=re.MULTILINE)))
    return re.fullmatch(pattern, normal(printed)) is not None


def rewrite(page: Path, made: list[Step], ran: list[Ran]) -> None:
    """Put what was printed where the page shows something else; what leaves lines out is left to people."""
    text = page.read_text(encoding="utf-8")
    for step, seen in reversed(list(zip(made, ran, strict=True))):
        whole = step.shown is not None and LEFT_OUT not in step.shown.splitlines(keepends=True)
        if whole and not shows(step.shown or "", seen.printed):
            text = text[: step.start] + seen.printed + text[step.start + len(step.shown or "") :]
    page.write_text(text, encoding="utf-8")
