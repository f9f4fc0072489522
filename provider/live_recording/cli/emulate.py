"""`live-recording emulate`."""

from contextlib import chdir
from pathlib import Path
from typing import Annotated

import typer

from live_recording.cli.options import SiteOption


def emulate(
    command: Annotated[
        list[str] | None, typer.Argument(metavar="-- CMD", help="Run this command against the emulator.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on. 0: any free port.")] = 0,
    state: Annotated[Path | None, typer.Option(help="Keep the account in this file.", dir_okay=False)] = None,
    site: Annotated[
        SiteOption | None, typer.Option(help="Site of the vendor. Default: that of the project's stacks, else intl.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="Start of its clock. Default: LIVE_RECORDING_NOW, else now.")
    ] = None,
    rates: Annotated[bool, typer.Option("--rates", help="Enforce the API's rate limits per second.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Use HTTPS; the second line of output names the CA file.")] = False,
    account: Annotated[
        str, typer.Option(metavar="ID", help="Number of the account (UIN), as sts:GetCallerIdentity returns it.")
    ] = "100000000001",
    domain: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:playback|:disabled|:delay_live]",
            help="A domain of the account; repeatable. Without any, the key may not list domains.",
        ),
    ] = None,
) -> None:
    """Emulate the recording API on this machine.

    The first line of output is the URL. With a command: runs it with LIVE_RECORDING_ENDPOINT and credentials set, and exits with its exit code.

    URL/_control/ shows the account and the calls so far, and accepts faults to inject. See docs/emulator.md.

    Example: live-recording emulate -- pulumi up --yes --stack dev
    """
    from live_recording.cli.output import print_error
    from live_recording.config.files import current_time, environment
    from live_recording.core.text import escaped
    from live_recording.emulator.command import emulate as run_emulator

    if not now and environment().get("LIVE_RECORDING_NOW"):
        now = current_time().isoformat()
    code = run_emulator(
        port=port,
        state=state,
        site=site or _site_of_project(),
        now=now or None,
        rates=rates,
        tls=tls,
        account=account,
        domains=domain or [],
        command=command or [],
        report=lambda sentence: print_error(escaped(sentence)),
    )
    raise typer.Exit(code)


def _site_of_project() -> str:
    """Return the site of the stacks of the project that the user is in; intl without a project, or where they differ."""
    from live_recording.cli.output import print_error
    from live_recording.config.files import find_root, stack_names
    from live_recording.core.errors import ConfigError
    from live_recording.pipeline.listing import list_stack

    try:
        with chdir(find_root(Path.cwd())):
            sites = {stack.site for stack in map(list_stack, stack_names()) if stack.site}
    except ConfigError:
        sites = set()  # the command itself reports it
    if len(sites) == 1:
        return sites.pop()
    if sites:
        print_error("The stacks of this project are on both sites; intl is emulated. Choose with --site.")
    return SiteOption.intl
