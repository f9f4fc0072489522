"""`live-recording ci`: the verbs for pipelines of GitHub and GitLab."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.ci.host import Platform
from live_recording.cli.options import complete_stack
from live_recording.cli.output import exit_with, print_credentials, print_error, print_output
from live_recording.cli.project_verb import ProjectVerb

if TYPE_CHECKING:
    from live_recording.ci.host import CodeHost

ci = typer.Typer(name="ci", no_args_is_help=True, add_completion=False, rich_markup_mode=None)

PlatformOption = Annotated[
    Platform | None, typer.Option("--platform", help="The service. Default: the one whose job this is.")
]


class VariablesFormat(StrEnum):
    """How credentials are printed."""

    shell = "shell"
    env = "env"


@ci.callback()
def group() -> None:
    """Comment, report and sign in from a pipeline of GitHub or GitLab."""


@ci.command(cls=ProjectVerb)
def comment(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The review, as Markdown.")] = Path("plans/review.md"),
    number: Annotated[
        str | None, typer.Option("--number", help="Pull request or merge request. Default: the one of this job.")
    ] = None,
    platform: PlatformOption = None,
) -> None:
    """Create or update the review of a pull or merge request.

    Needs GH_TOKEN on GitHub, and GITLAB_TOKEN with the scope `api` on GitLab. Comments of others stay unchanged.

    Example: live-recording ci comment plans/review.md
    """
    from live_recording.ci.host import change_of_job, require_platform
    from live_recording.ci.reports import publish_comment
    from live_recording.config.files import environment, read_text

    variables = environment()
    change = number or change_of_job(variables, require_platform(variables, platform))
    print_output(publish_comment(_open_host(platform), change, read_text(file, "review")))


@ci.command(cls=ProjectVerb)
def issue(
    title: Annotated[str, typer.Argument(metavar="TITLE", help="The title of the issue.")],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The text of the issue, as Markdown.")] = None,
    close: Annotated[bool, typer.Option("--close", help="Close the issue if it is open.")] = False,
    platform: PlatformOption = None,
) -> None:
    """Open or update the issue with this title, or close it.

    Needs the same token as `ci comment`. Issues of others stay unchanged.

    Example: live-recording ci issue "Drift of prod" drift.md
    """
    from live_recording.ci.reports import close_issue, publish_issue
    from live_recording.config.files import read_text

    if (file is None) != close:
        exit_with("Name the file with the text of the issue, or use --close; one of both.")
    host = _open_host(platform)
    print_output(publish_issue(host, title, read_text(file, "report")) if file else close_issue(host, title))


@ci.command(cls=ProjectVerb)
def credentials(
    role: Annotated[str, typer.Option("--role", metavar="ARN", help="The role in CAM.")],
    provider: Annotated[
        str, typer.Option("--provider", metavar="NAME", help="The identity provider in CAM. Default: github or gitlab.")
    ] = "",
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack", metavar="STACK", help="Ask the site of this stack. Default: the sites of all stacks.",
            autocompletion=complete_stack,
        ),
    ] = None,
    audience: Annotated[str, typer.Option("--audience", help="Whom the identity token is for.")] = "sts.tencentcloudapi.com",
    output_format: Annotated[
        VariablesFormat, typer.Option("--format", help="shell: commands for eval. env: lines for $GITHUB_ENV.")
    ] = VariablesFormat.shell,
) -> None:  # fmt: skip
    """Print temporary credentials of a role for this job.

    The job's identity token is exchanged for them. On GitHub the job needs `permissions: id-token: write`. Elsewhere set LIVE_RECORDING_ID_TOKEN to the token. The
    credentials expire after two hours.

    Example: keys=$(live-recording ci credentials --role "$ROLE"); eval "$keys"
    """
    from live_recording.ci.credentials import FORMATS, as_masks, describe, exchange
    from live_recording.ci.host import detect_platform
    from live_recording.config.files import environment
    from live_recording.config.sources import settings_by_site

    variables = environment()
    given = exchange(settings_by_site(stack), variables, role, provider, audience)
    masks = as_masks(given) if detect_platform(variables) is Platform.github else ""
    print_credentials(FORMATS[output_format](given), masks)
    print_error(describe(given, role))


def _open_host(platform: Platform | None) -> "CodeHost":
    from live_recording.ci.github import GitHub
    from live_recording.ci.gitlab import GitLab
    from live_recording.ci.host import require_platform
    from live_recording.config.files import environment

    variables = environment()
    hosts: dict[Platform, Callable[[Mapping[str, str]], CodeHost]] = {
        Platform.github: GitHub.of_job,
        Platform.gitlab: GitLab.of_job,
    }
    return hosts[require_platform(variables, platform)](variables)
