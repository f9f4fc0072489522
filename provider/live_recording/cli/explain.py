"""`live-recording explain`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from live_recording.cli.options import FormatOption, StackArgument, require_valid_stack
from live_recording.cli.output import TextOrJson, exit_with, print_result

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import RenderableType

    from live_recording.audit.live_recorders import LiveRecorders
    from live_recording.core.streams import StreamKey
    from live_recording.desired.explain import Explanation
    from live_recording.project import StackFile
    from live_recording.stackfile.model import Stack


def explain(
    stack: StackArgument,
    stream: Annotated[str, typer.Argument(metavar="DOMAIN/APP/STREAM", help="Full name of one stream.")],
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="Time to explain. Default: now.")] = None,
    account: Annotated[
        bool, typer.Option("--account", help="Also show what the live account adds: rules, tasks and relay tasks.")
    ] = False,
    output_format: FormatOption = TextOrJson.text,
) -> None:
    """Explain which rule records a stream, and why no other rule does.

    Example: live-recording explain prod push.example.com/studio/rehearsal
    """
    from live_recording.desired.explain import explain as explain_stream
    from live_recording.project import load_stack

    key, file = _parse_stream(stream), load_stack(stack)
    declared = require_valid_stack(file)
    time = _parse_time(at, declared.time_zone)
    live = _live(file, declared, key, time) if account else None
    explanation = explain_stream(declared, key, time).located(file.checked.sources.shared_at)
    print_result(Answer(explanation, live), output_format, {"text": _as_text, "json": _as_json}, _draw)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the stack file says about a stream, and what the account adds; None: not asked."""

    explanation: "Explanation"
    live: "LiveRecorders | None"


def _live(file: "StackFile", declared: "Stack", key: "StreamKey", time: "datetime") -> "LiveRecorders":
    from live_recording.account.snapshot_file import take_snapshot
    from live_recording.audit.live_recorders import live_recorders

    snapshot = take_snapshot(file.settings, stack=file.stack, with_relays=True)
    return live_recorders(snapshot, file.settings.describe_account(snapshot.account), declared, key, time)


def _as_text(answer: Answer) -> str:
    from live_recording.desired import explain_text

    return "\n".join([explain_text.as_text(answer.explanation), *(answer.live.lines() if answer.live else ())])


def _as_json(answer: Answer) -> str:
    from live_recording.core import json_output

    live = {"live": json_output.as_data(answer.live)} if answer.live else {}
    return json_output.as_json(json_output.as_data(answer.explanation) | live)


def _draw(answer: Answer) -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    from live_recording.cli import rich_output  # slow to import, and not needed in a pipe

    return Group(rich_output.explanation(answer.explanation), *map(Text, answer.live.lines() if answer.live else ()))


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
