"""Arguments and options that several verbs share."""

from contextlib import chdir
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.output import FINDINGS, TextOrJson, print_error, print_result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from live_recording.lint.report import FileReport
    from live_recording.pipeline.affected import Affected
    from live_recording.project import StackFile
    from live_recording.stackfile.model import Stack


class SiteOption(StrEnum):
    """The vendor's sites."""

    intl = "intl"
    cn = "cn"


class WhereKey(StrEnum):
    """The config keys that say where or who."""

    account = "account"
    endpoint = "endpoint"
    external_id = "externalId"
    instance_role = "instanceRole"
    profile = "profile"
    recordings = "recordings"
    region = "region"
    role_arn = "roleArn"
    key_pair = "secretId"
    site = "site"


def complete_stack(incomplete: str) -> list[str]:
    """Return the stacks whose names start with *incomplete*, for shell completion."""
    from live_recording.config.files import find_root, stack_names

    with chdir(find_root(Path.cwd())):
        return [name for name in stack_names() if name.startswith(incomplete)]


NAME_OR_PATH = "Name of the stack (STACK or ORGANIZATION/PROJECT/STACK), or path of its file."
StackArgument = Annotated[str, typer.Argument(metavar="STACK", help=NAME_OR_PATH, autocompletion=complete_stack)]
StacksArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="STACK", help="Names of stacks, or paths of their files. Default: all.", autocompletion=complete_stack
    ),
]
StackOption = Annotated[str, typer.Option("--stack", metavar="STACK", help=NAME_OR_PATH, autocompletion=complete_stack)]
AccountOption = Annotated[
    Path | None,
    typer.Option("--account", metavar="FILE", help="Use this snapshot (see: snapshot) instead of the live account."),
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to this file. Default: print.")]
PlansOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Directory for plans and reviews.")]
AcceptOption = Annotated[
    list[WhereKey] | None,
    typer.Option(
        "--accept-where",
        metavar="KEY",
        help="Accept that this config key differs from the last deployment. Repeatable.",
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="N", min=1, max=64, help="How many previews run at the same time. Default: one per processor."
    ),
]
SiteChoice = Annotated[SiteOption, typer.Option("--site", help="Site of the vendor whose limits apply.")]
ChangedOption = Annotated[
    str | None,
    typer.Option(
        "--changed",
        metavar="BASE",
        help="Only stacks that can differ from this commit, such as origin/main. Compares the working tree.",
    ),
]
FormatOption = Annotated[TextOrJson, typer.Option("--format", help="Output format.")]


def select_affected(stacks: "Sequence[str]", base: str, results: Path | None = None) -> "Affected":
    """Return which of the stacks can differ from a commit, and print why if it is all or none."""
    from live_recording.pipeline.affected import affected_stacks

    affected = affected_stacks(stacks, base, results)
    if affected.explanation:
        print_error(affected.explanation)
    return affected


def draw_findings(files: "list[FileReport]") -> "RenderableType":
    """Return the findings of checked files for a terminal."""
    from live_recording.cli.rich_output import findings_list  # slow to import, and not needed in a pipe

    return findings_list(files)


def require_valid_stack(file: "StackFile") -> "Stack":
    """Return the stack of a file without errors; print the findings of any other, and exit."""
    if file.checked.valid_stack is None:
        from live_recording.lint import report

        checked = [report.FileReport(file.file, file.checked.findings, {})]
        print_result(checked, TextOrJson.text, {"text": report.as_text}, draw_findings)
        raise typer.Exit(FINDINGS)
    return file.checked.valid_stack
