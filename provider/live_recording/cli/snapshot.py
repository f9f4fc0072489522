"""`live-recording snapshot`."""

from typing import Annotated

import typer

from live_recording.cli.options import complete_stack
from live_recording.cli.output import print_error, print_output


def snapshot(
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            metavar="STACK",
            help="Use the site, region and endpoint of this stack. Default: those of the environment.",
            autocompletion=complete_stack,
        ),
    ] = None,
) -> None:
    """Print the account's recording objects as JSON.

    It contains no secrets. review, audit, adopt and emulate accept it in place of the account.

    Example: live-recording snapshot > account.json
    """
    from live_recording.account.snapshot_file import snapshot_text, take_snapshot
    from live_recording.config.files import require_stack
    from live_recording.config.sources import read_stack_settings

    settings = read_stack_settings(require_stack(stack) if stack else None)
    snapshot = take_snapshot(settings, with_relays=True, with_callbacks=True)
    print_error(f"Read {settings.describe_account(snapshot.account)}.")
    print_output(snapshot_text(snapshot))
