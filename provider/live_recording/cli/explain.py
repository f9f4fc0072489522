"""`live-recording explain`."""

from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.options import FormatOption, StackArgument, require_valid_stack
from live_recording.cli.output import TextOrJson, exit_with, print_result

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import RenderableType

    from live_recording.core.streams import StreamKey
    from live_recording.desired.explain import Explanation


def explain(
    stack: StackArgument,
    stream: Annotated[str, typer.Argument(metavar="DOMAIN/APP/STREAM", help="Full name of one stream.")],
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="Time to explain. Default: now.")] = None,
    output_format: FormatOption = TextOrJson.text,
) -> None:
    """Explain which rule records a stream, and why no other rule does.

    Example: live-recording explain prod push.example.com/studio/rehearsal
    """
    from live_recording.desired import explain_text
    from live_recording.desired.explain import explain as explain_stream
    from live_recording.project import load_stack

    key = _parse_stream(stream)
    declared = require_valid_stack(load_stack(stack))
    explanation = explain_stream(declared, key, _parse_time(at, declared.time_zone))
    renderers = {"text": explain_text.as_text, "json": explain_text.as_json}
    print_result(explanation, output_format, renderers, _draw)


def _draw(explanation: "Explanation") -> "RenderableType":
    from live_recording.cli import rich_output  # slow to import, and not needed in a pipe

    return rich_output.explanation(explanation)


def _parse_stream(name: str) -> "StreamKey":
    from live_recording.core.errors import InvalidValue
    from live_recording.core.streams import StreamKey
    from live_recording.core.text import quoted
    from live_recording.stackfile import names

    try:
        domain, app, stream = name.split("/")
        return StreamKey(names.domain(domain), names.required_name(app), names.required_name(stream))
    except (ValueError, InvalidValue):
        form = "Use DOMAIN/APP/STREAM, such as push.example.com/live/final, without wildcards."
        exit_with(f"{quoted(name)} is not the full name of a stream. {form}")


def _parse_time(value: str | None, zone: str) -> "datetime":
    from live_recording.config.files import current_time
    from live_recording.core.errors import InvalidValue
    from live_recording.stackfile.times import instant, moment

    try:
        return current_time() if value is None else instant(moment(value), zone)
    except InvalidValue as error:
        exit_with(f"Invalid --at. {error.message}")
