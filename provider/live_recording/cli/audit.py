"""`live-recording audit`."""

import typer

from live_recording.cli.options import AccountOption, FormatOption, StacksArgument
from live_recording.cli.output import TextOrJson, print_result


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
    from live_recording.cli import rich_output

    result = run.audit_stacks(stacks, account)
    print_result(result, output_format, {"text": run.as_text, "json": run.as_json}, rich_output.audit)
    raise typer.Exit(result.exit_code)
