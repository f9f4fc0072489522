"""`python -m provider VERB`: the command line.

Exit codes, the same for every verb: 0 nothing wrong (warnings allowed), 1 findings that stop, 2 usage, 3 the tool
failed.
"""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple, NoReturn

import typer
from pydantic_core import PydanticCustomError
from rich.console import Console

from provider import config, report, stackfile
from provider.core.explain import explain as explained
from provider.core.findings import errors
from provider.core.plan import later
from provider.core.priority import Key
from provider.core.schema import stack_schema
from provider.core.times import instant, moment
from provider.core.values import quoted

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
    """For people or for programs."""

    text = "text"
    json = "json"


class FindingsForm(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"
    sarif = "sarif"


FINDINGS_FORMS: dict[FindingsForm, Callable[[list[report.Checked]], str]] = {
    FindingsForm.text: report.text,
    FindingsForm.json: report.as_json,
    FindingsForm.sarif: report.as_sarif,
}


class SiteOption(StrEnum):
    """The vendor's sites."""

    intl = "intl"
    cn = "cn"


@app.command()
def check(
    stacks: Annotated[
        list[str] | None, typer.Argument(metavar="[STACK]...", help="Names or paths. Default: all.")
    ] = None,
    form: Annotated[FindingsForm, typer.Option("--format", help="For people or for programs.")] = FindingsForm.text,
) -> None:
    """Check stack files as a whole, without Pulumi and without an account.

    Example: python -m provider check prod
    """
    chosen = dict.fromkeys(stacks or config.stack_names())
    if not chosen:
        _stop(f"There is no stack file in {config.STACKS}/. Write {config.STACKS}/dev.yaml first.")
    checked = [_checked(*_load(stack)) for stack in chosen]
    _print(FINDINGS_FORMS[form](checked))
    raise typer.Exit(FINDINGS if any(errors(file.findings) for file in checked) else 0)


@app.command()
def explain(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="A name or a path.")],
    stream: Annotated[str, typer.Argument(metavar="DOMAIN/APP/STREAM", help="The full name of one stream.")],
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When. Default: now.")] = None,
    form: Annotated[Form, typer.Option("--format", help="For people or for programs.")] = Form.text,
) -> None:
    """Tell who records a stream, and why nobody else does.

    Example: python -m provider explain prod push.example.com/studio/rehearsal
    """
    parts = stream.split("/")
    if len(parts) != len(Key._fields) or not all(parts):
        _stop(
            f"{quoted(stream)} is not the full name of a stream. Write DOMAIN/APP/STREAM, such as push.example.com/live/final."
        )
    source = _load(stack)
    loaded = source.loaded
    if loaded.stack is None or errors(loaded.findings):
        _print(report.text([_checked(*source)]))
        raise typer.Exit(FINDINGS)
    told = explained(loaded.stack, Key(*parts), _time(at, loaded.stack.time_zone))
    _print(report.explanation(told) if form is Form.text else report.explanation_json(told))


class _Source(NamedTuple):
    file: str
    settings: config.Settings
    loaded: stackfile.Loaded


def _checked(file: str, settings: config.Settings, loaded: stackfile.Loaded) -> report.Checked:
    usable = loaded.stack if not errors(loaded.findings) else None
    return report.Checked(file, loaded.findings, later(usable, settings.limits, settings.now()) if usable else {})


def _load(stack: str) -> _Source:
    try:
        get = config.stack_config(stack)
        path, settings = config.stack_path(stack, get("recordings")), config.settings(get)
        owner = f"{config.project()}--{config.stack_name(stack)}"
        loaded = stackfile.load(config.text(path), str(path), settings.limits, settings.now(), owner)
        return _Source(str(path), settings, loaded)
    except config.ConfigError as error:
        _stop(str(error))


def _time(value: str | None, zone: str) -> datetime:
    try:
        return instant(moment(value), zone) if value else config.now()
    except PydanticCustomError as refusal:
        _stop(f"--at cannot be read. {(refusal.context or {})['sentence']}")
    except config.ConfigError as error:
        _stop(str(error))


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
    rates: Annotated[bool, typer.Option("--rates", help="Refuse calls beyond the vendor's rates per second.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Speak https; the second line names the CA file.")] = False,
) -> None:
    """Stand in for the vendor's API on loopback; the first line of output is its URL.

    With a command: run it with LIVE_RECORDING_ENDPOINT and credentials set, stop with it, return its exit status.

    Example: python -m provider emulate -- pulumi up --yes --stack dev
    """
    from provider.emulator.command import emulate as run

    raise typer.Exit(run(port=port, state=state, site=site, now=now, rates=rates, tls=tls, command=command or []))


def _print(text: str) -> None:
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal may know ASCII only
    sys.stdout.write(text + "\n")


def _stop(sentence: str) -> NoReturn:
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(sentence)
    raise typer.Exit(USAGE)
