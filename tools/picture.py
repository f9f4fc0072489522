"""docs/terminal.svg: the mistakes and the loss of the tour, recorded from a real run in a terminal.

`python tools/picture.py` redraws it, in about ten seconds: the commands are those of the tour, against the emulator.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.pulumi_project import Project
from tests.support.terminals import XTERM, watched, without_terminal

PICTURE = ROOT / "docs/terminal.svg"
TITLE = "A mistake is found before anything changes, a loss before it is applied"
COLUMNS = 92
FIRST_LINE = "# stacks/tour.yaml\n"
STEPS = (
    ("live-recording check tour", True),
    ("""sed -i.old 's/9h/1h/; s/clip}/clips}/; s/007/"007"/' stacks/tour.yaml""", False),
    ("pulumi stack init tour", False),
    ("live-recording emulate --state tour.json -- pulumi up --yes --stack tour", False),
    ("sed -i.old 's/30d/7d/' stacks/tour.yaml", True),
    ("live-recording emulate --state tour.json -- live-recording plan tour", True),
)
"""The commands of the tour, and whether the picture shows them."""
FONTS = (
    (re.compile(r"\s*@font-face \{.*?\}", re.DOTALL), ""),
    (re.compile("font-family: Fira Code, monospace"), "font-family: ui-monospace, Menlo, Consolas, monospace"),
    (re.compile(r"127\.0\.0\.1:\d{5}"), "127.0.0.1:40000"),  # the port differs from run to run
    (re.compile("<svg "), f'<svg role="img" aria-label="{TITLE}" '),
)
"""The picture loads nothing from the network and has a label for screen readers."""


def recorded() -> Iterator[str]:
    """Yield the content of the terminal, with escape sequences."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch, "project")
        (directory / "stacks").mkdir(parents=True)
        for name in ("Pulumi.yaml", "__main__.py"):
            shutil.copy(ROOT / name, directory)
        for name in (".venv",):
            (directory / name).symlink_to(ROOT / name)
        (directory / "stacks/tour.yaml").write_text(stack_file(), encoding="utf-8")
        environment = without_terminal(Project(directory, Path(scratch)).environment) | XTERM
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        environment["LIVE_RECORDING_NOW"] = "2026-11-20T12:00Z"
        for command, shown in STEPS:
            seen = watched(["bash", "-c", command], directory, environment, COLUMNS)
            if shown:
                yield f"\033[1;32m$\033[0m {command.removeprefix('live-recording emulate --state tour.json -- ')}"
                yield seen.text


def stack_file() -> str:
    """Return the first stack file of the tour."""
    page = (ROOT / "docs/tour.md").read_text(encoding="utf-8")
    return FIRST_LINE + page.partition(f"```yaml\n{FIRST_LINE}")[2].partition("```\n")[0]


def drawn() -> str:
    """Return the picture; it is byte-stable."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), legacy_windows=False)
    for part in recorded():
        console.print(Text.from_ansi(part))
    svg = console.export_svg(title=TITLE, unique_id="terminal")
    for pattern, instead in FONTS:
        svg = pattern.sub(instead, svg)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
