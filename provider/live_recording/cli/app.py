"""The command line `live-recording VERB`.

Verbs import what they need when they run, so that help, completion and `--version` are fast.
"""

from collections.abc import Callable
from typing import Annotated

import typer

from live_recording.cli.adopt import adopt
from live_recording.cli.audit import audit
from live_recording.cli.check import check
from live_recording.cli.ci import ci
from live_recording.cli.deploy import deploy
from live_recording.cli.doctor import doctor
from live_recording.cli.drift import drift
from live_recording.cli.emulate import emulate
from live_recording.cli.explain import explain
from live_recording.cli.list import list_
from live_recording.cli.migrate import migrate
from live_recording.cli.output import VerbGroup, print_output
from live_recording.cli.plan import plan
from live_recording.cli.policy import policy
from live_recording.cli.project_verb import ProjectVerb
from live_recording.cli.review import review
from live_recording.cli.schema import schema
from live_recording.cli.snapshot import snapshot
from live_recording.cli.verify import verify

VERBS: tuple[Callable[..., None], ...] = (
    check,
    explain,
    list_,
    plan,
    review,
    deploy,
    verify,
    audit,
    drift,
    adopt,
    migrate,
    snapshot,
    emulate,
    doctor,
    policy,
    schema,
)
"""In the order of the help."""
SHOWN_PACKAGES = ("pulumi", "tencentcloud-sdk-python-live")


def _print_version(requested: bool) -> None:
    if requested:
        import platform
        from importlib.metadata import version

        packages = " and ".join(f"{name} {version(name)}" for name in SHOWN_PACKAGES)
        print_output(
            f"live-recording {version('live-recording')}, with {packages}, on Python {platform.python_version()}"
        )
        raise typer.Exit


def main_options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Manage recording of live streams on Tencent Cloud Live as code.

    Exit codes of every verb: 0 no problem (warnings allowed), 1 findings that stop, 2 a mistake in the call, 3 the tool
    failed (network, account).

    On a terminal, output has colors and tables. In a pipe, or if NO_COLOR or CI is set, it is plain text.
    """


def verb_name(verb: Callable[..., None]) -> str:
    """Return the name of a verb; an underscore behind that of its function avoids a name of Python."""
    return verb.__name__.removesuffix("_")


def _create_app() -> typer.Typer:
    app = typer.Typer(
        name="live-recording",
        cls=VerbGroup,
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(main_options)
    for verb in VERBS:
        inside = None if verb is emulate else ProjectVerb  # emulate runs commands where the user is
        app.command(verb_name(verb), cls=inside)(verb)
    app.add_typer(ci, name="ci")
    return app


app = _create_app()


def main() -> None:
    """Run the command line. Entry point of the command `live-recording`."""
    app(prog_name="live-recording")
