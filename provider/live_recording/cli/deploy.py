"""TODO live_recording.cli.deploy."""

from pathlib import Path
from typing import Annotated

import typer

from live_recording.cli.options import StackArgument
from live_recording.cli.output import print_output
from live_recording.cli.plan import print_verdict


def deploy(
    stack: StackArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where plan and review go.")] = Path("plans"),
) -> None:
    """Plan, review and apply a stack in one go.

    Nothing is applied that a review stops. A plan that time has overtaken is made once more, and applied where it means no more for viewers.

    Example: live-recording deploy prod
    """
    from live_recording.pipeline.deploy import deploy

    ended, made = deploy(stack, out)
    for number, one in enumerate(made, 1):
        print_verdict(f"{one.stack}, plan {number}", one)
    code, sentence = ended.value
    print_output(sentence.format(out=out))
    raise typer.Exit(code)
