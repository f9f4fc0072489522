"""`live-recording audit`."""

from typing import TYPE_CHECKING

import typer

from live_recording.cli.options import AccountOption, FormatOption, StacksArgument
from live_recording.cli.output import TextOrJson, print_result

if TYPE_CHECKING:
    from rich.console import RenderableType

    from live_recording.audit.run import Audit


def audit(
    stacks: StacksArgument = None,
    account: AccountOption = None,
    output_format: FormatOption = TextOrJson.text,
) -> None:
    """Compare stack files with the account.

    Lists what is live but not declared, declared but not live, different, or stopped manually.

    Example: live-recording audit prod
    """
    from live_recording.audit import run

    result = run.audit_stacks(stacks, account)
    print_result(result, output_format, {"text": run.as_text, "json": run.as_json}, _draw)
    raise typer.Exit(result.exit_code)


def _draw(result: "Audit") -> "RenderableType":
    from live_recording.cli import rich_output  # slow to import, and not needed in a pipe

    return rich_output.audit(result)
