"""`live-recording plan`."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.options import (
    AcceptOption,
    ChangedOption,
    JobsOption,
    PlansOption,
    StacksArgument,
    select_affected,
)
from live_recording.cli.output import FINDINGS, TextOrJson, print_error, print_output, print_result
from live_recording.core.errors import ConfigError
from live_recording.core.text import count_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

    from live_recording.core.errors import ToolError
    from live_recording.pipeline.affected import Affected
    from live_recording.pipeline.plan import Plan

    Results = tuple[tuple[Plan, ...], Mapping[str, ToolError], Mapping[str, str]]
    """The plans, the failures, and the stacks without a stack file with what that means."""


def plan(
    stacks: StacksArgument = None,
    changed: ChangedOption = None,
    jobs: JobsOption = None,
    out: PlansOption = Path("plans"),
    accept_where: AcceptOption = None,
    head: Annotated[
        str, typer.Option(metavar="COMMIT", help="Plan the stacks of this commit, merged into this checkout.")
    ] = "",
    accounts: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Plan without credentials: against the snapshot STACK.json of each account in DIR."
        ),
    ] = None,
) -> None:
    """Plan stacks with Pulumi, and review each plan. Changes nothing.

    DIR/review.md covers all stacks, DIR/STACK.html shows one. With --head, program, package and Pulumi.yaml stay those of
    this checkout, and the review names all other changes of the commit first. With --accounts, the stacks of commit BASE, or
    of the last commit, are deployed to an emulator first.

    Example: live-recording plan --changed origin/main --out plans
    """
    from live_recording.pipeline.plan import not_planned_verdicts, write_review
    from live_recording.review.overview import Unaffected

    with _head_stacks(head) as without_effect:
        affected = _select(stacks, changed, out)
        if accounts and jobs:
            raise ConfigError(
                "--jobs has no effect with --accounts: stacks are planned one after another. Remove --jobs."
            )
        if accounts:
            plans, failures, without_file = _plan_on_snapshots(stacks, affected, accounts, out)
        else:
            base = affected.base or ("HEAD" if head else "")
            plans, failures, without_file = _plan_live(stacks, affected, out, jobs, accept_where or (), base)
    verdicts, unaffected = not_planned_verdicts(without_file, failures), Unaffected(affected.base, affected.others)
    write_review(plans, out, verdicts, without_effect, unaffected)
    if without_effect:
        print_error(f"Without effect: {count_of(len(without_effect), 'changed path')} besides the values of stacks.")
    _print_results(plans, without_file, failures)
    print_output(f"Written: {out / 'review.md'}, and the plan and review of each stack as {out}/STACK.*")
    raise typer.Exit(_exit_code(plans, failures))


def _select(stacks: list[str] | None, changed: str | None, out: Path) -> "Affected":
    """Return the stacks to plan: the named ones or all, of these only those that differ from commit *changed*."""
    from live_recording.config.files import select_stacks
    from live_recording.pipeline.affected import Affected

    selected = select_stacks(stacks)
    return Affected.all(selected) if changed is None else select_affected(selected, changed, out)


def _plan_live(
    stacks: list[str] | None,
    affected: "Affected",
    out: Path,
    jobs: int | None,
    accepted: "Sequence[str]",
    base: str,
) -> "Results":
    from live_recording.pipeline.batch import default_jobs, plan_stacks
    from live_recording.pipeline.plan import stacks_without_file

    without_file = {} if stacks else stacks_without_file(affected.without_file)
    plans, failures = plan_stacks(affected.stacks, out, jobs or default_jobs(), print_error, accepted, base)
    return plans, failures, without_file


def _plan_on_snapshots(stacks: list[str] | None, affected: "Affected", accounts: Path, out: Path) -> "Results":
    from live_recording.pipeline.snapshot_plan import plan_on_snapshots

    removed = () if stacks else affected.without_file
    return plan_on_snapshots((*affected.stacks, *removed), affected.base or "HEAD", accounts, out)


def _head_stacks(commit: str) -> AbstractContextManager[Sequence[str]]:
    """Return a context with the stacks of a commit, of this checkout without one. It yields the paths without effect."""
    if not commit:
        return nullcontext(())
    from live_recording.pipeline.head import stacks_of

    return stacks_of(commit)


def _print_results(
    plans: "Iterable[Plan]", without_file: "Mapping[str, str]", failures: "Mapping[str, ToolError]"
) -> None:
    for each in plans:
        print_verdict(each.stack, each)
    for name, sentence in without_file.items():
        print_error(f"{name}: No stack file: {sentence}")
    for name, error in failures.items():
        print_error(f"{name}: Not planned: {error}")


def _exit_code(plans: "Iterable[Plan]", failures: "Mapping[str, ToolError]") -> int:
    codes = [error.status for error in failures.values()]
    return max([*codes, *(FINDINGS for each in plans if each.review.stops)], default=0)


def print_verdict(title: str, plan: "Plan") -> None:
    """Print the verdict of a review, and the lines below it."""
    from live_recording.review.text import terminal_details, verdict_of

    head, lines = verdict_of(plan.review), terminal_details(plan.review)
    if plan.review.account:
        print_error(f"{title}: {plan.review.account}")
    text = "\n  ".join([f"{title}: {head}", *lines])

    def draw(_: str) -> "RenderableType":
        from live_recording.cli import rich_output  # slow to import, and not needed in a pipe

        return rich_output.verdict(title, head, lines, stops=plan.review.stops)

    print_result(text, TextOrJson.text, {"text": str}, draw)
