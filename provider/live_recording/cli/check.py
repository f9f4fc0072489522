"""TODO live_recording.cli.check."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from live_recording.cli import rich_output
from live_recording.cli.options import StacksArgument
from live_recording.cli.output import FINDINGS, present, print_output
from live_recording.config.files import select_stacks
from live_recording.core.findings import errors
from live_recording.desired.declarations import later_tasks
from live_recording.lint import report
from live_recording.project import StackFile, load_stack


class FindingsForm(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"
    sarif = "sarif"


FINDINGS_FORMS: dict[FindingsForm, Callable[[list[report.CheckedFile]], str]] = {
    FindingsForm.json: report.as_json,
    FindingsForm.sarif: report.as_sarif,
}


def check(
    stacks: StacksArgument = None,
    form: Annotated[FindingsForm, typer.Option("--format", help="For people or for programs.")] = FindingsForm.text,
) -> None:
    """Check stack files as a whole; no Pulumi and no account needed.

    Example: live-recording check prod
    """
    made = [_checked(load_stack(stack)) for stack in select_stacks(stacks)]
    checked = [one for number, one in enumerate(made) if one not in made[:number]]  # several may mean one file
    if form is FindingsForm.text:
        present(report.as_text(checked), lambda: rich_output.checked(checked))
    else:
        print_output(FINDINGS_FORMS[form](checked))
    raise typer.Exit(FINDINGS if any(errors(file.findings) for file in checked) else 0)


def _checked(asked: StackFile) -> report.CheckedFile:
    stack = asked.checked.valid_stack
    waiting = later_tasks(stack, asked.settings.limits, asked.settings.now()) if stack else {}
    return report.CheckedFile(asked.file, asked.checked.findings, waiting)
