"""TODO live_recording.cli.explain."""

from datetime import datetime
from typing import Annotated

import typer

from live_recording.cli import rich_output
from live_recording.cli.options import StackArgument, usable
from live_recording.cli.output import Form, exit_with, present, print_output
from live_recording.config.files import current_time as now_files
from live_recording.core.errors import InvalidValue
from live_recording.core.streams import StreamKey
from live_recording.core.text import quoted
from live_recording.desired import explain_text
from live_recording.desired.explain import explain as explained
from live_recording.project import load_stack
from live_recording.stackfile import names
from live_recording.stackfile.times import instant, moment


def explain(
    stack: StackArgument,
    stream: Annotated[str, typer.Argument(metavar="DOMAIN/APP/STREAM", help="The full name of one stream.")],
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When. Default: now.")] = None,
    form: Annotated[Form, typer.Option("--format", help="For people or for programs.")] = Form.text,
) -> None:
    """Tell who records a stream, and why nobody else does.

    Example: live-recording explain prod push.example.com/studio/rehearsal
    """
    key = _stream(stream)
    declared = usable(load_stack(stack))
    told = explained(declared, key, _time(at, declared.time_zone))
    if form is Form.text:
        present(explain_text.as_text(told), lambda: rich_output.explanation(told))
    else:
        print_output(explain_text.as_json(told))


def _stream(name: str) -> StreamKey:
    try:
        domain, app, stream = name.split("/")
        return StreamKey(names.domain(domain), names.required_name(app), names.required_name(stream))
    except (ValueError, InvalidValue):
        form = "Write DOMAIN/APP/STREAM, such as push.example.com/live/final, without wildcards."
        exit_with(f"{quoted(name)} is not the full name of a stream. {form}")


def _time(value: str | None, zone: str) -> datetime:
    try:
        return now_files() if value is None else instant(moment(value), zone)
    except InvalidValue as refusal:
        exit_with(f"--at cannot be read. {refusal.message}")
