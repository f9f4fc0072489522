"""The help of `live-recording ci`."""

import re
import shlex

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from live_recording.cli.ci import ci

COMMANDS = ("comment", "credentials", "issue")


def test_commands_are_known() -> None:
    """The list below is complete."""
    assert sorted(get_command(ci).commands) == [*COMMANDS]  # type: ignore[attr-defined]  # an app of several verbs is a group


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_that_can_be_called(command: str) -> None:
    """The example is one line that can be copied, and the command accepts it."""
    shown = CliRunner().invoke(ci, [command, "--help"], env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"}).output
    (example,) = re.findall(rf"^  Example: .*(live-recording ci {command}\b[^)\n]*)", shown, re.MULTILINE)
    arguments = shlex.split(example)[3:]

    assert get_command(ci).commands[command].make_context(command, arguments).args == []  # type: ignore[attr-defined]  # as above
