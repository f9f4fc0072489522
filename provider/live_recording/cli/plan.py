"""`live-recording plan`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from live_recording.cli.options import AcceptOption, PlansOption, StacksArgument
from live_recording.cli.output import FINDINGS, TextOrJson, print_error, print_output, print_result

if TYPE_CHECKING:
    from live_recording.pipeline.plan import Plan


def plan(stacks: StacksArgument = None, out: PlansOption = Path("plans"), accept_where: AcceptOption = None) -> None:
    """Plan stacks with Pulumi, and review each plan. Changes nothing.

    DIR/review.md covers all stacks, DIR/STACK.html shows one.

    Example: live-recording plan --out plans
    """
    from live_recording.config.files import select_stacks
    from live_recording.pipeline.plan import plan_stacks, stacks_without_file

    selected = select_stacks(stacks)
    without_file = {} if stacks else stacks_without_file()
    plans, failures = plan_stacks(selected, out, without_file, accept_where or ())
    for each in plans:
        print_verdict(each.stack, each)
    for name, sentence in without_file.items():
        print_error(f"{name}: No stack file: {sentence}")
    for name, error in failures.items():
        print_error(f"{name}: Not planned: {error}")
    print_output(f"Written: {out / 'review.md'}, and the plan and review of each stack as {out}/STACK.*")
    codes = [error.status for error in failures.values()]
    codes += [FINDINGS for each in plans if each.review.stops]
    raise typer.Exit(max(codes, default=0))


def print_verdict(title: str, plan: "Plan") -> None:
    """Print the verdict of a review, and the lines below it."""
    from live_recording.cli import rich_output
    from live_recording.review.text import terminal_details, verdict_of

    head, lines = verdict_of(plan.review), terminal_details(plan.review)
    if plan.review.account:
        print_error(f"{title}: {plan.review.account}")
    text = "\n  ".join([f"{title}: {head}", *lines])
    print_result(
        text,
        TextOrJson.text,
        {"text": str},
        lambda _: rich_output.verdict(title, head, lines, stops=plan.review.stops),
    )
