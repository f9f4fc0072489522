"""`python -m provider VERB`: the command line.

Exit codes, the same for every verb: 0 nothing wrong (warnings allowed), 1 findings that stop, 2 usage, 3 the tool
failed.
"""

import platform
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import PydanticCustomError

from provider import __version__, cli_account, config, jsonform, report, screen
from provider.cli_account import StackArgument, StacksArgument, usable
from provider.core import names
from provider.core.explain import explain as explained
from provider.core.findings import errors
from provider.core.limits import SITES
from provider.core.plan import later
from provider.core.priority import Key
from provider.core.schema import stack_schema
from provider.core.times import instant, moment
from provider.core.values import quoted, refused
from provider.sources import Source, source
from provider.terminal import FINDINGS, USAGE, Form, Verbs, present, put, show, stop, tell


class FindingsForm(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"
    sarif = "sarif"


FINDINGS_FORMS: dict[FindingsForm, Callable[[list[report.Checked]], str]] = {
    FindingsForm.json: report.as_json,
    FindingsForm.sarif: report.as_sarif,
}


class SiteOption(StrEnum):
    """The vendor's sites."""

    intl = "intl"
    cn = "cn"


def _version(asked: bool) -> None:
    if asked:
        packages = " and ".join(
            f"{name} {metadata.version(name)}" for name in ("pulumi", "tencentcloud-sdk-python-live")
        )
        show(f"live-recording {__version__}, with {packages}, on Python {platform.python_version()}")
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


def check(
    stacks: StacksArgument = None,
    form: Annotated[FindingsForm, typer.Option("--format", help="For people or for programs.")] = FindingsForm.text,
) -> None:
    """Check stack files as a whole; no Pulumi and no account needed.

    Example: python -m provider check prod
    """
    made = [_checked(source(stack)) for stack in config.stacks_asked(stacks)]
    checked = [one for number, one in enumerate(made) if one not in made[:number]]  # several may mean one file
    if form is FindingsForm.text:
        present(report.text(checked), lambda: screen.checked(checked))
    else:
        show(FINDINGS_FORMS[form](checked))
    raise typer.Exit(FINDINGS if any(errors(file.findings) for file in checked) else 0)


def explain(
    stack: StackArgument,
    stream: Annotated[str, typer.Argument(metavar="DOMAIN/APP/STREAM", help="The full name of one stream.")],
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When. Default: now.")] = None,
    form: Annotated[Form, typer.Option("--format", help="For people or for programs.")] = Form.text,
) -> None:
    """Tell who records a stream, and why nobody else does.

    Example: python -m provider explain prod push.example.com/studio/rehearsal
    """
    key = _stream(stream)
    declared = usable(source(stack))
    told = explained(declared, key, _time(at, declared.time_zone))
    if form is Form.text:
        present(report.explanation(told), lambda: screen.explanation(told))
    else:
        show(report.explanation_json(told))


def _checked(asked: Source) -> report.Checked:
    stack = asked.loaded.usable
    waiting = later(stack, asked.settings.limits, asked.settings.now()) if stack else {}
    return report.Checked(asked.file, asked.loaded.findings, waiting)


def _stream(name: str) -> Key:
    try:
        domain, app, stream = name.split("/")
        return Key(names.domain(domain), names.full_part(app), names.full_part(stream))
    except ValueError:  # refusals are such, too
        form = "Write DOMAIN/APP/STREAM, such as push.example.com/live/final, without wildcards."
        stop(f"{quoted(name)} is not the full name of a stream. {form}")


def _time(value: str | None, zone: str) -> datetime:
    try:
        return config.now() if value is None else instant(moment(value), zone)
    except PydanticCustomError as refusal:
        stop(f"--at cannot be read. {refused(refusal).sentence}")


def schema() -> None:
    """Print the JSON Schema of a stack file, for editors.

    Example: python -m provider schema > schema/stack.schema.json
    """
    show(jsonform.as_json(stack_schema()))


def migrate(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files with calls, in any form.")],
    domain: Annotated[str, typer.Option("--domain", metavar="D", help="Push domain of calls that name none.")] = "",
    application: Annotated[str, typer.Option("--app", metavar="A", help="App of calls that name none.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write there instead of printing.")] = None,
    site: Annotated[SiteOption, typer.Option(help="Whose rules apply.")] = SiteOption.intl,
) -> None:
    """Turn old calls into tasks of a stack file.

    Calls of CreateLiveRecord, of the retired CreateRecord and of CreateRecordTask, in scripts, logs and notes.

    Example: python -m provider migrate calls.txt --out stacks/old.yaml
    """
    from provider.migration import migrated, report

    texts = {name: config.contents(Path(name), "file of calls") for name in files}
    made = migrated(texts, domain, application, SITES[site.value], config.now())
    if made.text:
        put(made.text, out)
    tell(report(made))
    raise typer.Exit(FINDINGS if made.lost else 0 if made.calls else USAGE)


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

    Example: python -m provider emulate -- pulumi up --yes --stack dev
    """
    from provider.emulator.command import emulate as run

    now = now or (config.now().isoformat() if config.environment().get("LIVE_RECORDING_NOW") else None)
    raise typer.Exit(run(port=port, state=state, site=site, now=now, rates=rates, tls=tls, command=command or []))


VERBS = (
    *(check, explain, cli_account.plan, cli_account.review, cli_account.deploy, cli_account.audit, cli_account.adopt),
    *(migrate, cli_account.snapshot, emulate, cli_account.doctor, schema),
)
"""In the order in which the help lists them."""


def command_line(*, completes: bool = False) -> typer.Typer:
    """All verbs; with *completes* the options that teach a shell to complete them, which needs a command of one word."""
    made = typer.Typer(
        name="python -m provider",
        cls=Verbs,
        context_settings={"help_option_names": ["-h", "--help"]},
        no_args_is_help=True,
        add_completion=completes,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback()(about)
    for verb in VERBS:
        made.command()(verb)
    return made


app = command_line()
