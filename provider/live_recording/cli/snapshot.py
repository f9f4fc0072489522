"""TODO live_recording.cli.snapshot."""

from typing import Annotated

import typer

from live_recording.cli.options import stack_names
from live_recording.cli.output import print_output
from live_recording.config import files


def snapshot(
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            metavar="STACK",
            help="Whose site, region and endpoint. Default: none.",
            autocompletion=stack_names,
        ),
    ] = None,
) -> None:
    """Print what the account holds as JSON, without secrets.

    For use where there are no credentials: by review, audit, adopt and the emulator.

    Example: live-recording snapshot > account.json
    """
    from live_recording.account.snapshot_file import snapshot_text, take_snapshot

    print_output(snapshot_text(take_snapshot(files.read_stack_settings(files.require_stack(stack) if stack else None))))
