"""`live-recording drift`."""

from pathlib import Path
from typing import Annotated

import typer

from live_recording.cli.options import StackArgument
from live_recording.cli.output import print_output, write_output


def drift(
    stack: StackArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also write the report to this file, as Markdown.")
    ] = None,
) -> None:
    """Compare the account with a stack file and its state.

    Runs `live-recording audit` and a `pulumi refresh` that changes nothing. Exit codes: 0 no drift, 1 drift, 3 the comparison failed.

    Example: live-recording drift prod --out drift.md
    """
    from live_recording.pipeline.drift import as_markdown, compare_stack

    result = compare_stack(stack)
    report = as_markdown(result)
    if out:
        write_output(report, out, overwrite=True)
    print_output(report)
    raise typer.Exit(result.exit_code)
