"""The command line `live-recording VERB`.

Only the module of the verb that runs is imported, and it imports what it needs when it runs: so each command starts fast.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer

from live_recording.cli.output import VerbGroup, print_output
from live_recording.cli.project_verb import ProjectVerb
from live_recording.config.garbage import collect_rarely

VERBS: Mapping[str, str] = {
    "check": "check",
    "explain": "explain",
    "list": "list_",
    "plan": "plan",
    "review": "review",
    "deploy": "deploy",
    "verify": "verify",
    "audit": "audit",
    "drift": "drift",
    "adopt": "adopt",
    "migrate": "migrate",
    "snapshot": "snapshot",
    "emulate": "emulate",
    "doctor": "doctor",
    "policy": "policy",
    "schema": "schema",
    "ci": "ci",
}
"""Verb, and name of its module -> its function or group of verbs in that module. In the order of the help."""
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

    Exit codes of every verb: 0 no problem (warnings allowed), 1 findings that stop, 2 wrong usage, 3 the tool
    failed (network, account).

    On a terminal, output has colors and tables. In a pipe, or if NO_COLOR or CI is set, it is plain text.
    """


def load_verb(name: str) -> Callable[..., None] | typer.Typer:
    """Import the module of a verb, and return its function, or its group of verbs."""
    verb: Callable[..., None] | typer.Typer = getattr(import_module(f"live_recording.cli.{name}"), VERBS[name])
    return verb


class _Commands(Mapping[str, Any]):
    """The command of each verb, created when it is looked up. Help and completion look up all of them."""

    def __getitem__(self, name: str) -> Any:
        if name not in VERBS:
            raise KeyError(name)
        return _create_command(name, load_verb(name))

    def __iter__(self) -> Iterator[str]:
        return iter(VERBS)

    def __len__(self) -> int:
        return len(VERBS)


class _AllVerbs(VerbGroup):
    """The group of all verbs."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": _Commands()})


def _create_command(name: str, verb: Callable[..., None] | typer.Typer) -> Any:
    if not isinstance(verb, typer.Typer):
        inside = None if name == "emulate" else ProjectVerb  # emulate runs commands where the user is
        function, verb = verb, typer.Typer(add_completion=False, rich_markup_mode=None)
        verb.command(name, cls=inside)(function)
    return typer.main.get_command(verb)


app = typer.Typer(
    name="live-recording",
    cls=_AllVerbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.callback()(main_options)


def main() -> None:
    """Run the command line. Entry point of the command `live-recording`."""
    collect_rarely()
    app(prog_name="live-recording")
