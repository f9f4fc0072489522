"""`live-recording list`."""

from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.options import ChangedOption, select_affected
from live_recording.cli.output import ListFormat, print_error, print_result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from live_recording.pipeline.listing import ListedStack


def list_(
    changed: ChangedOption = None,
    output_format: Annotated[ListFormat, typer.Option("--format", help="Output format.")] = ListFormat.text,
) -> None:
    """List the stacks of this project: file, site and account. Needs neither Pulumi nor credentials.

    Format gitlab lists the stacks of a child pipeline: see examples/gitlab.

    Example: live-recording list --changed origin/main --format json
    """
    from live_recording.config.files import STACKS, select_stacks
    from live_recording.pipeline import listing

    names = select_stacks(None)
    if changed is not None:
        affected = select_affected(names, changed)
        names = [*affected.stacks]
        for name in affected.without_file:
            path = STACKS / f"{name}.yaml"
            print_error(f"{name}: {listing.describe_missing_file(name, path)}")
    stacks = [listing.list_stack(stack) for stack in names]
    renderers = {"text": listing.as_text, "json": listing.as_json, "gitlab": listing.as_gitlab}
    print_result(stacks, output_format, renderers, _draw)
    for stack in stacks:
        if stack.problem:
            print_error(f"{stack.stack}: {stack.problem}")


def _draw(stacks: "Sequence[ListedStack]") -> "RenderableType":
    from live_recording.cli import rich_output  # slow to import, and not needed in a pipe

    return rich_output.stack_table(stacks)
