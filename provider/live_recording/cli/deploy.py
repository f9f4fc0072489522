"""`live-recording deploy`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.options import AcceptOption, PlansOption, StackArgument
from live_recording.cli.output import print_output
from live_recording.cli.plan import print_verdict

if TYPE_CHECKING:
    from live_recording.pipeline.plan import Plan


def deploy(
    stack: StackArgument,
    out: PlansOption = Path("plans"),
    accept_where: AcceptOption = None,
    *,
    checkpoints: Annotated[
        bool,
        typer.Option(
            "--checkpoints",
            help="Write the state after every step, also for a plan of more than 50 creates.",
        ),
    ] = False,
) -> None:
    """Plan, review and apply one stack.

    Prints the verdict, then applies. Applies nothing if the review stops. If the plan becomes stale, plans again, and
    applies the new plan only if it has no other effects. With a `file://` state, removes the lock of a run that was killed on
    this machine.

    Example: live-recording deploy prod
    """
    from live_recording.pipeline.deploy import deploy_stack

    deployment = deploy_stack(stack, out, Terminal(), accept_where or (), checkpoints=checkpoints)
    print_output(deployment.outcome.sentence.format(out=out, unlock=deployment.unlock_command))
    raise typer.Exit(deployment.outcome.exit_code)


class Terminal:
    """Prints each verdict before anything of its plan is applied."""

    def planned(self, plan: "Plan", number: int) -> None:
        """Print the verdict of a plan."""
        print_verdict(f"{plan.stack}, plan {number}", plan)

    def announced(self, sentence: str) -> None:
        """Print what the deployment does next."""
        print_output(sentence)
