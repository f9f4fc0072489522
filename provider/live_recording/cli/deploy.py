"""`live-recording deploy`."""

from pathlib import Path

import typer

from live_recording.cli.options import AcceptOption, PlansOption, StackArgument
from live_recording.cli.output import print_output
from live_recording.cli.plan import print_verdict


def deploy(stack: StackArgument, out: PlansOption = Path("plans"), accept_where: AcceptOption = None) -> None:
    """Plan, review and apply one stack.

    Applies nothing if the review stops. If the plan becomes stale, plans again, and applies only if no other effects were added.

    Example: live-recording deploy prod
    """
    from live_recording.pipeline.deploy import deploy_stack

    deployment = deploy_stack(stack, out, accept_where or ())
    for number, plan in enumerate(deployment.plans, 1):
        print_verdict(f"{plan.stack}, plan {number}", plan)
    print_output(deployment.outcome.sentence.format(out=out))
    raise typer.Exit(deployment.outcome.exit_code)
