"""`live-recording plan`."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.options import AcceptOption, PlansOption, StacksArgument
from live_recording.cli.output import FINDINGS, TextOrJson, print_error, print_output, print_result
from live_recording.core.text import count_of

if TYPE_CHECKING:
    from live_recording.pipeline.plan import Plan


def plan(
    stacks: StacksArgument = None,
    out: PlansOption = Path("plans"),
    accept_where: AcceptOption = None,
    head: Annotated[
        str, typer.Option(metavar="COMMIT", help="Plan the stacks of this commit, merged into this checkout.")
    ] = "",
) -> None:
    """Plan stacks with Pulumi, and review each plan. Changes nothing.

    DIR/review.md covers all stacks, DIR/STACK.html shows one. With --head, program, package and Pulumi.yaml stay those of
    this checkout, and the review names all other changes of the commit first.

    Example: live-recording plan --out plans
    """
    with _head_stacks(head) as without_effect:
        _plan(stacks, out, accept_where or (), without_effect)


def _head_stacks(commit: str) -> AbstractContextManager[Sequence[str]]:
    """Return a context with the stacks of a commit, of this checkout without one. It yields the paths without effect."""
    if not commit:
        return nullcontext(())
    from live_recording.pipeline.head import stacks_of

    return stacks_of(commit)


def _plan(stacks: Sequence[str] | None, out: Path, accepted: Sequence[str], without_effect: Sequence[str]) -> None:
    from live_recording.config.files import select_stacks
    from live_recording.pipeline.plan import plan_stacks, stacks_without_file

    selected = select_stacks(stacks)
    without_file = {} if stacks else stacks_without_file()
    plans, failures = plan_stacks(selected, out, without_file, accepted, without_effect)
    if without_effect:
        print_error(f"Without effect: {count_of(len(without_effect), 'changed path')} besides the values of stacks.")
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
