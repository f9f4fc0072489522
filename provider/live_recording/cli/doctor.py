"""TODO live_recording.cli.doctor."""

from typing import Annotated

import typer

from live_recording.cli import rich_output
from live_recording.cli.options import stack_names
from live_recording.cli.output import Form, present, print_output


def doctor(
    stack: Annotated[
        str | None,
        typer.Option("--stack", metavar="STACK", help="Only this stack. Default: all.", autocompletion=stack_names),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="For people or for programs.")] = Form.text,
) -> None:
    """Tell whether this machine is ready, and what to do.

    Python, Pulumi, backend, stacks, credentials, endpoint, clock; one line each.

    Example: live-recording doctor --stack prod
    """
    from live_recording.doctor import checks as doctors

    found = doctors.examined(stack)
    if form is Form.text:
        present(doctors.text(found), lambda: rich_output.diagnosis(found))
    else:
        print_output(doctors.as_json(found))
    raise typer.Exit(found.exit_code)
