"""`live-recording doctor`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.options import complete_stack
from live_recording.cli.output import FINDINGS, TextOrJson, exit_with, print_error, print_output, print_result

if TYPE_CHECKING:
    from rich.console import RenderableType

    from live_recording.conformance.laboratory import Laboratory
    from live_recording.doctor.report import Diagnosis

ONLY_CONFORMANCE = "--domain and --yes belong to --conformance. Add it, or leave them out."
NEEDS_STACK = "--conformance creates objects in one account. Name the stack whose account it is: --stack STACK."
NEEDS_CONSENT = (
    "--conformance creates objects in the account and deletes them, and there is no terminal to ask for consent. Nothing was "
    "created. Add --yes to run it anyway."
)


def doctor(
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            metavar="STACK",
            help="Check only this stack. Default: all stacks.",
            autocompletion=complete_stack,
        ),
    ] = None,
    conformance: Annotated[
        bool,
        typer.Option(
            "--conformance",
            help="Compare the account of --stack with what the emulator assumes. Creates objects and deletes them; asks first.",
        ),
    ] = False,
    domain: Annotated[
        str | None,
        typer.Option(
            "--domain",
            metavar="NAME",
            help="Push domain for rules and tasks of --conformance. Default: the first of the stack.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Run --conformance without asking.")] = False,
    output_format: Annotated[TextOrJson, typer.Option("--format", help="Output format.")] = TextOrJson.text,
) -> None:
    """Check whether this machine is ready to plan and deploy.

    Checks Python, Pulumi, the backend, the stacks, the credentials, the endpoint and the clock, and says what to do.

    Example: live-recording doctor --stack prod
    """
    if conformance:
        _conform(stack, domain, output_format, yes=yes)
    elif domain or yes:
        exit_with(ONLY_CONFORMANCE)
    from live_recording.doctor import report
    from live_recording.doctor.checks import diagnose

    diagnosis = diagnose(stack)
    renderers = {"text": report.text, "json": report.as_json}
    print_result(diagnosis, output_format, renderers, _draw)
    raise typer.Exit(diagnosis.exit_code)


def _draw(diagnosis: "Diagnosis") -> "RenderableType":
    from live_recording.cli import rich_output  # slow to import, and not needed in a pipe

    return rich_output.diagnosis_table(diagnosis)


def _conform(stack: str | None, domain: str | None, output_format: TextOrJson, *, yes: bool) -> None:
    """Run the probes on the account of a stack, after asking; print the report and exit."""
    from live_recording.conformance import report
    from live_recording.conformance.run import open_laboratory, run
    from live_recording.project import load_stack

    if not stack:
        exit_with(NEEDS_STACK)
    if not yes and not sys.stdin.isatty():
        exit_with(NEEDS_CONSENT)
    lab = open_laboratory(load_stack(stack), domain)
    print_error(_announcement(lab))
    if not yes and not typer.confirm("Continue?", err=True):
        exit_with("Nothing was created.", FINDINGS)
    found = run(lab, progress=print_error if sys.stderr.isatty() else lambda _: None)
    print_output({"text": report.as_text, "json": report.as_json}[output_format](found))
    if found.left:
        print_error(report.how_to_delete(found.left))
    raise typer.Exit(found.exit_code)


def _announcement(lab: "Laboratory") -> str:
    """Return what a run is about to do, and where."""
    from live_recording.conformance.run import leftovers

    counts = "4 templates, 1 rule, 4 tasks, 2 callback templates and 1 callback rule"
    names = (
        f"streams and apps named {lab.name} of {lab.domain}" if lab.domain else "no domain, so no rules and no tasks"
    )
    lines = [
        f"Conformance run on {lab.settings.describe_account(lab.account)}.",
        f"It creates up to {counts} at a time, for {names}, and deletes them.",
        "Tasks start in 5 days or later. Do not run it twice at the same time.",
        *(f"First it deletes what an earlier run left: {one.kind} {one.name}." for one in leftovers(lab)),
    ]
    return "\n".join(lines)
