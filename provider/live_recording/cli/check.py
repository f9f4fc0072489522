"""`live-recording check`."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.options import StacksArgument, draw_findings
from live_recording.cli.output import FINDINGS, FindingsFormat, print_commands, print_result

if TYPE_CHECKING:
    from live_recording.lint.report import FileReport


def check(
    stacks: StacksArgument = None,
    output_format: Annotated[FindingsFormat, typer.Option("--format", help="Output format.")] = FindingsFormat.text,
) -> None:
    """Check stack files, without Pulumi and without the account.

    Example: live-recording check prod
    """
    from live_recording.config.files import select_stacks
    from live_recording.core.findings import errors

    checked: list[FileReport] = []
    for stack in select_stacks(stacks):
        result = _check_stack(stack)
        if result not in checked:  # several stacks may use one file
            checked.append(result)
    renderers = findings_renderers()
    if output_format is FindingsFormat.github:
        print_commands(renderers[output_format](checked))
    else:
        print_result(checked, output_format, renderers, draw_findings)
    if any(errors(file.findings) for file in checked):
        raise typer.Exit(FINDINGS)


def findings_renderers() -> "Mapping[str, Callable[[list[FileReport]], str]]":
    """Return the function that renders findings, for each format."""
    from live_recording.config.files import environment
    from live_recording.lint import pipeline_formats, report

    page = environment().get("LIVE_RECORDING_FINDINGS_URL", "")
    return {
        "text": report.as_text,
        "json": report.as_json,
        "sarif": partial(report.as_sarif, findings_page=page),
        "github": pipeline_formats.as_github,
        "gitlab": pipeline_formats.as_gitlab,
        "junit": pipeline_formats.as_junit,
    }


def _check_stack(name: str) -> "FileReport":
    from live_recording.desired.declarations import later_tasks
    from live_recording.lint.report import FileReport
    from live_recording.project import load_stack

    file = load_stack(name)
    stack = file.checked.valid_stack
    waiting = later_tasks(stack, file.settings.limits, file.settings.now()) if stack else {}
    return FileReport(file.file, file.checked.findings, waiting)
