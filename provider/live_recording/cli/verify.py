"""`live-recording verify`."""

from enum import StrEnum
from typing import Annotated

import typer

from live_recording.cli.options import OutOption, StacksArgument, require_valid_stack
from live_recording.cli.output import exit_with, print_progress, write_output


class VerifyFormat(StrEnum):
    """The output formats of a verification."""

    text = "text"
    json = "json"
    md = "md"
    html = "html"


def verify(
    stacks: StacksArgument = None,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="Start: a time, or a duration before the end, such as 7d.")
    ] = "24h",
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="End. Default: now.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Only: are the streams of running tasks being pushed?")] = False,
    events: Annotated[
        str | None, typer.Option("--events", metavar="URL", help="Database of a receiver, such as sqlite:///FILE.")
    ] = None,
    output_format: Annotated[VerifyFormat, typer.Option("--format", help="Output format.")] = VerifyFormat.text,
    out: OutOption = None,
) -> None:
    """Verify that what was declared and pushed was recorded.

    Compares the pushes of the period with the files in VOD, for each task and for each push that a rule should record.
    Exits with 1 if a recording is missing or incomplete.

    Example: live-recording verify prod --since 24h
    """
    from live_recording.config.files import select_stacks
    from live_recording.project import load_stack
    from live_recording.verify import current, formats, run
    from live_recording.verify.period import parse_period
    from live_recording.verify.witnesses import open_events

    files = [load_stack(stack) for stack in select_stacks(stacks)]
    loaded = [(file, require_valid_stack(file)) for file in files]
    if now:
        if output_format not in formats.NOW:
            exit_with(f"--now has no format {output_format}. Use one of: {', '.join(formats.NOW)}.")
        states = [current.current_state(file, stack) for file, stack in loaded]
        write_output(formats.NOW[output_format](states), out, overwrite=True)
        raise typer.Exit(current.exit_code(states))
    period = parse_period(since, until, files[0].settings.now())
    notifications = open_events(events) if events else None
    verified = [run.verify_stack(file, stack, period, print_progress, notifications) for file, stack in loaded]
    write_output(formats.FORMATS[output_format](verified), out, overwrite=True)
    raise typer.Exit(run.exit_code(verified))
