"""The verbs that look at a live account, or at a snapshot of one."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from live_recording import project
from live_recording.cli import rich_output
from live_recording.cli.output import FINDINGS, present
from live_recording.config import files
from live_recording.lint import report
from live_recording.stackfile.model import Stack


class SiteOption(StrEnum):
    """The vendor's sites."""

    intl = "intl"
    cn = "cn"


def stack_names(incomplete: str) -> list[str]:
    """The stacks whose names begin so, for shells that complete words."""
    return [name for name in files.stack_names() if name.startswith(incomplete)]


NAME_OR_PATH = "A name or a path."
StackArgument = Annotated[str, typer.Argument(metavar="STACK", help=NAME_OR_PATH, autocompletion=stack_names)]
StacksArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="STACK", help="Names or paths. Default: all.", autocompletion=stack_names),
]
StackOption = Annotated[str, typer.Option("--stack", metavar="STACK", help=NAME_OR_PATH, autocompletion=stack_names)]
AccountOption = Annotated[
    Path | None, typer.Option("--account", metavar="FILE", help="A snapshot instead of the live account.")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write there instead of printing.")]


def usable(asked: project.StackFile) -> Stack:
    """What a stack file without errors says; those of another one are shown, and are the end."""
    if asked.checked.valid_stack is None:
        checked = [report.CheckedFile(asked.file, asked.checked.findings, {})]
        present(report.as_text(checked), lambda: rich_output.checked(checked))
        raise typer.Exit(FINDINGS)
    return asked.checked.valid_stack
