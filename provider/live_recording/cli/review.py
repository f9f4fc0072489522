"""TODO live_recording.cli.review."""

from pathlib import Path
from typing import Annotated

import typer

from live_recording import project
from live_recording.cli.options import AccountOption, OutOption, StackOption
from live_recording.cli.output import FINDINGS, ReviewForm, write_output
from live_recording.config import files


def review(
    stack: StackOption,
    plan: Annotated[Path, typer.Option("--plan", metavar="FILE", help="Output of pulumi preview --json.")],
    account: AccountOption = None,
    form: Annotated[ReviewForm, typer.Option("--format", help="For a comment, a browser or programs.")] = ReviewForm.md,
    out: OutOption = None,
) -> None:
    """Tell what a plan changes for viewers.

    What is lost, who records what before and after, limits, tasks. A loss that nobody acknowledged stops.

    Example: live-recording review --stack prod --plan preview.json
    """
    from live_recording.pipeline.plan import held
    from live_recording.review.build import reviewed
    from live_recording.review.formats import FORMS

    asked = project.load_stack(stack)
    made = reviewed(asked, files.read_text(plan, "plan"), held(asked, account))
    write_output(FORMS[form](made), out, force=True)
    raise typer.Exit(FINDINGS if made.stops else 0)
