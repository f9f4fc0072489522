"""`live-recording doctor`."""

from typing import Annotated

import typer

from live_recording.cli.options import complete_stack
from live_recording.cli.output import TextOrJson, print_result


def doctor(
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            metavar="STACK",
            help="Check only this stack. Default: all stacks.",
            autocompletion=complete_stack,
        ),
    ] = None,
    output_format: Annotated[TextOrJson, typer.Option("--format", help="Output format.")] = TextOrJson.text,
) -> None:
    """Check whether this machine is ready to plan and deploy.

    Checks Python, Pulumi, the backend, the stacks, the credentials, the endpoint and the clock, and says what to do.

    Example: live-recording doctor --stack prod
    """
    from live_recording.cli import rich_output
    from live_recording.doctor import report
    from live_recording.doctor.checks import diagnose

    diagnosis = diagnose(stack)
    renderers = {"text": report.text, "json": report.as_json}
    print_result(diagnosis, output_format, renderers, rich_output.diagnosis_table)
    raise typer.Exit(diagnosis.exit_code)
