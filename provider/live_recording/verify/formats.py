"""The formats in which verdicts can be printed."""

from collections.abc import Callable, Mapping, Sequence

from live_recording.verify import current, report, text
from live_recording.verify.html import render_html
from live_recording.verify.model import VerifiedStack

FORMATS: Mapping[str, Callable[[Sequence[VerifiedStack]], str]] = {
    "text": text.as_text,
    "json": report.as_json,
    "md": text.as_markdown,
    "html": render_html,
}
NOW: Mapping[str, Callable[[Sequence[current.CurrentState]], str]] = {
    "text": current.as_text,
    "json": current.as_json,
    "md": current.as_markdown,
}
"""The formats of `--now`."""
