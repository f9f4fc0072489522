"""TODO live_recording.cli.audit."""

from typing import Annotated

import typer

from live_recording.cli import rich_output
from live_recording.cli.options import AccountOption, StacksArgument
from live_recording.cli.output import Form, present, print_output


def audit(
    stacks: StacksArgument = None,
    account: AccountOption = None,
    form: Annotated[Form, typer.Option("--format", help="For people or for programs.")] = Form.text,
) -> None:
    """Compare stack files with the account.

    What is live and not declared, declared and not live, different, or stopped by hand.

    Example: live-recording audit prod
    """
    from live_recording.audit import run as audits

    found = audits.audited(stacks, account)
    if form is Form.text:
        present(audits.text(found), lambda: rich_output.audit(found))
    else:
        print_output(audits.as_json(found))
    raise typer.Exit(found.exit_code)
