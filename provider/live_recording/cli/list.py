"""`live-recording list`."""

from typing import TYPE_CHECKING

from live_recording.cli.options import FormatOption
from live_recording.cli.output import TextOrJson, print_error, print_result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from live_recording.pipeline.listing import ListedStack


def list_(output_format: FormatOption = TextOrJson.text) -> None:
    """List the stacks of this project: file, site and account. Needs neither Pulumi nor credentials.

    Example: live-recording list --format json
    """
    from live_recording.config.files import select_stacks
    from live_recording.pipeline import listing

    stacks = [listing.list_stack(stack) for stack in select_stacks(None)]
    print_result(stacks, output_format, {"text": listing.as_text, "json": listing.as_json}, _draw)
    for stack in stacks:
        if stack.problem:
            print_error(f"{stack.stack}: {stack.problem}")


def _draw(stacks: "Sequence[ListedStack]") -> "RenderableType":
    from live_recording.cli import rich_output  # slow to import, and not needed in a pipe

    return rich_output.stack_table(stacks)
