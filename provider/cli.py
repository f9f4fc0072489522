"""`python -m provider VERB`: the command line.

Exit codes, the same for every verb: 0 nothing wrong (warnings allowed), 1 findings that stop, 2 usage, 3 the tool
failed.
"""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from provider import config, report, stackfile
from provider.core.findings import Finding, errors
from provider.core.schema import stack_schema

FINDINGS, USAGE = 1, 2

app = typer.Typer(
    name="python -m provider",
    help="Recording of live streams as code.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Form(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"


class SiteOption(StrEnum):
    """The vendor's sites."""

    intl = "intl"
    cn = "cn"


@app.command()
def check(
    stacks: Annotated[
        list[str] | None, typer.Argument(metavar="[STACK]...", help="Names or paths. Default: all.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="For people or for programs.")] = Form.text,
) -> None:
    """Check stack files as a whole, without Pulumi and without an account.

    Example: python -m provider check prod
    """
    found: list[Finding] = []
    try:
        for stack in stacks or config.stack_names():
            path = config.stack_path(stack)
            settings = config.settings(config.stack_config(stack))
            owner = f"{config.project()}--{path.stem}"
            found += stackfile.load(config.text(path), str(path), settings.limits, settings.now(), owner).findings
    except config.ConfigError as error:
        _stop(str(error))
    _print(report.as_json(sorted(found)) if form is Form.json else report.text(sorted(found)))
    raise typer.Exit(FINDINGS if errors(found) else 0)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a stack file (draft 2020-12), for editors.

    Example: python -m provider schema > schema/stack.schema.json
    """
    _print(json.dumps(stack_schema(), indent=2, ensure_ascii=False))


@app.command(context_settings={"ignore_unknown_options": False})
def emulate(
    command: Annotated[list[str] | None, typer.Argument(metavar="[-- CMD]...", help="Run CMD against it.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    state: Annotated[Path | None, typer.Option(help="Keep the account in this file.", dir_okay=False)] = None,
    site: Annotated[SiteOption, typer.Option(help="Whose rules apply.")] = SiteOption.intl,
    now: Annotated[str | None, typer.Option(metavar="TIME", help="A clock that ticks from there.")] = None,
    rates: Annotated[bool, typer.Option("--rates", help="Refuse more calls a second than the vendor does.")] = False,
) -> None:
    """Stand in for the vendor's API on loopback; the first line of output is its URL.

    With a command: run it with LIVE_RECORDING_ENDPOINT and credentials set, stop with it, return its exit status.

    Example: python -m provider emulate -- pulumi up --yes --stack dev
    """
    from provider.emulator.command import emulate as run

    raise typer.Exit(run(port=port, state=state, site=site, now=now, rates=rates, command=command or []))


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _stop(sentence: str) -> None:
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(sentence)
    raise typer.Exit(USAGE)
