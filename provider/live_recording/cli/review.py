"""`live-recording review`."""

from pathlib import Path
from typing import Annotated

import typer

from live_recording.cli.options import AccountOption, OutOption, StackOption
from live_recording.cli.output import FINDINGS, ReviewFormat, write_output


def review(
    stack: StackOption,
    plan: Annotated[Path, typer.Option("--plan", metavar="FILE", help="Output of pulumi preview --json.")],
    account: AccountOption = None,
    output_format: Annotated[ReviewFormat, typer.Option("--format", help="Output format.")] = ReviewFormat.md,
    out: OutOption = None,
) -> None:
    """Review what a Pulumi plan changes for viewers.

    Lists lost recordings, what records each stream before and after, limits and tasks.

    Exits with 1 at an unacknowledged loss or a rejected plan.

    Example: live-recording review --stack prod --plan preview.json
    """
    from live_recording.config.files import LARGEST_DATA, read_text
    from live_recording.pipeline.plan import read_account
    from live_recording.project import load_stack
    from live_recording.review.build import build_review
    from live_recording.review.formats import FORMATS
    from live_recording.review.preview import parse_preview

    file = load_stack(stack)
    preview = parse_preview(read_text(plan, "plan", largest=LARGEST_DATA), file.owner)
    result = build_review(file, preview, read_account(file, account), file.settings.now())
    write_output(FORMATS[output_format](result), out, overwrite=True)
    if result.stops:
        raise typer.Exit(FINDINGS)
