"""`live-recording deploy`."""

from pathlib import Path
from typing import Annotated

import typer

from live_recording.cli.options import AcceptOption, PlansOption, StackArgument
from live_recording.cli.output import print_output
from live_recording.cli.plan import print_verdict


def deploy(
    stack: StackArgument,
    out: PlansOption = Path("plans"),
    accept_where: AcceptOption = None,
    *,
    checkpoints: Annotated[
        bool,
        typer.Option(
            "--checkpoints",
            help="Write the state after every step. Default: unless the plan only creates, more than 50 objects.",
        ),
    ] = False,
) -> None:
    """Plan, review and apply one stack.

    Applies nothing if the review stops. If the plan becomes stale, plans again, and applies only if no other effects were added.

    Example: live-recording deploy prod
    """
    from live_recording.pipeline.deploy import deploy_stack

    deployment = deploy_stack(stack, out, print_output, accept_where or (), checkpoints=checkpoints)
    for number, plan in enumerate(deployment.plans, 1):
        print_verdict(f"{plan.stack}, plan {number}", plan)
    print_output(deployment.outcome.sentence.format(out=out, unlock=deployment.unlock_command))
    raise typer.Exit(deployment.outcome.exit_code)
