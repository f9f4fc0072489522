"""TODO live_recording.cli.plan."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli import rich_output
from live_recording.cli.output import FINDINGS, present, print_error, print_output
from live_recording.config import files

if TYPE_CHECKING:
    from live_recording.pipeline.plan import Planned
from live_recording.cli.options import StacksArgument


def plan(
    stacks: StacksArgument = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where plans and reviews go.")] = Path("plans"),
) -> None:
    """Plan stacks with Pulumi, and review each plan.

    DIR/review.md tells of all stacks, DIR/STACK.html draws one. Nothing in the account changes.

    Example: live-recording plan --out plans
    """
    from live_recording.pipeline.plan import planned, stacks_without_file

    asked, beside = files.select_stacks(stacks), stacks_without_file() if not stacks else {}
    made, failed = planned(asked, out, beside)
    for one in made:
        print_verdict(one.stack, one)
    for name, why in beside.items():
        print_error(f"{name}: No stack file: {why}")
    for name, failure in failed.items():
        print_error(f"{name}: Not planned: {failure}")
    print_output(f"Written: {out / 'review.md'}, and for each stack its plan and review as {out}/STACK.*")
    stops = FINDINGS if any(one.review.stops for one in made) else 0
    raise typer.Exit(max([stops, *(failure.status for failure in failed.values())]))


def print_verdict(of: str, made: "Planned") -> None:
    """Print the verdict of a review, with the lines below it."""
    from live_recording.review.text import below, verdict

    said, lines = verdict(made.review), below(made.review)
    text = "\n  ".join([f"{of}: {said}", *lines])
    present(text, lambda: rich_output.verdict(of, said, lines, stops=made.review.stops))
