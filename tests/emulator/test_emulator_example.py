"""The emulator's page and its help: what they say about faults is all there is."""

import re
from pathlib import Path

from typer.testing import CliRunner

from live_recording.cli.app import app
from live_recording.emulator.control_api import PREFIX
from live_recording.emulator.faults import KINDS

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/emulator.md").read_text(encoding="utf-8")


def test_page_has_every_kind_of_fault() -> None:
    """The table of faults has a row for each kind and no other."""
    section = PAGE.partition("\n## Inject faults\n")[2].partition("\n### ")[0]

    assert set(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)) == set(KINDS)


def test_help_leads_to_the_control_path() -> None:
    """Who only reads the help learns where faults are ordered, and where to read on."""
    said = CliRunner().invoke(app, ["emulate", "--help"]).output

    assert f"URL{PREFIX}" in said
    assert "docs/emulator.md" in said
