"""`live-recording VERB`: the command line.

Exit codes, the same for every verb: 0 nothing wrong (warnings allowed), 1 findings that stop, 2 usage, 3 the tool
failed.
"""

import platform
from importlib import metadata
from typing import Annotated

import typer

from live_recording import __version__
from live_recording.cli import adopt, audit, deploy, doctor, plan, review, snapshot
from live_recording.cli.check import check
from live_recording.cli.emulate import emulate
from live_recording.cli.explain import explain
from live_recording.cli.migrate import migrate
from live_recording.cli.output import (
    Verbs,
    print_output,
)
from live_recording.cli.schema import schema


def _version(asked: bool) -> None:
    if asked:
        packages = " and ".join(
            f"{name} {metadata.version(name)}" for name in ("pulumi", "tencentcloud-sdk-python-live")
        )
        print_output(f"live-recording {__version__}, with {packages}, on Python {platform.python_version()}")
        raise typer.Exit


def about(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Recording of live streams as code.

    Exit codes, the same for every verb: 0 nothing wrong (warnings allowed), 1 findings that stop, 2 a mistake in the
    call, 3 the tool failed (network, account).

    Where a terminal is there, findings have colours and tables; elsewhere, and with NO_COLOR or CI set, plain text.
    """


VERBS = (
    *(check, explain, plan.plan, review.review, deploy.deploy, audit.audit, adopt.adopt),
    *(migrate, snapshot.snapshot, emulate, doctor.doctor, schema),
)
"""In the order in which the help lists them."""


def _command_line() -> typer.Typer:
    made = typer.Typer(
        name="live-recording",
        cls=Verbs,
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback()(about)
    for verb in VERBS:
        made.command()(verb)
    return made


app = _command_line()


def main() -> None:
    """Run the command line; the entry point of the command `live-recording`."""
    app(prog_name="live-recording")
