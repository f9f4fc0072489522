"""TODO live_recording.cli.emulate."""

from pathlib import Path
from typing import Annotated

import typer

from live_recording.cli.options import SiteOption
from live_recording.config.files import current_time as now_files
from live_recording.config.files import environment


def emulate(
    command: Annotated[list[str] | None, typer.Argument(metavar="-- CMD", help="Run CMD against it.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    state: Annotated[Path | None, typer.Option(help="Keep the account in this file.", dir_okay=False)] = None,
    site: Annotated[SiteOption, typer.Option(help="Whose rules apply.")] = SiteOption.intl,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="A clock that ticks from there. Default: LIVE_RECORDING_NOW.")
    ] = None,
    rates: Annotated[bool, typer.Option("--rates", help="Refuse calls beyond the vendor's rates per second.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Speak https; the second line names the CA file.")] = False,
) -> None:
    """Stand in for the vendor's API, on this machine only.

    The first line of output is its URL. With a command: run it with LIVE_RECORDING_ENDPOINT and credentials set, stop with it, return its exit status.

    URL/_control/ shows the account and the calls so far, and takes orders for faults such as a lost answer: see
    docs/emulator.md.

    Example: live-recording emulate -- pulumi up --yes --stack dev
    """
    from live_recording.emulator.command import emulate as run

    now = now or (now_files().isoformat() if environment().get("LIVE_RECORDING_NOW") else None)
    raise typer.Exit(run(port=port, state=state, site=site, now=now, rates=rates, tls=tls, command=command or []))
